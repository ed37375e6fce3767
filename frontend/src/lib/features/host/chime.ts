/** Two soft notes for an incoming request, made here: no file to load, nothing to license. */
import { readStored, writeStored } from '$lib/storage';

const slot = 'parlor.chime';
const notes = [659.25, 880];
const noteSeconds = 0.22;
let context: AudioContext | undefined;

export function isMuted(): boolean {
	return readStored(slot) === 'muted';
}

export function setMuted(muted: boolean): void {
	writeStored(slot, muted ? 'muted' : undefined);
}

/** A browser allows sound after the first press on the page; before that this does nothing. */
export function chime(): void {
	try {
		context ??= new AudioContext();
		void context.resume();
		notes.forEach((frequency, index) => play(context as AudioContext, frequency, index * noteSeconds));
	} catch {
		// No sound device: the list and the page title still show the request.
	}
}

function play(audio: AudioContext, frequency: number, delay: number): void {
	const begin = audio.currentTime + delay;
	const tone = audio.createOscillator();
	const volume = audio.createGain();
	tone.frequency.value = frequency;
	volume.gain.setValueAtTime(0, begin);
	volume.gain.linearRampToValueAtTime(0.2, begin + 0.03);
	volume.gain.exponentialRampToValueAtTime(0.001, begin + noteSeconds * 2);
	tone.connect(volume).connect(audio.destination);
	tone.start(begin);
	tone.stop(begin + noteSeconds * 2);
}
