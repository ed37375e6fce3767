/**
 * Media in a room at Whereby, shown in a frame: devices, sound and picture are the vendor's, the time is ours. At the stop of
 * the clock the frame is taken away, and with it everything that is captured and played; no code of the vendor runs in this
 * page, only messages go between the two.
 */
import type { Access, AccessOf } from './access';
import { browserDevices, type Device, type DeviceSource, type Kind } from './devices';
import type { Link, MediaPlan, MediaRoom, MediaState } from './media-room';
import { OwnMedia, type Choices } from './own-media';
import type { Quality } from './quality';

export interface WherebyOptions {
	plan: MediaPlan;
	/** What the other side reads under one's picture. */
	name: string;
	/** What the frame is called for who does not see it. */
	title: string;
	choices?: Choices;
	devices?: DeviceSource;
}

/** A room that says nothing for so long is not there. */
const patienceMs = 20_000;
const allow = 'camera; microphone; autoplay; fullscreen';

/** The vendor's parameters: no chat, no recording, no way out but ours, and no second question for the devices. */
const settings: Record<string, string> = {
	jsApi: 'true',
	we: '1',
	skipMediaPermissionPrompt: 'on',
	precallReview: 'off',
	background: 'off',
	chat: 'off',
	people: 'off',
	screenshare: 'off',
	leaveButton: 'off',
	recording: 'off',
	breakout: 'off',
	reactions: 'off',
	locking: 'off'
};

export class WherebyRoom implements MediaRoom {
	readonly other = new MediaStream();
	readonly #options: WherebyOptions;
	/** For the check before the clock runs; in the room the frame has the devices. */
	readonly #check: OwnMedia;
	readonly #devices: DeviceSource;
	readonly #listeners = new Set<(state: MediaState) => void>();
	readonly #wanted: Record<Kind, boolean>;
	#access: AccessOf<'whereby'> | undefined;
	#frame: HTMLIFrameElement | undefined;
	#origin = '';
	#patience: ReturnType<typeof setTimeout> | undefined;
	#stop: (() => void) | undefined;
	#entered = false;
	#suspended = false;
	#link: Link = 'idle';
	#quality: Quality = 'unknown';
	#tracks = 0;
	state: MediaState;

	constructor(options: WherebyOptions) {
		this.#options = options;
		this.#devices = options.devices ?? browserDevices;
		this.#check = new OwnMedia(options.plan, this.#devices, options.choices ?? {}, () => this.#changed());
		this.#wanted = { mic: options.plan.mic, camera: options.plan.camera };
		this.state = this.#look();
	}

	get own(): MediaStream {
		return this.#check.picture;
	}

	get ownAudio(): MediaStream {
		return this.#check.sound;
	}

	/** The room, where it is to be seen; the page puts it on its stage. */
	get frame(): HTMLIFrameElement | undefined {
		return this.#frame;
	}

	onState(listener: (state: MediaState) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	prepare(): Promise<void> {
		return this.#check.open();
	}

	join(): void {
		if (this.#stop && this.#link !== 'failed') return;
		this.#stop?.();
		const hear = (event: MessageEvent) => this.#hear(event);
		addEventListener('message', hear);
		this.#stop = () => removeEventListener('message', hear);
		// The frame asks for the devices itself, and some systems give a device once.
		for (const kind of ['mic', 'camera'] as const) this.#wanted[kind] = this.#check.devices[kind].wanted;
		this.#check.close();
		this.#setLink('looking');
		this.#show();
	}

	leave(): void {
		this.#stop?.();
		this.#stop = undefined;
		this.#access = undefined;
		this.#hide();
		this.#check.close();
		this.#setLink('idle');
	}

	setMic(on: boolean): Promise<void> {
		return this.#set('mic', on);
	}

	setCamera(on: boolean): Promise<void> {
		return this.#set('camera', on);
	}

	/** In the room another device is chosen in the frame. */
	choose(kind: Kind, deviceId: string): Promise<void> {
		return this.#check.choose(kind, deviceId);
	}

	devices(kind: Kind): Promise<Device[]> {
		return this.#devices.list(kind);
	}

	admit(access: Access): void {
		if (access.adapter !== 'whereby') return;
		const moved = this.#access?.room_url !== access.room_url;
		this.#access = access;
		if (moved) this.#hide();
		if (this.#link === 'failed') this.#setLink('looking');
		this.#show();
	}

	deny(): void {
		if (this.#stop && !this.#suspended && !this.#frame) this.#setLink('failed');
	}

	suspend(): void {
		if (this.#suspended) return;
		this.#suspended = true;
		this.#access = undefined;
		this.#check.suspend();
		this.#hide();
		this.#changed();
	}

	resume(): void {
		if (!this.#suspended) return;
		this.#suspended = false;
		if (!this.#stop) void this.#check.resume();
		else this.#setLink('looking');
	}

	/** Puts the frame on the stage, if the room may be entered and is not there yet. */
	#show(): void {
		const access = this.#access;
		if (!access || !this.#stop || this.#suspended || this.#frame) return;
		const url = new URL(access.room_url);
		this.#origin = url.origin;
		const { name, plan } = this.#options;
		const chosen = {
			...settings,
			displayName: name,
			iframeSource: url.hostname.split('.')[0] ?? '',
			audio: this.#wanted.mic ? 'on' : 'off',
			video: this.#wanted.camera ? 'on' : 'off',
			...(plan.camera ? {} : { cameraAccess: 'off' })
		};
		for (const [key, value] of Object.entries(chosen))
			if (!url.searchParams.has(key)) url.searchParams.set(key, value);
		const frame = document.createElement('iframe');
		frame.title = this.#options.title;
		frame.allow = allow;
		frame.src = url.href;
		this.#frame = frame;
		this.#patience = setTimeout(() => this.#fail(), patienceMs);
		this.#setLink('connecting');
	}

	#hide(): void {
		clearTimeout(this.#patience);
		this.#entered = false;
		this.#quality = 'unknown';
		const frame = this.#frame;
		this.#frame = undefined;
		if (!frame) return;
		// Whatever becomes of the element, the room in it ends.
		frame.src = 'about:blank';
		frame.remove();
		this.#changed();
	}

	#fail(): void {
		this.#hide();
		this.#setLink('failed');
	}

	#hear({ origin, source, data }: MessageEvent): void {
		if (!this.#frame || origin !== this.#origin || source !== this.#frame.contentWindow) return;
		if (typeof data !== 'object' || data === null) return;
		const { type, payload } = data as { type?: unknown; payload?: Record<string, unknown> };
		switch (type) {
			case 'ready':
			case 'join':
				clearTimeout(this.#patience);
				if (type === 'join') this.#enter();
				break;
			case 'participantupdate':
				this.#count(payload?.['count']);
				break;
			case 'microphone_toggle':
				this.#toggled('mic', payload?.['enabled']);
				break;
			case 'camera_toggle':
				this.#toggled('camera', payload?.['enabled']);
				break;
			case 'connection_status_change':
				this.#quality = payload?.['status'] === 'stable' ? 'good' : 'poor';
				this.#changed();
				break;
			case 'leave':
			case 'meeting_end':
				// The room is gone, or its own way out was used: the next access opens it again.
				this.#access = undefined;
				this.#fail();
				break;
		}
	}

	#enter(): void {
		this.#entered = true;
		// What was pressed while the room was opening.
		this.#command('toggle_microphone', this.#wanted.mic);
		if (this.#options.plan.camera) this.#command('toggle_camera', this.#wanted.camera);
		if (this.#link === 'connecting') this.#setLink('looking');
	}

	#count(count: unknown): void {
		if (typeof count !== 'number') return;
		if (count > 1) this.#setLink('connected');
		else if (this.#link === 'connected') this.#setLink('gone');
	}

	#toggled(kind: Kind, enabled: unknown): void {
		if (typeof enabled !== 'boolean') return;
		this.#wanted[kind] = enabled;
		this.#changed();
	}

	async #set(kind: Kind, on: boolean): Promise<void> {
		if (!this.#options.plan[kind]) return;
		this.#wanted[kind] = on;
		if (this.#stop) this.#command(kind === 'mic' ? 'toggle_microphone' : 'toggle_camera', on);
		else await this.#check.set(kind, on);
		this.#changed();
	}

	#command(command: string, enabled: boolean): void {
		if (!this.#entered) return;
		this.#frame?.contentWindow?.postMessage({ command, args: [enabled] }, this.#origin);
	}

	#setLink(link: Link): void {
		this.#link = link;
		this.#changed();
	}

	#look(): MediaState {
		const device = (kind: Kind) => {
			if (!this.#stop) return this.#check.devices[kind];
			const wanted = this.#wanted[kind];
			return { ...this.#check.devices[kind], wanted, live: wanted && this.#entered, trouble: undefined };
		};
		return {
			link: this.#link,
			suspended: this.#suspended,
			mic: device('mic'),
			camera: device('camera'),
			tracks: this.#tracks,
			// What the other side sends is shown by the frame.
			other: { mic: true, camera: true },
			quality: this.#quality
		};
	}

	#changed(): void {
		this.#tracks += 1;
		this.state = this.#look();
		for (const listener of this.#listeners) listener(this.state);
	}
}
