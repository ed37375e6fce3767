/** What every room has, whatever carries it: one's own devices, and the state that the page watches. */
import { browserDevices, trackKinds, type Device, type DeviceSource, type Kind } from './devices';
import type { MediaPlan, MediaState, OwnDevice } from './media-room';
import { OwnMedia, type Choices } from './own-media';

export interface BaseOptions {
	plan: MediaPlan;
	choices?: Choices;
	devices?: DeviceSource;
}

type Facts = Partial<Omit<MediaState, 'mic' | 'camera' | 'tracks'>>;

export abstract class BaseRoom {
	/** What comes from the other side. */
	readonly other = new MediaStream();
	state: MediaState;
	protected readonly plan: MediaPlan;
	protected readonly media: OwnMedia;
	readonly #devices: DeviceSource;
	readonly #listeners = new Set<(state: MediaState) => void>();

	constructor({ plan, choices = {}, devices = browserDevices }: BaseOptions) {
		this.plan = plan;
		this.#devices = devices;
		this.media = new OwnMedia(plan, devices, choices, (kind) => this.ownChanged(kind));
		this.state = {
			link: 'idle',
			suspended: false,
			...this.media.devices,
			tracks: 0,
			other: { mic: false, camera: false },
			quality: 'unknown'
		};
	}

	get own(): MediaStream {
		return this.media.picture;
	}

	get ownAudio(): MediaStream {
		return this.media.sound;
	}

	onState(listener: (state: MediaState) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	prepare(): Promise<void> {
		return this.media.open();
	}

	set(kind: Kind, on: boolean): Promise<void> {
		return this.media.set(kind, on);
	}

	choose(kind: Kind, deviceId: string): Promise<void> {
		return this.media.choose(kind, deviceId);
	}

	devices(kind: Kind): Promise<Device[]> {
		return this.#devices.list(kind);
	}

	/** One of one's own devices has opened, closed, or was muted. */
	protected ownChanged(_kind: Kind): void {
		this.tell();
	}

	/** How one's own device stands. */
	protected device(kind: Kind): OwnDevice {
		return this.media.devices[kind];
	}

	/** Tells everybody how the room is now, with what has changed. */
	protected tell(facts: Facts = {}): void {
		const [mic, camera] = [this.device('mic'), this.device('camera')];
		this.state = { ...this.state, ...facts, mic, camera, tracks: this.state.tracks + 1 };
		for (const listener of this.#listeners) listener(this.state);
	}

	/** Plays this in place of what came of its kind before. */
	protected play(track: MediaStreamTrack): void {
		for (const old of this.other.getTracks()) if (old.kind === track.kind) this.other.removeTrack(old);
		this.other.addTrack(track);
	}

	/** Plays nothing of these kinds any more, from this moment on. */
	protected silence(...which: readonly Kind[]): void {
		for (const track of this.other.getTracks()) {
			if (!which.some((kind) => trackKinds[kind] === track.kind)) continue;
			track.enabled = false;
			this.other.removeTrack(track);
		}
	}
}
