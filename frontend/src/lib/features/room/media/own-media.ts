/**
 * One's own microphone and camera. A muted microphone stays open and silent, so that it is back at once; a camera that is
 * off is let go, so that its light is off. While the room is suspended nothing is captured at all.
 */
import { DeviceError, type DeviceSource, type Kind, type Trouble } from './devices';
import type { MediaPlan, OwnDevice } from './media-room';

export interface Choice {
	wanted: boolean;
	deviceId?: string | undefined;
}
export type Choices = Partial<Record<Kind, Choice>>;

export const kinds: readonly Kind[] = ['mic', 'camera'];

export class OwnMedia {
	readonly devices: Record<Kind, OwnDevice>;
	readonly picture = new MediaStream();
	readonly sound = new MediaStream();
	readonly #plan: MediaPlan;
	readonly #source: DeviceSource;
	readonly #changed: (kind: Kind) => void;
	readonly #tracks: Partial<Record<Kind, MediaStreamTrack>> = {};
	readonly #work: Record<Kind, Promise<void>> = { mic: Promise.resolve(), camera: Promise.resolve() };
	/** Devices are first asked for when a person has come to the point where they are needed. */
	#asked = false;
	#allowed = true;

	constructor(plan: MediaPlan, source: DeviceSource, choices: Choices, changed: (kind: Kind) => void) {
		this.#plan = plan;
		this.#source = source;
		this.#changed = changed;
		const device = (kind: Kind): OwnDevice => ({
			wanted: plan[kind] && (choices[kind]?.wanted ?? true),
			live: false,
			opening: false,
			trouble: undefined,
			deviceId: choices[kind]?.deviceId
		});
		this.devices = { mic: device('mic'), camera: device('camera') };
	}

	/** The track to send: none while it is off, muted or not there. */
	track(kind: Kind): MediaStreamTrack | undefined {
		return this.#tracks[kind];
	}

	/** Whether something of this kind can be heard or seen by the other side. */
	isSending(kind: Kind): boolean {
		return this.#tracks[kind] !== undefined && this.devices[kind].wanted;
	}

	async open(): Promise<void> {
		this.#asked = true;
		await Promise.all(kinds.map((kind) => this.#settle(kind)));
	}

	async set(kind: Kind, on: boolean): Promise<void> {
		if (!this.#plan[kind]) return;
		this.#asked ||= on;
		this.#patch(kind, { wanted: on });
		await this.#settle(kind);
	}

	async choose(kind: Kind, deviceId: string): Promise<void> {
		this.#patch(kind, { deviceId });
		this.#drop(kind);
		await this.#settle(kind);
	}

	/** Stops capturing at once. */
	suspend(): void {
		this.#allowed = false;
		for (const kind of kinds) this.#drop(kind);
	}

	async resume(): Promise<void> {
		this.#allowed = true;
		await Promise.all(kinds.map((kind) => this.#settle(kind)));
	}

	close(): void {
		this.#asked = false;
		for (const kind of kinds) this.#drop(kind);
	}

	#shouldHave(kind: Kind): boolean {
		const { wanted } = this.devices[kind];
		const keep = kind === 'mic' && this.#tracks.mic !== undefined;
		return this.#plan[kind] && this.#asked && this.#allowed && (wanted || keep);
	}

	/** Brings what is captured in line with what is wanted; one after the other for each kind. */
	#settle(kind: Kind): Promise<void> {
		this.#work[kind] = this.#work[kind].then(() => this.#settleNow(kind));
		return this.#work[kind];
	}

	async #settleNow(kind: Kind): Promise<void> {
		if (!this.#shouldHave(kind)) this.#drop(kind);
		else if (!this.#tracks[kind]) await this.#openNow(kind);
		const track = this.#tracks[kind];
		if (track && track.enabled !== this.devices[kind].wanted) {
			track.enabled = this.devices[kind].wanted;
			this.#changed(kind);
		}
	}

	async #openNow(kind: Kind): Promise<void> {
		this.#patch(kind, { opening: true, trouble: undefined });
		try {
			const track = await this.#source.open(kind, this.devices[kind].deviceId);
			// Meanwhile the person, or the clock, may have decided otherwise.
			if (this.#shouldHave(kind)) this.#adopt(kind, track);
			else track.stop();
			this.#patch(kind, { opening: false });
		} catch (error) {
			const trouble: Trouble = error instanceof DeviceError ? error.trouble : 'taken';
			this.#patch(kind, { opening: false, wanted: false, trouble });
		}
	}

	#adopt(kind: Kind, track: MediaStreamTrack): void {
		this.#tracks[kind] = track;
		(kind === 'mic' ? this.sound : this.picture).addTrack(track);
		track.onended = () => {
			// Unplugged, or the permission was taken back: another device may be there.
			if (this.#tracks[kind] !== track) return;
			this.#drop(kind);
			void this.#settle(kind);
		};
		this.#patch(kind, { live: true, deviceId: track.getSettings().deviceId ?? this.devices[kind].deviceId });
	}

	#drop(kind: Kind): void {
		const track = this.#tracks[kind];
		if (!track) return;
		delete this.#tracks[kind];
		track.onended = null;
		track.stop();
		(kind === 'mic' ? this.sound : this.picture).removeTrack(track);
		this.#patch(kind, { live: false });
	}

	#patch(kind: Kind, facts: Partial<OwnDevice>): void {
		this.devices[kind] = { ...this.devices[kind], ...facts };
		this.#changed(kind);
	}
}
