import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Access } from './access';
import type { AgoraSdk } from './agora-channel';
import { AgoraRoom } from './agora-room';
import { FakeDevices, FakeStream, FakeTrack } from './fakes';
import { planOf } from './media-room';

beforeEach(() => {
	vi.useFakeTimers();
	vi.stubGlobal('MediaStream', FakeStream);
	vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
	vi.restoreAllMocks();
});
const pass = (ms = 0) => vi.advanceTimersByTimeAsync(ms);

interface Local {
	copy: FakeTrack;
	closed: boolean;
}

/** One client of the vendor's SDK: what was asked of it, and its events by hand. */
class FakeClient {
	readonly calls: string[] = [];
	readonly published = new Set<Local>();
	readonly #listeners = new Map<string, (...told: unknown[]) => unknown>();
	joined = false;
	remoteUsers: unknown[] = [];
	/** Held back until it resolves. */
	door: Promise<void> = Promise.resolve();
	refuses = false;

	on(event: string, listener: (...told: unknown[]) => unknown): void {
		this.#listeners.set(event, listener);
	}
	removeAllListeners(): void {
		this.#listeners.clear();
	}
	tell(event: string, ...told: unknown[]): void {
		this.#listeners.get(event)?.(...told);
	}
	async join(app: string, channel: string, token: string, uid: number): Promise<void> {
		this.calls.push(`join ${app} ${channel} ${token} ${uid}`);
		await this.door;
		if (this.refuses) throw new Error('CAN_NOT_GET_GATEWAY_SERVER');
		this.joined = true;
	}
	async leave(): Promise<void> {
		this.calls.push('leave');
		this.joined = false;
	}
	async renewToken(token: string): Promise<void> {
		this.calls.push(`renew ${token}`);
	}
	async publish(tracks: Local[]): Promise<void> {
		for (const track of tracks) this.published.add(track);
	}
	async unpublish(tracks: Local[]): Promise<void> {
		for (const track of tracks) this.published.delete(track);
	}
	async subscribe(_user: unknown, type: string) {
		const track = new FakeTrack(type, 'remote');
		return { getMediaStreamTrack: () => track };
	}
	/** What the other side could hear and see. */
	sending(): string[] {
		const live = [...this.published].filter((one) => !one.closed && one.copy.readyState === 'live');
		return live.map((one) => one.copy.kind);
	}
}

function world(modality = 'video') {
	const clients: FakeClient[] = [];
	const devices = new FakeDevices();
	const local = ({ mediaStreamTrack }: { mediaStreamTrack: FakeTrack }): Local & { close(): void } => ({
		copy: mediaStreamTrack,
		closed: false,
		close() {
			this.closed = true;
		}
	});
	let prepare: (client: FakeClient) => void = () => undefined;
	const sdk = {
		setLogLevel: () => undefined,
		createClient: () => {
			const client = new FakeClient();
			prepare(client);
			clients.push(client);
			return client;
		},
		createCustomAudioTrack: local,
		createCustomVideoTrack: local
	};
	const load = vi.fn(() => Promise.resolve(sdk as unknown as AgoraSdk));
	const room = new AgoraRoom({ plan: planOf(modality), devices, load });
	return {
		room,
		devices,
		load,
		clients,
		client: () => clients.at(-1) as FakeClient,
		prepare: (how: (client: FakeClient) => void) => (prepare = how)
	};
}
const access = (token: string): Access => ({
	adapter: 'agora',
	app_id: 'app',
	channel: 'session',
	uid: 1,
	rtc_token: token,
	rtm_user_id: 'session:member',
	rtm_token: 'rtm',
	expires_at: '2026-11-26T12:00:00.000Z',
	renew_after_ms: 48_000
});

describe('a room at Agora', () => {
	it('enters_with_the_token_and_publishes_copies_of_the_devices', async () => {
		const { room, client, devices, load } = world();
		room.join();
		await pass();
		expect(load).not.toHaveBeenCalled();
		room.admit(access('t1'));
		await pass();
		expect(client().calls).toEqual(['join app session t1 1']);
		expect(client().sending()).toEqual(['audio', 'video']);
		expect(room.state.link).toBe('looking');
		const [copy] = [...client().published];
		expect(devices.opened).not.toContain(copy?.copy);
	});

	it('by_voice_publishes_no_picture_and_takes_none', async () => {
		const { room, client } = world('voice');
		room.join();
		room.admit(access('t1'));
		await pass();
		client().tell('user-published', {}, 'video');
		client().tell('user-published', {}, 'audio');
		await pass();
		expect(client().sending()).toEqual(['audio']);
		expect(room.other.getTracks().map((track) => track.kind)).toEqual(['audio']);
	});

	it('renews_the_token_without_entering_again', async () => {
		const { room, clients, client } = world();
		room.join();
		room.admit(access('t1'));
		await pass();
		room.admit(access('t2'));
		await pass();
		expect(clients).toHaveLength(1);
		expect(client().calls).toEqual(['join app session t1 1', 'renew t2']);
	});

	it('shows_what_the_other_side_sends_and_says_what_it_does_not', async () => {
		const { room, client } = world();
		room.join();
		room.admit(access('t1'));
		await pass();
		client().tell('user-joined', {});
		client().tell('user-published', {}, 'audio');
		client().tell('user-published', {}, 'video');
		await pass();
		expect(room.state.link).toBe('connected');
		expect(room.state.other).toEqual({ mic: true, camera: true });
		client().tell('user-unpublished', {}, 'video');
		expect(room.state.other).toEqual({ mic: true, camera: false });
		expect(room.other.getTracks().map((track) => track.kind)).toEqual(['audio']);
		client().tell('user-left', {}, 'Quit');
		expect(room.state.link).toBe('gone');
		expect(room.other.getTracks()).toEqual([]);
	});

	it('stops_at_once_when_the_clock_stops_leaves_and_comes_back_with_a_new_token_alone', async () => {
		const { room, clients, client, devices } = world();
		room.join();
		room.admit(access('t1'));
		await pass();
		client().tell('user-published', {}, 'video');
		await pass();
		room.suspend();
		// In the same instant, before the vendor's code has done anything.
		expect(clients[0]?.sending()).toEqual([]);
		expect(devices.live()).toEqual([]);
		expect(room.other.getTracks()).toEqual([]);
		await pass();
		expect(clients[0]?.joined).toBe(false);
		room.resume();
		await pass();
		expect(clients).toHaveLength(1);
		room.admit(access('t2'));
		await pass();
		expect(clients).toHaveLength(2);
		expect(client().calls).toEqual(['join app session t2 1']);
		expect(client().sending()).toEqual(['audio', 'video']);
	});

	it('that_is_stopped_while_the_door_opens_goes_out_again_and_publishes_nothing', async () => {
		let open: () => void = () => undefined;
		const { room, client, prepare } = world();
		prepare((made) => (made.door = new Promise((resolve) => (open = resolve))));
		room.join();
		room.admit(access('t1'));
		await pass();
		room.suspend();
		open();
		await pass();
		expect(client().joined).toBe(false);
		expect(client().published.size).toBe(0);
	});

	it('unpublishes_what_is_muted_and_publishes_it_again', async () => {
		const { room, client } = world();
		room.join();
		room.admit(access('t1'));
		await pass();
		await room.set('mic', false);
		await pass();
		expect(client().sending()).toEqual(['video']);
		await room.set('mic', true);
		await room.set('camera', false);
		await pass();
		expect(client().sending()).toEqual(['audio']);
	});

	it('whose_code_cannot_be_loaded_says_so_and_tries_again_with_the_next_token', async () => {
		const { room, clients, load } = world();
		load.mockRejectedValueOnce(new Error('offline'));
		room.join();
		room.admit(access('t1'));
		await pass();
		expect(room.state.link).toBe('failed');
		room.admit(access('t2'));
		await pass();
		expect(room.state.link).toBe('looking');
		expect(clients).toHaveLength(1);
	});

	it('without_an_access_says_so_until_one_comes_and_stays_where_it_is_in', async () => {
		const { room, client } = world();
		room.join();
		room.deny();
		expect(room.state.link).toBe('failed');
		room.admit(access('t1'));
		await pass();
		client().tell('user-joined', {});
		room.deny();
		expect(room.state.link).toBe('connected');
	});

	it('whose_door_never_opens_says_so_in_time_and_lets_go_of_it', async () => {
		const { room, clients, client, prepare } = world();
		prepare((made) => (made.door = clients.length === 0 ? new Promise(() => undefined) : Promise.resolve()));
		room.join();
		room.admit(access('t1'));
		await pass(19_999);
		expect(room.state.link).toBe('looking');
		await pass(1);
		expect([room.state.link, client().calls.at(-1)]).toEqual(['failed', 'leave']);
		room.admit(access('t2'));
		await pass();
		expect([clients.length, room.state.link]).toEqual([2, 'looking']);
	});

	it('that_cannot_be_entered_says_so_and_a_press_tries_again', async () => {
		const { room, clients, prepare } = world();
		prepare((made) => (made.refuses = clients.length === 0));
		room.join();
		room.admit(access('t1'));
		await pass();
		expect(room.state.link).toBe('failed');
		room.join();
		await pass();
		expect([clients.length, room.state.link]).toEqual([2, 'looking']);
	});

	it('taken_over_by_another_window_lets_everything_go', async () => {
		const { room, client, devices } = world();
		room.join();
		room.admit(access('t1'));
		await pass();
		client().tell('connection-state-change', 'DISCONNECTED', 'CONNECTED', 'UID_CONFLICT');
		await pass();
		expect(room.state.link).toBe('replaced');
		expect(devices.live()).toEqual([]);
		room.admit(access('t2'));
		await pass();
		expect(room.state.link).toBe('replaced');
	});

	it('put_out_by_the_network_enters_again', async () => {
		const { room, clients, client } = world();
		room.join();
		room.admit(access('t1'));
		await pass();
		client().tell('connection-state-change', 'DISCONNECTED', 'CONNECTED', 'NETWORK_ERROR');
		await pass();
		expect(clients).toHaveLength(2);
		expect(client().sending()).toEqual(['audio', 'video']);
	});

	it('that_finds_its_way_back_is_where_it_was', async () => {
		const { room, client } = world();
		room.join();
		room.admit(access('t1'));
		await pass();
		client().tell('user-joined', {});
		client().remoteUsers = [{}];
		client().tell('connection-state-change', 'RECONNECTING', 'CONNECTED');
		expect(room.state.link).toBe('reconnecting');
		client().tell('connection-state-change', 'CONNECTED', 'RECONNECTING');
		expect(room.state.link).toBe('connected');
		client().remoteUsers = [];
		client().tell('connection-state-change', 'RECONNECTING', 'CONNECTED');
		client().tell('connection-state-change', 'CONNECTED', 'RECONNECTING');
		expect(room.state.link).toBe('looking');
	});

	it('takes_what_comes_while_a_newer_token_is_on_its_way_through_the_door', async () => {
		let open: () => void = () => undefined;
		const { room, client, prepare } = world();
		prepare((made) => {
			made.door = new Promise((resolve) => (open = resolve));
			made.renewToken = () => new Promise(() => undefined);
		});
		room.join();
		room.admit(access('t1'));
		await pass();
		room.admit(access('t2'));
		open();
		await pass();
		client().tell('user-published', {}, 'video');
		await pass();
		expect(room.other.getTracks()).toHaveLength(1);
	});

	it('that_is_left_while_the_door_opens_hears_nothing_any_more', async () => {
		let open: () => void = () => undefined;
		const { room, client, prepare } = world();
		prepare((made) => (made.door = new Promise((resolve) => (open = resolve))));
		room.join();
		room.admit(access('t1'));
		await pass();
		room.leave();
		client().tell('user-joined', {});
		open();
		await pass();
		expect([room.state.link, client().joined]).toEqual(['idle', false]);
	});

	it('is_silent_for_good_once_left', async () => {
		const { room, client, devices } = world();
		room.join();
		room.admit(access('t1'));
		await pass();
		room.leave();
		expect(client().sending()).toEqual([]);
		await pass();
		expect([client().joined, room.state.link, devices.live()]).toEqual([false, 'idle', []]);
	});
});
