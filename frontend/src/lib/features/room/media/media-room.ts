/**
 * The media of a session behind one interface; which implementation serves it is the brand's choice. The room decides when
 * media may flow (`suspend`, `resume`), the implementation how.
 */
import type { Access } from './access';
import type { Device, Kind, Trouble } from './devices';
import type { Quality } from './quality';

/**
 * `idle`: not joined. `looking`: joined, nobody has answered. `connecting`, `connected`, `reconnecting`: the way to the other
 * side. `gone`: they closed the room. `replaced`: it went on in another window of the same person. `failed`: what carries the
 * room could not be loaded or entered; the next access tries again, and so does `join`.
 */
export type Link =
	'idle' | 'looking' | 'connecting' | 'connected' | 'reconnecting' | 'gone' | 'replaced' | 'failed';

/** One of one's own devices. `wanted` is the person's choice; `live` says whether it is being captured now. */
export interface OwnDevice {
	wanted: boolean;
	live: boolean;
	/** Asked for and not there yet: the browser may be showing its question. */
	opening: boolean;
	trouble: Trouble | undefined;
	deviceId: string | undefined;
}

export interface MediaState {
	link: Link;
	/** The clock stands: nothing is captured, sent or played. */
	suspended: boolean;
	mic: OwnDevice;
	camera: OwnDevice;
	/** Counts up whenever a track of `own` or `other` has changed. */
	tracks: number;
	/** What the other side says it sends. */
	other: { mic: boolean; camera: boolean };
	quality: Quality;
}

export interface MediaRoom {
	readonly state: MediaState;
	/** One's own picture, for the self-view; audio is never in it. */
	readonly own: MediaStream;
	/** One's own microphone, for the level meter. */
	readonly ownAudio: MediaStream;
	/** What comes from the other side. */
	readonly other: MediaStream;
	/** A room that is shown by a page of its vendor, where there is one; it stands in for `other`, and has the devices. */
	readonly frame?: HTMLIFrameElement | undefined;
	/** Called with each new state. Returns what stops it. */
	onState(listener: (state: MediaState) => void): () => void;
	/** Opens the devices that are wanted, for a check before the clock runs. Says with `trouble` what did not open. */
	prepare(): Promise<void>;
	/** Looks for the other side and stays connected with it until `leave`. */
	join(): void;
	leave(): void;
	/** Mutes or unmutes, stops the camera or starts it; asks once more for a device that was refused or missing. */
	set(kind: Kind, on: boolean): Promise<void>;
	/** Uses another device of the kind, now and later. */
	choose(kind: Kind, deviceId: string): Promise<void>;
	devices(kind: Kind): Promise<Device[]>;
	/**
	 * What lets this browser into the media, as the server gave it: comes after each `resume`, and again before it lapses.
	 */
	admit(access: Access): void;
	/** No access could be had, because the server or a vendor does not answer; it is asked for again. */
	deny(): void;
	/** Stops capturing, sending and playing at once. */
	suspend(): void;
	/** Goes on as before. */
	resume(): void;
}

/** Which media a session has. */
export interface MediaPlan {
	mic: boolean;
	camera: boolean;
}

export function planOf(modality: string): MediaPlan {
	return { mic: modality !== 'text', camera: modality === 'video' };
}
