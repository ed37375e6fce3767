import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Access } from './access';
import { FakeDevices, FakeStream } from './fakes';
import { planOf } from './media-room';
import { WherebyRoom } from './whereby-room';

type Hear = (event: { origin: string; source: unknown; data: unknown }) => void;
const hears = new Set<Hear>();
const frames: FakeFrame[] = [];

class FakeFrame {
	title = '';
	allow = '';
	src = '';
	removed = false;
	readonly commands: string[] = [];
	readonly contentWindow = {
		postMessage: ({ command, args }: { command: string; args: unknown[] }, origin: string) =>
			this.commands.push(`${command} ${String(args[0])} ${origin}`)
	};
	remove(): void {
		this.removed = true;
	}
	get url(): URL {
		return new URL(this.src);
	}
	/** The room in it says something. */
	say(
		type: string,
		payload: unknown = {},
		origin = this.url.origin,
		source: unknown = this.contentWindow
	): void {
		for (const hear of hears) hear({ origin, source, data: { type, payload } });
	}
}

beforeEach(() => {
	vi.useFakeTimers();
	vi.stubGlobal('MediaStream', FakeStream);
	vi.stubGlobal('addEventListener', (_: string, hear: Hear) => hears.add(hear));
	vi.stubGlobal('removeEventListener', (_: string, hear: Hear) => hears.delete(hear));
	vi.stubGlobal('document', {
		createElement: () => {
			frames.push(new FakeFrame());
			return frames.at(-1);
		}
	});
	hears.clear();
	frames.length = 0;
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllGlobals();
});

const link = 'https://parlor.whereby.com/9d2c';
const access = (room_url = link): Access => ({
	adapter: 'whereby',
	room_url,
	expires_at: '2026-11-26T12:00:00.000Z',
	renew_after_ms: 48_000
});
function world(modality = 'video') {
	const devices = new FakeDevices();
	const options = { plan: planOf(modality), name: 'Ada', title: 'Sound and picture with Bo', devices };
	return { room: new WherebyRoom(options), devices, frame: () => frames.at(-1) as FakeFrame };
}

describe('a room at Whereby', () => {
	it('is_a_frame_with_the_callers_link_and_no_way_around_the_page', () => {
		const { room, frame } = world();
		room.join();
		expect(room.frame).toBeUndefined();
		room.admit(access(`${link}?roomKey=abc`));
		expect(room.frame).toBe(frame());
		const { origin, pathname, searchParams } = frame().url;
		expect(origin + pathname).toBe(link);
		expect(Object.fromEntries(searchParams)).toMatchObject({
			roomKey: 'abc',
			displayName: 'Ada',
			iframeSource: 'parlor',
			leaveButton: 'off',
			chat: 'off',
			video: 'on'
		});
		expect(frame().title).toBe('Sound and picture with Bo');
		expect(frame().allow).not.toContain('display-capture');
	});

	it('by_voice_has_no_camera', () => {
		const { room, frame } = world('voice');
		room.join();
		room.admit(access());
		expect(frame().url.searchParams.get('video')).toBe('off');
		expect(frame().url.searchParams.get('cameraAccess')).toBe('off');
	});

	it('lets_the_devices_of_the_check_go_before_the_frame_asks_for_them', async () => {
		const { room, devices, frame } = world();
		await room.prepare();
		expect(devices.live()).toHaveLength(2);
		await room.set('camera', false);
		room.join();
		room.admit(access());
		expect(devices.live()).toEqual([]);
		expect(frame().url.searchParams.get('video')).toBe('off');
		expect(frame().url.searchParams.get('audio')).toBe('on');
	});

	it('is_connected_while_two_are_there', () => {
		const { room, frame } = world();
		room.join();
		room.admit(access());
		expect(room.state.link).toBe('connecting');
		frame().say('ready');
		frame().say('join');
		expect(room.state.link).toBe('looking');
		frame().say('participantupdate', { count: 2 });
		expect(room.state.link).toBe('connected');
		frame().say('participantupdate', { count: 1 });
		expect(room.state.link).toBe('gone');
	});

	it('is_muted_from_the_page_and_the_page_hears_of_a_press_in_the_frame', async () => {
		const { room, frame } = world();
		room.join();
		room.admit(access());
		await room.set('mic', false);
		expect(frame().commands).toEqual([]);
		frame().say('join');
		const origin = 'https://parlor.whereby.com';
		expect(frame().commands).toEqual([`toggle_microphone false ${origin}`, `toggle_camera true ${origin}`]);
		frame().say('camera_toggle', { enabled: false });
		expect([room.state.mic.wanted, room.state.camera.wanted]).toEqual([false, false]);
	});

	it('believes_nobody_but_the_frame', () => {
		const { room, frame } = world();
		room.join();
		room.admit(access());
		frame().say('participantupdate', { count: 2 }, 'https://evil.example');
		frame().say('participantupdate', { count: 2 }, frame().url.origin, {});
		for (const hear of hears) hear({ origin: frame().url.origin, source: frame().contentWindow, data: 'x' });
		expect(room.state.link).toBe('connecting');
	});

	it('goes_with_everything_in_it_when_the_clock_stops_and_comes_back_with_a_new_access_alone', () => {
		const { room } = world();
		room.join();
		room.admit(access());
		frames[0]?.say('join');
		room.suspend();
		expect([frames[0]?.src, frames[0]?.removed, room.frame]).toEqual(['about:blank', true, undefined]);
		room.resume();
		expect(room.frame).toBeUndefined();
		room.admit(access());
		expect(frames).toHaveLength(2);
		expect(room.state.suspended).toBe(false);
	});

	it('stays_as_it_is_when_the_access_is_renewed_and_moves_when_the_meeting_did', () => {
		const { room } = world();
		room.join();
		room.admit(access());
		room.admit(access());
		expect(frames).toHaveLength(1);
		room.admit(access('https://parlor.whereby.com/other'));
		expect([frames.length, frames[0]?.removed]).toEqual([2, true]);
	});

	it('that_says_nothing_or_ends_is_a_failure_that_the_next_access_mends', async () => {
		const { room, frame } = world();
		room.join();
		room.admit(access());
		await vi.advanceTimersByTimeAsync(20_000);
		expect([room.state.link, room.frame]).toEqual(['failed', undefined]);
		room.admit(access());
		frame().say('join');
		expect(room.state.link).toBe('looking');
		frame().say('meeting_end');
		expect(room.state.link).toBe('failed');
		room.admit(access());
		expect([frames.length, room.state.link]).toEqual([3, 'connecting']);
	});

	it('without_an_access_says_so_until_one_comes', () => {
		const { room } = world();
		room.join();
		room.deny();
		expect(room.state.link).toBe('failed');
		room.admit(access());
		expect([frames.length, room.state.link]).toEqual([1, 'connecting']);
		room.deny();
		expect(room.state.link).toBe('connecting');
	});

	it('is_gone_for_good_once_left', () => {
		const { room, frame } = world();
		room.join();
		room.admit(access());
		room.leave();
		expect([frame().removed, room.frame, room.state.link, hears.size]).toEqual([true, undefined, 'idle', 0]);
	});
});
