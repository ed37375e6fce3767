import { describe, expect, it } from 'vitest';
import { captionOf } from './caption';
import type { Link, MediaState } from './media-room';

const device = { wanted: true, live: true, opening: false, trouble: undefined, deviceId: undefined };
const state = (link: Link, camera = true): MediaState => ({
	link,
	suspended: false,
	mic: device,
	camera: device,
	tracks: 0,
	other: { mic: true, camera },
	quality: 'good'
});
const now = { name: 'Luna', flows: true, unpaid: false, otherConnected: true, video: true };

describe('what is said over the picture', () => {
	it('is_nothing_while_all_is_well', () => expect(captionOf(state('connected'), now)).toBeUndefined());
	it('names_a_camera_that_is_off_only_where_a_picture_is_expected', () => {
		expect(captionOf(state('connected', false), now)).toMatch(/Luna has no camera on/);
		expect(captionOf(state('connected', false), { ...now, video: false })).toBeUndefined();
	});
	it('says_why_nothing_is_seen_when_the_clock_stands', () => {
		expect(captionOf(state('connected'), { ...now, flows: false })).toMatch(/clock has stopped/);
		expect(captionOf(state('connected'), { ...now, flows: false, unpaid: true })).toMatch(
			/paid time is over/
		);
	});
	it('tells_a_lost_connection_from_somebody_who_is_not_there', () => {
		expect(captionOf(state('reconnecting'), now)).toMatch(/interrupted/);
		expect(captionOf(state('reconnecting'), { ...now, otherConnected: false })).toMatch(/offline/);
		expect(captionOf(state('gone'), { ...now, otherConnected: false })).toMatch(/closed the room/);
	});
	it.each(['idle', 'looking', 'connecting', 'replaced', 'failed'] as const)('has_words_for_%s', (link) =>
		expect(captionOf(state(link), now)).toBeTruthy()
	);
});
