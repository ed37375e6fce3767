import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveStatus } from '$lib/live/connection';

/** The socket by hand. */
const socket = vi.hoisted(() => ({
	status: 'connecting' as string,
	frames: new Set<(frame: { type: string }) => void>(),
	statuses: new Set<(status: string) => void>(),
	users: 0
}));
const server = vi.hoisted(() => ({ asked: 0, items: [] as unknown[], answer: Promise.resolve() }));
const beats = vi.hoisted(() => new Set<() => void>());

vi.mock('$lib/live/live', () => ({
	live: {
		get status() {
			return socket.status;
		},
		onFrame: (tell: (frame: { type: string }) => void) => {
			socket.frames.add(tell);
			return () => socket.frames.delete(tell);
		},
		onStatus: (tell: (status: string) => void) => {
			socket.statuses.add(tell);
			return () => socket.statuses.delete(tell);
		}
	},
	useLive: () => {
		socket.users += 1;
		return () => (socket.users -= 1);
	}
}));
vi.mock('$lib/metronome', () => ({
	metronome: (beat: () => void) => {
		beats.add(beat);
		return () => beats.delete(beat);
	}
}));
vi.mock('$lib/api/client', () => ({
	api: {
		GET: async () => {
			server.asked += 1;
			await server.answer;
			return { data: { items: server.items }, response: new Response() };
		}
	}
}));
vi.mock('./own-profile.svelte', () => ({ ownProfile: { value: { online: true }, run: () => undefined } }));
vi.mock('./chime', () => ({ chime: () => undefined, isMuted: () => true, setMuted: () => undefined }));

import { requests } from './requests.svelte';

beforeEach(() => {
	vi.useFakeTimers();
	vi.stubGlobal('navigator', {});
	vi.stubGlobal(
		'BroadcastChannel',
		class {
			postMessage = () => undefined;
			close = () => undefined;
		}
	);
	server.asked = 0;
	server.items = [];
	server.answer = Promise.resolve();
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

/** So many seconds pass, with a beat in each; gives how often the server was asked since the last time. */
async function pass(seconds: number): Promise<number> {
	for (let second = 0; second < seconds; second++) {
		await vi.advanceTimersByTimeAsync(1000);
		for (const beat of beats) beat();
	}
	await vi.advanceTimersByTimeAsync(0);
	const { asked } = server;
	server.asked = 0;
	return asked;
}

function become(status: LiveStatus): void {
	socket.status = status;
	for (const tell of socket.statuses) tell(status);
}

/** The returned function is called in any case, so that a test that fails spoils no other. */
let stop: () => void = () => undefined;
afterEach(() => stop());

async function begin(status: LiveStatus): Promise<void> {
	socket.status = 'connecting';
	stop = requests.start();
	await pass(1);
	become(status);
	await pass(1);
}

describe('the list of requests', () => {
	it('is_told_over_the_socket_and_looked_at_every_half_minute_for_what_was_lost', async () => {
		await begin('open');
		expect(await pass(28)).toBe(0);
		for (const tell of socket.frames) tell({ type: 'request' });
		expect(await pass(0)).toBe(1);
		expect(await pass(60)).toBeLessThanOrEqual(2);
	});

	it('is_asked_for_every_few_seconds_while_no_socket_is_to_be_had', async () => {
		await begin('refused');
		expect(await pass(30)).toBeGreaterThanOrEqual(10);
		become('open');
		await pass(1);
		expect(await pass(20)).toBe(0);
	});

	it('asks_again_for_what_was_told_while_an_older_answer_was_on_its_way', async () => {
		await begin('open');
		let arrive: () => void = () => undefined;
		server.answer = new Promise((resolve) => (arrive = resolve));
		const tell = () => [...socket.frames].forEach((one) => one({ type: 'request' }));
		tell();
		tell();
		expect(await pass(5)).toBe(1);
		server.answer = Promise.resolve();
		arrive();
		expect(await pass(1)).toBe(1);
	});

	it('is_looked_at_when_a_request_lapses', async () => {
		await begin('open');
		const now = Date.now();
		const at = (ms: number) => new Date(now + ms).toISOString();
		server.items = [{ id: 'a', state: 'waiting', now: at(0), expires_at: at(9000) }];
		requests.soon();
		expect(await pass(8)).toBe(1);
		server.items = [];
		expect(await pass(4)).toBe(1);
		expect(requests.waiting).toEqual([]);
	});

	it('lets_the_socket_go_with_the_last_page', async () => {
		await begin('open');
		expect(socket.users).toBe(1);
		stop();
		stop = () => undefined;
		expect([socket.users, socket.frames.size, socket.statuses.size, beats.size]).toEqual([0, 0, 0, 0]);
	});
});
