import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AccessKeeper, type Access } from './access';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

function keeper(answers: (number: number) => Access | Promise<Access>) {
	const used: Access[] = [];
	const failures: unknown[] = [];
	let asked = 0;
	const kept = new AccessKeeper(
		() => Promise.resolve().then(() => answers(++asked)),
		(access) => used.push(access),
		(error) => failures.push(error)
	);
	return { kept, used, failures, asked: () => asked };
}
const peer = (renew?: number): Access => ({
	adapter: 'peer',
	ice_servers: [],
	...(renew === undefined ? {} : { renew_after_ms: renew })
});

describe('an access', () => {
	it('is_asked_for_once_where_it_does_not_lapse', async () => {
		const one = keeper(() => peer());
		one.kept.start();
		one.kept.start();
		await pass(3_600_000);
		expect([one.asked(), one.used.length]).toEqual([1, 1]);
	});

	it('is_renewed_when_the_server_says_and_only_while_media_may_flow', async () => {
		const one = keeper(() => peer(48_000));
		one.kept.start();
		await pass(47_999);
		expect(one.asked()).toBe(1);
		await pass(1);
		expect(one.asked()).toBe(2);
		one.kept.stop();
		await pass(600_000);
		expect(one.asked()).toBe(2);
		one.kept.start();
		await pass(0);
		expect(one.asked()).toBe(3);
	});

	it('that_is_refused_is_asked_for_again_ever_more_rarely_and_never_given_up', async () => {
		const one = keeper((number) => {
			if (number < 7) throw new Error('wrong-state');
			return peer();
		});
		one.kept.start();
		await pass(1000 + 2000 + 4000);
		expect([one.asked(), one.failures.length]).toEqual([4, 4]);
		await pass(8000 + 15_000 + 15_000);
		expect([one.asked(), one.used.length]).toEqual([7, 1]);
	});

	it('is_asked_for_at_once_on_a_press_while_media_may_flow', async () => {
		const one = keeper((number) => {
			if (number === 1) throw new Error('upstream-down');
			return peer();
		});
		one.kept.again();
		await pass(0);
		expect(one.asked()).toBe(0);
		one.kept.start();
		await pass(0);
		one.kept.again();
		await pass(0);
		expect([one.asked(), one.used.length]).toEqual([2, 1]);
		await pass(600_000);
		expect(one.asked()).toBe(2);
	});

	it('that_comes_after_the_stop_is_not_used', async () => {
		let give: (access: Access) => void = () => undefined;
		const one = keeper(() => new Promise((resolve) => (give = resolve)));
		one.kept.start();
		await pass(0);
		one.kept.stop();
		give(peer(1000));
		await pass(60_000);
		expect([one.asked(), one.used.length]).toEqual([1, 0]);
	});
});
