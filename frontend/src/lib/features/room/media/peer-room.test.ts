import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeChannel, FakeDevices, FakePeer, FakeStream } from './fakes';
import { planOf } from './media-room';
import { PeerRoom } from './peer-room';

beforeEach(() => {
	vi.useFakeTimers();
	vi.stubGlobal('MediaStream', FakeStream);
	vi.stubGlobal('addEventListener', () => undefined);
	vi.stubGlobal('removeEventListener', () => undefined);
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

function side(channel: FakeChannel, end: 0 | 1, modality = 'video') {
	const peers: FakePeer[] = [];
	const configurations: RTCConfiguration[] = [];
	const devices = new FakeDevices();
	const room = new PeerRoom({
		signals: channel.end(end),
		plan: planOf(modality),
		polite: end === 1,
		devices,
		makePeer: (configuration) => {
			configurations.push(configuration);
			peers.push(new FakePeer());
			(peers.at(-1) as FakePeer).configuration = configuration;
			return peers.at(-1) as unknown as RTCPeerConnection;
		}
	});
	return { room, devices, peers, configurations, peer: () => peers.at(-1) as FakePeer };
}

function both(modality = 'video') {
	const channel = new FakeChannel();
	return { channel, host: side(channel, 0, modality), member: side(channel, 1, modality) };
}
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe('a room of two', () => {
	it.each([true, false])('connects_whoever_comes_first (%s)', async (hostFirst) => {
		const { host, member } = both();
		const [first, second] = hostFirst ? [host, member] : [member, host];
		first.room.join();
		await pass(500);
		expect(first.room.state.link).toBe('looking');
		second.room.join();
		await pass(500);
		for (const one of [host, member]) {
			expect(one.room.state.link).toBe('connected');
			expect(one.peer().sending()).toEqual(['audio', 'video']);
			expect(one.room.other.getTracks()).toHaveLength(2);
			expect(one.room.state.other).toEqual({ mic: true, camera: true });
			expect(one.peers).toHaveLength(1);
		}
	});

	it('leaves_the_keys_of_each_connection_to_the_browser_and_names_no_server_unasked', async () => {
		const { host, member } = both();
		host.room.join();
		member.room.join();
		await pass(500);
		for (const { configurations } of [host, member]) {
			expect(configurations).toEqual([{ iceServers: [], bundlePolicy: 'max-bundle' }]);
		}
	});

	it('by_voice_opens_no_camera', async () => {
		const { host, member } = both('voice');
		host.room.join();
		member.room.join();
		await pass(500);
		await member.room.set('camera', true);
		expect(member.peer().sending()).toEqual(['audio']);
		expect(member.devices.opened.map((track) => track.kind)).toEqual(['audio']);
		expect(host.room.state.other).toEqual({ mic: true, camera: false });
	});

	it('comes_about_though_any_one_signal_is_lost', async () => {
		const probe = both();
		probe.host.room.join();
		probe.member.room.join();
		await pass(1000);
		for (let lost = 0; lost < probe.channel.sent.length; lost++) {
			const { channel, host, member } = both();
			let count = 0;
			channel.loses = () => count++ === lost;
			host.room.join();
			member.room.join();
			await pass(30_000);
			expect([lost, host.room.state.link, member.room.state.link]).toEqual([lost, 'connected', 'connected']);
			host.room.leave();
			member.room.leave();
		}
	});

	it('finds_a_new_way_after_a_break', async () => {
		const { host, member } = both();
		host.room.join();
		member.room.join();
		await pass(500);
		host.peer().become('disconnected');
		expect(host.room.state.link).toBe('reconnecting');
		await pass(3000);
		expect(host.peer().restarts).toBe(1);
		expect(host.room.state.link).toBe('connected');
	});

	it('begins_anew_when_no_new_way_is_found', async () => {
		const { channel, host, member } = both();
		host.room.join();
		member.room.join();
		await pass(500);
		channel.loses = () => true;
		host.peer().become('failed');
		member.peer().become('failed');
		await pass(20_000);
		expect(host.room.state.link).not.toBe('connected');
		channel.loses = () => false;
		await pass(15_000);
		expect(host.room.state.link).toBe('connected');
		expect(member.room.state.link).toBe('connected');
	});

	it('is_found_at_once_when_the_channel_is_back', async () => {
		const { channel, host, member } = both();
		channel.loses = () => true;
		host.room.join();
		member.room.join();
		await pass(100);
		channel.loses = () => false;
		channel.open();
		await pass(500);
		expect([host.room.state.link, member.room.state.link]).toEqual(['connected', 'connected']);
	});

	it('goes_on_when_one_side_reloads_the_page', async () => {
		const { channel, host, member } = both();
		host.room.join();
		member.room.join();
		await pass(500);
		member.room.leave();
		await pass(10);
		expect(host.room.state.link).toBe('gone');
		const again = side(channel, 1);
		again.room.join();
		await pass(500);
		expect(host.room.state.link).toBe('connected');
		expect(again.room.state.link).toBe('connected');
	});

	it('moves_to_the_window_that_was_opened_last_and_stays_there', async () => {
		const { channel, host, member } = both();
		host.room.join();
		member.room.join();
		await pass(500);
		const other = side(channel, 1);
		other.room.join();
		await pass(20_000);
		expect(member.room.state.link).toBe('replaced');
		expect(member.devices.live()).toEqual([]);
		expect(other.room.state.link).toBe('connected');
		member.room.join();
		await pass(20_000);
		expect(other.room.state.link).toBe('replaced');
		expect(member.room.state.link).toBe('connected');
	});
});

describe('the stop of the clock', () => {
	it('captures_sends_and_plays_nothing_at_once_and_goes_on_as_before', async () => {
		const { host, member } = both();
		host.room.join();
		member.room.join();
		await pass(500);
		member.room.suspend();
		expect(member.devices.live()).toEqual([]);
		expect(member.peer().sending()).toEqual([]);
		expect(member.room.other.getTracks().map((track) => track.enabled)).toEqual([false, false]);
		await pass(10);
		expect(host.room.state.other).toEqual({ mic: false, camera: false });
		member.room.resume();
		await pass(10);
		expect(member.peer().sending()).toEqual(['audio', 'video']);
		expect(member.room.other.getTracks().map((track) => track.enabled)).toEqual([true, true]);
		expect(host.room.state.other).toEqual({ mic: true, camera: true });
	});

	it('holds_for_a_device_that_opens_only_then', async () => {
		const { host } = both();
		let open = () => {};
		host.devices.hold = new Promise((resolve) => (open = resolve));
		host.room.join();
		await pass(10);
		host.room.suspend();
		open();
		await pass(10);
		expect(host.devices.opened).toHaveLength(2);
		expect(host.devices.live()).toEqual([]);
	});

	it('keeps_what_was_off_off', async () => {
		const { host, member } = both();
		host.room.join();
		member.room.join();
		await pass(500);
		await member.room.set('camera', false);
		await member.room.set('mic', false);
		member.room.suspend();
		member.room.resume();
		await pass(10);
		expect(member.peer().sending()).toEqual([]);
		expect(member.devices.live()).toEqual([]);
		expect(member.room.state.mic.wanted).toBe(false);
	});
});

describe('ones own devices', () => {
	it('a_camera_that_is_off_is_let_go_and_a_muted_microphone_is_silent', async () => {
		const { host, member } = both();
		host.room.join();
		member.room.join();
		await pass(500);
		await host.room.set('camera', false);
		await host.room.set('mic', false);
		expect(host.devices.live().map((track) => [track.kind, track.enabled])).toEqual([['audio', false]]);
		await pass(10);
		expect(member.room.state.other).toEqual({ mic: false, camera: false });
		await host.room.set('mic', true);
		expect(host.devices.opened).toHaveLength(2);
		expect(host.devices.live().map((track) => track.enabled)).toEqual([true]);
	});

	it('a_refused_camera_leaves_the_call_and_says_why', async () => {
		const { host, member } = both();
		member.devices.trouble = { camera: 'blocked' };
		host.room.join();
		member.room.join();
		await pass(500);
		expect(member.room.state.camera).toMatchObject({ wanted: false, trouble: 'blocked', opening: false });
		expect(member.peer().sending()).toEqual(['audio']);
		expect(host.room.state.other).toEqual({ mic: true, camera: false });
		member.devices.trouble = {};
		await member.room.set('camera', true);
		expect(member.room.state.camera).toMatchObject({ live: true, trouble: undefined });
		expect(member.peer().sending()).toEqual(['audio', 'video']);
	});

	it('another_camera_takes_the_place_of_the_first', async () => {
		const { host, member } = both();
		host.room.join();
		member.room.join();
		await pass(500);
		await host.room.choose('camera', 'second');
		expect(host.devices.live().map((track) => track.id)).toEqual(['mic-default', 'second']);
		expect(host.peer().sending()).toEqual(['audio', 'video']);
	});

	it('one_that_is_unplugged_is_replaced', async () => {
		const { host } = both();
		host.room.join();
		await pass(10);
		host.devices.opened[0]?.onended?.();
		await pass(10);
		expect(host.devices.opened).toHaveLength(3);
		expect(host.room.state.mic.live).toBe(true);
	});

	it('nothing_is_opened_before_it_is_needed', () => {
		const { host } = both();
		expect(host.devices.opened).toEqual([]);
	});

	it('uses_the_servers_it_is_given_whether_they_come_before_or_after_the_other_side', async () => {
		const { host, member } = both();
		const servers = [{ urls: ['turn:relay'], username: '1:ada', credential: 'x' }];
		const access = { adapter: 'peer', ice_servers: servers } as const;
		member.room.admit({ ...access, ice_servers: servers });
		host.room.join();
		member.room.join();
		await pass(3);
		host.room.admit({ ...access, ice_servers: servers });
		await pass(5000);
		for (const one of [host, member]) {
			expect(one.room.state.link).toBe('connected');
			expect(one.peer().configuration.iceServers).toEqual(servers);
		}
		const restarts = host.peer().restarts;
		const newer = [{ urls: ['turn:relay'], username: '2:ada', credential: 'y' }];
		host.room.admit({ ...access, ice_servers: newer });
		await pass(5000);
		// A newer credential alone disturbs nobody.
		expect(host.peer().restarts).toBe(restarts);
		expect(host.peer().configuration.iceServers).toEqual(newer);
		expect(host.room.state.link).toBe('connected');
	});
});
