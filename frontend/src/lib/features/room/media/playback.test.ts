import { expect, it } from 'vitest';
import { Playback } from './playback';

/** An element that begins anew, paused, whenever something is assigned. */
class Element {
	paused = true;
	assigned = 0;
	#source: MediaProvider | null = null;
	get srcObject() {
		return this.#source;
	}
	set srcObject(source) {
		this.#source = source;
		this.paused = true;
		if (source) this.assigned += 1;
	}
	pause() {
		this.paused = true;
	}
}
const streamOf = (...ids: string[]) => {
	const tracks = ids.map((id) => ({ id }));
	return { tracks, getTracks: () => tracks as unknown as MediaStreamTrack[] };
};

it('a_stream_without_tracks_is_not_attached_as_sound_that_comes_later_would_never_play', () => {
	const [element, stream, playback] = [new Element(), streamOf(), new Playback()];
	expect(playback.attach(element, stream, true)).toBe(false);
	expect(element.srcObject).toBeNull();
	stream.tracks.push({ id: 'sound' });
	expect(playback.attach(element, stream, true)).toBe(true);
	expect(element.srcObject).toBe(stream);
});

it('other_tracks_are_attached_anew_and_the_same_ones_go_on', () => {
	const [element, stream, playback] = [new Element(), streamOf('sound'), new Playback()];
	playback.attach(element, stream, true);
	element.paused = false;
	expect(playback.attach(element, stream, true)).toBe(false);
	expect(element.assigned).toBe(1);
	stream.tracks.push({ id: 'picture' });
	expect(playback.attach(element, stream, true)).toBe(true);
	expect(element.assigned).toBe(2);
});

it('what_may_not_be_heard_is_detached_and_comes_back_with_the_same_tracks', () => {
	const [element, stream, playback] = [new Element(), streamOf('sound'), new Playback()];
	playback.attach(element, stream, true);
	element.paused = false;
	expect(playback.attach(element, stream, false)).toBe(false);
	expect([element.paused, element.srcObject]).toEqual([true, null]);
	expect(playback.attach(element, stream, true)).toBe(true);
	expect(element.srcObject).toBe(stream);
});
