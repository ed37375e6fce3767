import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LiveConnection, type SocketLike } from './connection';
import type { Events, ServerFrame } from './frames';
import { SessionChannel } from './session-channel';

class FakeSocket implements SocketLike {
	readyState = 0;
	onopen: (() => void) | null = null;
	onmessage: ((event: { data: unknown }) => void) | null = null;
	onclose: (() => void) | null = null;
	readonly sent: { type: string; session_id?: string }[] = [];
	readonly url: string;
	constructor(url: string) {
		this.url = url;
	}
	send(text: string): void {
		this.sent.push(JSON.parse(text));
	}
	close(): void {
		this.readyState = 3;
	}
	accept(): void {
		this.readyState = 1;
		this.onopen?.();
	}
	cut(): void {
		this.readyState = 3;
		this.onclose?.();
	}
	say(frame: Record<string, unknown>): void {
		this.onmessage?.({ data: JSON.stringify({ v: 1, at: '2026-11-20T15:00:00.000Z', ...frame }) });
	}
}

const sessionId = 'session-1';
const refusal = new Error('refused');

function world() {
	const sockets: FakeSocket[] = [];
	const state = { ticketError: undefined as unknown };
	const connection = new LiveConnection({
		ticket: () =>
			state.ticketError
				? Promise.reject(state.ticketError)
				: Promise.resolve({
						ticket: `t${sockets.length}`,
						url: 'ws://x/live',
						expires_at: '',
						reconnect_after_seconds: 100,
						ping_seconds: 20
					}),
		open: (url) => {
			sockets.push(new FakeSocket(url));
			return sockets.at(-1) as FakeSocket;
		},
		isRefusal: (error) => error === refusal,
		now: () => Date.now(),
		random: () => 0.5
	});
	const beat = setInterval(() => connection.beat(), 1000);
	const socket = () => sockets.at(-1) as FakeSocket;
	const heard: ServerFrame[] = [];
	connection.onFrame((frame) => heard.push(frame));
	const begin = async () => {
		connection.start();
		await pass(0);
		socket().accept();
	};
	return { connection, sockets, socket, state, heard, begin, end: () => clearInterval(beat) };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the socket', () => {
	it('is_opened_with_a_ticket_and_subscribes_to_what_is_wanted', async () => {
		const { connection, socket, begin } = world();
		connection.subscribe(sessionId);
		await begin();
		expect(socket().url).toBe('ws://x/live?ticket=t0');
		expect(socket().sent).toEqual([{ v: 1, type: 'subscribe', session_id: sessionId }]);
		connection.subscribe('session-2')();
		expect(
			socket()
				.sent.slice(1)
				.map((frame) => frame.type)
		).toEqual(['subscribe', 'unsubscribe']);
	});

	it('comes_back_after_a_loss_with_the_same_subscriptions', async () => {
		const { connection, sockets, socket, begin } = world();
		connection.subscribe(sessionId);
		await begin();
		socket().cut();
		expect(connection.status).toBe('waiting');
		await pass(1000);
		expect(sockets).toHaveLength(2);
		socket().accept();
		expect(connection.status).toBe('open');
		expect(socket().sent).toEqual([{ v: 1, type: 'subscribe', session_id: sessionId }]);
	});

	it('that_is_cut_as_soon_as_it_is_open_is_opened_ever_more_slowly', async () => {
		const { sockets, socket, begin } = world();
		await begin();
		for (let second = 0; second < 60; second++) {
			if (socket().readyState === 0) socket().accept();
			if (socket().readyState === 1) socket().cut();
			await pass(1000);
		}
		expect(sockets.length).toBeLessThan(14);
	});

	it('is_lost_when_a_ping_stays_without_an_answer_and_lives_while_anything_comes', async () => {
		const { connection, socket, begin } = world();
		await begin();
		await pass(21_000);
		expect(socket().sent.at(-1)?.type).toBe('ping');
		socket().say({ type: 'pong', data: { last_seq: {} } });
		await pass(12_000);
		expect(connection.status).toBe('open');
		await pass(8_000 + 10_000);
		expect(connection.status).not.toBe('open');
	});

	it('that_never_opens_counts_as_refused_and_is_tried_on_with_growing_pauses', async () => {
		const { connection, sockets, socket } = world();
		connection.start();
		await pass(0);
		socket().cut();
		expect(connection.status).toBe('waiting');
		await pass(1000);
		socket().cut();
		expect(connection.status).toBe('refused');
		let tried = sockets.length;
		const times: number[] = [];
		for (let second = 0; second < 60; second++) {
			await pass(1000);
			if (sockets.length > tried) {
				times.push(second);
				tried = sockets.length;
				socket().cut();
				expect(connection.status).toBe('refused');
			}
		}
		expect(times.length).toBeGreaterThan(3);
		expect(times.length).toBeLessThan(12);
		while (sockets.length === tried) await pass(1000);
		socket().accept();
		expect(connection.status).toBe('open');
	});

	it('that_does_not_open_in_time_is_given_up', async () => {
		const { connection, sockets } = world();
		connection.start();
		await pass(12_000);
		expect(sockets.length).toBeGreaterThan(1);
		expect((sockets[0] as FakeSocket).readyState).toBe(3);
	});

	it('without_a_ticket_is_refused_and_without_a_network_is_waited_for', async () => {
		const one = world();
		one.state.ticketError = refusal;
		one.connection.start();
		await pass(0);
		expect(one.connection.status).toBe('refused');
		const other = world();
		other.state.ticketError = new Error('network');
		other.connection.start();
		await pass(0);
		expect(other.connection.status).toBe('waiting');
		other.state.ticketError = undefined;
		other.connection.check();
		await pass(0);
		expect(other.sockets).toHaveLength(1);
	});

	it('is_changed_before_its_time_is_over_and_nothing_is_missed_or_told_twice', async () => {
		const { connection, sockets, heard, begin } = world();
		const statuses: string[] = [];
		connection.onStatus((status) => statuses.push(status));
		connection.subscribe(sessionId);
		await begin();
		const told: number[] = [];
		const channel = new SessionChannel(connection, sessionId, () => Promise.reject(new Error()), {
			message: (_, frame) => told.push(frame.seq ?? 0)
		});
		channel.start();
		const first = sockets[0] as FakeSocket;
		first.say({ type: 'subscribed', session_id: sessionId, data: { last_seq: 0 } });
		for (let second = 0; second < 101; second++) {
			await pass(1000);
			first.say({ type: 'pong', data: { last_seq: {} } });
		}
		const second = sockets[1] as FakeSocket;
		expect(sockets).toHaveLength(2);
		second.accept();
		first.say({ type: 'message', session_id: sessionId, seq: 1, data: {} });
		first.say({ type: 'typing', session_id: sessionId, data: {} });
		expect(first.readyState).toBe(1);
		second.say({ type: 'message', session_id: sessionId, seq: 1, data: {} });
		second.say({ type: 'subscribed', session_id: sessionId, data: { last_seq: 1 } });
		expect(first.readyState).toBe(3);
		second.say({ type: 'message', session_id: sessionId, seq: 2, data: {} });
		expect(told).toEqual([1, 2]);
		expect(heard.filter((frame) => frame.type === 'typing')).toHaveLength(1);
		expect(statuses).toEqual(['connecting', 'open']);
		connection.send({ v: 1, type: 'ping' });
		expect(second.sent.at(-1)?.type).toBe('ping');
	});

	it('keeps_the_old_one_when_the_new_one_does_not_come', async () => {
		const { connection, sockets, begin } = world();
		await begin();
		const first = sockets[0] as FakeSocket;
		const answer = async (seconds: number) => {
			for (let second = 0; second < seconds; second++) {
				await pass(1000);
				first.say({ type: 'pong', data: { last_seq: {} } });
			}
		};
		await answer(101);
		(sockets[1] as FakeSocket).cut();
		expect(connection.status).toBe('open');
		await answer(5);
		expect(sockets).toHaveLength(2);
		await answer(10);
		expect(sockets).toHaveLength(3);
		(sockets[2] as FakeSocket).accept();
		expect(first.readyState).toBe(3);
		expect(connection.status).toBe('open');
	});

	it('ignores_what_is_no_frame', async () => {
		const { heard, socket, begin } = world();
		await begin();
		for (const data of ['', 'null', '[]', '{}', '{"v":2,"type":"pong","data":{}}', '{"v":1}', 7, undefined]) {
			socket().onmessage?.({ data });
		}
		expect(heard).toEqual([]);
	});

	it('stays_closed_when_it_is_stopped', async () => {
		const { connection, sockets, begin } = world();
		await begin();
		connection.stop();
		await pass(60_000);
		expect(sockets).toHaveLength(1);
		expect(connection.status).toBe('closed');
	});
});

describe('the events of a session', () => {
	async function listening(fetchEvents: (after: number) => Promise<Events>) {
		const one = world();
		const told: number[] = [];
		let fresh = 0;
		const channel = new SessionChannel(one.connection, sessionId, fetchEvents, {
			message: (_, frame) => told.push(frame.seq ?? 0),
			fresh: () => (fresh += 1)
		});
		const stop = channel.start();
		await one.begin();
		const event = (seq: number) => ({ type: 'message', session_id: sessionId, seq, data: {} });
		const subscribed = (last_seq: number) =>
			one.socket().say({ type: 'subscribed', session_id: sessionId, data: { last_seq } });
		return { ...one, told, stop, event, subscribed, fresh: () => fresh };
	}
	const page = (numbers: number[], last_seq: number, facts: Partial<Events> = {}) =>
		Promise.resolve({
			items: numbers.map((seq) => ({ v: 1, type: 'message', session_id: sessionId, seq, at: '', data: {} })),
			last_seq,
			more: false,
			missing: false,
			...facts
		} as unknown as Events);

	it('are_read_whole_at_first_and_then_told_as_they_come', async () => {
		const { socket, told, event, subscribed, fresh } = await listening(() => page([], 0));
		subscribed(4);
		expect(fresh()).toBe(1);
		socket().say(event(5));
		socket().say(event(5));
		expect(told).toEqual([5]);
	});

	it('that_were_missed_are_fetched_in_pages_and_told_in_order', async () => {
		const asked: number[] = [];
		const { socket, told, event, subscribed } = await listening((after) => {
			asked.push(after);
			return after < 3 ? page([2, 3], 3, { more: true }) : page([4], 5);
		});
		subscribed(1);
		socket().say(event(7));
		await pass(0);
		expect(asked).toEqual([1, 3]);
		expect(told).toEqual([2, 3, 4]);
		socket().say(event(6));
		expect(told).toEqual([2, 3, 4, 6, 7]);
	});

	it('that_were_missed_at_the_end_are_found_by_a_pong_and_by_coming_back', async () => {
		const { connection, socket, told, subscribed } = await listening((after) => page([after + 1], after + 1));
		subscribed(1);
		socket().say({ type: 'pong', data: { last_seq: { [sessionId]: 2 } } });
		await pass(0);
		expect(told).toEqual([2]);
		connection.reopen();
		await pass(1000);
		socket().accept();
		subscribed(3);
		await pass(0);
		expect(told).toEqual([2, 3]);
	});

	it('that_are_no_longer_kept_make_everything_be_read_anew', async () => {
		const { told, subscribed, socket, event, fresh } = await listening(() => page([8], 9, { missing: true }));
		subscribed(1);
		socket().say(event(10));
		await pass(0);
		expect(told).toEqual([8, 10]);
		expect(fresh()).toBe(2);
	});

	it('are_asked_for_again_when_nobody_answers', async () => {
		let tries = 0;
		const { told, subscribed, socket, event } = await listening(() =>
			++tries < 3 ? Promise.reject(new Error('network')) : page([2], 2)
		);
		subscribed(1);
		socket().say(event(3));
		await pass(5000);
		expect(tries).toBe(3);
		expect(told).toEqual([2, 3]);
	});

	it('of_another_session_are_not_told', async () => {
		const { told, subscribed, socket, event } = await listening(() => page([], 0));
		subscribed(0);
		socket().say({ ...event(1), session_id: 'session-2' });
		expect(told).toEqual([]);
	});
});
