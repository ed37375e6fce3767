import { describe, expect, it } from 'vitest';
import type { Receipt } from '$lib/api/types';
import { receipt as example } from '../../../../e2e/mock/data.mjs';
import { minutesOwed, readPercent, splitMinute, verify } from './verify';

const receipt = () => structuredClone(example) as unknown as Receipt;
const wrong = (changed: Receipt) =>
	verify(changed)
		.checks.filter((check) => !check.ok)
		.map((check) => check.key);

describe('a share', () => {
	it.each([
		[299, '30', 209n, 90n],
		[99, '30', 69n, 30n],
		[5, '30', 4n, 1n],
		[1, '50', 1n, 0n],
		[400, '12.5', 350n, 50n],
		[100, '0', 100n, 0n],
		[100, '100', 0n, 100n]
	])('of_%i_at_%s_percent_is_rounded_half_up', (rate, percent, share, fee) => {
		expect(splitMinute(rate, percent)).toEqual({ share, fee });
	});

	it('never_loses_or_makes_a_cent', () => {
		for (let rate = 0; rate < 1000; rate++) {
			const split = splitMinute(rate, '33.333333');
			expect(split && split.share + split.fee).toBe(BigInt(rate));
		}
	});

	it.each(['101', '-1', '30%', '', '1e1', '30.1234567'])('refuses_the_percentage_%s', (text) =>
		expect(readPercent(text)).toBeUndefined()
	);
});

it('owes_each_minute_that_began_and_at_least_one', () => {
	expect(minutesOwed(0n, 60_000n, false)).toBe(0n);
	expect(minutesOwed(0n, 60_000n, true)).toBe(1n);
	expect(minutesOwed(60_000n, 60_000n, true)).toBe(1n);
	expect(minutesOwed(60_001n, 60_000n, true)).toBe(2n);
});

describe('a receipt', () => {
	it('that_adds_up_passes_every_check', () => {
		expect(wrong(receipt())).toEqual([]);
		expect(verify(receipt()).ok).toBe(true);
	});

	it('is_caught_when_any_one_figure_is_changed', () => {
		const changes: [string, (changed: Receipt) => void][] = [
			[
				'intervals',
				(changed) => ((changed.intervals[0] as { until: string }).until = '2026-11-18T20:05:01.000Z')
			],
			['active', (changed) => (changed.active_ms += 1)],
			['count', (changed) => changed.minutes.pop()],
			['numbers', (changed) => ((changed.minutes[3] as { number: number }).number = 9)],
			['rates', (changed) => ((changed.minutes[0] as { rate_minor: number }).rate_minor = 300)],
			['shares', (changed) => ((changed.minutes[0] as { share_minor: number }).share_minor = 210)],
			['released', (changed) => (changed.released.amount_minor -= 1)],
			['gross', (changed) => (changed.gross_minor += 299)],
			['share', (changed) => (changed.share_minor += 1)],
			['fee', (changed) => (changed.fee_minor -= 1)],
			['whole', (changed) => (changed.fee_minor += 1)],
			['refunds', (changed) => (changed.refunded_minor = 0)]
		];
		for (const [key, change] of changes) {
			const changed = receipt();
			change(changed);
			expect(wrong(changed), key).toContain(key);
			expect(verify(changed).ok, key).toBe(false);
		}
	});

	it('is_caught_when_two_intervals_are_wrong_in_opposite_ways', () => {
		const changed = receipt();
		(changed.intervals[0] as { active_ms: number }).active_ms += 1000;
		(changed.intervals[1] as { active_ms: number }).active_ms -= 1000;
		expect(wrong(changed)).toContain('intervals');
	});

	it('marks_the_minute_whose_refund_is_more_than_it_cost', () => {
		const changed = receipt();
		(changed.minutes[1] as { refunded_minor: number }).refunded_minor = 300;
		expect(verify(changed).minutes.get(2)).toBe(false);
		expect(verify(changed).ok).toBe(false);
	});
});
