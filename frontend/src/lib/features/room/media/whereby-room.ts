/**
 * Media in a room at Whereby, shown in a frame: devices, sound and picture are the vendor's, the time is ours. At the stop of
 * the clock the frame is taken away, and with it everything that is captured and played; no code of the vendor runs in this
 * page, only messages go between the two.
 */
import type { Access, AccessOf } from './access';
import { BaseRoom, type BaseOptions } from './base-room';
import type { Kind } from './devices';
import type { MediaRoom, OwnDevice } from './media-room';
import { kinds } from './own-media';

export interface WherebyOptions extends BaseOptions {
	/** What the other side reads under one's picture. */
	name: string;
	/** What the frame is called for who does not see it. */
	title: string;
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

/** Before the clock runs the devices are ours, for a look at oneself; in the room the frame has them. */
export class WherebyRoom extends BaseRoom implements MediaRoom {
	readonly #options: WherebyOptions;
	readonly #wanted: Record<Kind, boolean>;
	#access: AccessOf<'whereby'> | undefined;
	#frame: HTMLIFrameElement | undefined;
	#origin = '';
	#patience: ReturnType<typeof setTimeout> | undefined;
	#stop: (() => void) | undefined;
	#entered = false;

	constructor(options: WherebyOptions) {
		super(options);
		this.#options = options;
		this.#wanted = { mic: options.plan.mic, camera: options.plan.camera };
		// What the other side sends is shown by the frame.
		this.tell({ other: { mic: true, camera: true } });
	}

	/** The room, where it is to be seen; the page puts it on its stage. */
	get frame(): HTMLIFrameElement | undefined {
		return this.#frame;
	}

	join(): void {
		if (this.#stop && this.state.link !== 'failed') return;
		this.#stop?.();
		const hear = (event: MessageEvent) => this.#hear(event);
		addEventListener('message', hear);
		this.#stop = () => removeEventListener('message', hear);
		// The frame asks for the devices itself, and some systems give a device once.
		for (const kind of kinds) this.#wanted[kind] = this.media.devices[kind].wanted;
		this.media.close();
		this.tell({ link: 'looking' });
		this.#show();
	}

	leave(): void {
		this.#stop?.();
		this.#stop = undefined;
		this.#access = undefined;
		this.#hide();
		this.media.close();
		this.tell({ link: 'idle' });
	}

	override async set(kind: Kind, on: boolean): Promise<void> {
		if (!this.plan[kind]) return;
		this.#wanted[kind] = on;
		if (this.#stop) this.#command(kind === 'mic' ? 'toggle_microphone' : 'toggle_camera', on);
		else await this.media.set(kind, on);
		this.tell();
	}

	admit(access: Access): void {
		if (access.adapter !== 'whereby') return;
		const moved = this.#access?.room_url !== access.room_url;
		this.#access = access;
		if (moved) this.#hide();
		if (this.state.link === 'failed') this.tell({ link: 'looking' });
		this.#show();
	}

	deny(): void {
		if (this.#stop && !this.state.suspended && !this.#frame) this.tell({ link: 'failed' });
	}

	suspend(): void {
		if (this.state.suspended) return;
		this.#access = undefined;
		this.#hide();
		this.tell({ suspended: true });
		this.media.suspend();
	}

	resume(): void {
		if (!this.state.suspended) return;
		this.tell({ suspended: false, ...(this.#stop ? { link: 'looking' } : {}) });
		if (!this.#stop) void this.media.resume();
	}

	protected override device(kind: Kind): OwnDevice {
		const device = super.device(kind);
		if (!this.#stop) return device;
		const wanted = this.#wanted[kind];
		return { ...device, wanted, live: wanted && this.#entered, trouble: undefined };
	}

	/** Puts the frame on the stage, if the room may be entered and is not there yet. */
	#show(): void {
		const access = this.#access;
		if (!access || !this.#stop || this.state.suspended || this.#frame) return;
		const url = new URL(access.room_url);
		this.#origin = url.origin;
		const chosen = {
			...settings,
			displayName: this.#options.name,
			iframeSource: url.hostname.split('.')[0] ?? '',
			audio: this.#wanted.mic ? 'on' : 'off',
			video: this.#wanted.camera ? 'on' : 'off',
			...(this.plan.camera ? {} : { cameraAccess: 'off' })
		};
		for (const [key, value] of Object.entries(chosen))
			if (!url.searchParams.has(key)) url.searchParams.set(key, value);
		const frame = document.createElement('iframe');
		frame.title = this.#options.title;
		frame.allow = allow;
		frame.src = url.href;
		this.#frame = frame;
		this.#patience = setTimeout(() => this.#fail(), patienceMs);
		this.tell({ link: 'connecting' });
	}

	#hide(): void {
		clearTimeout(this.#patience);
		this.#entered = false;
		const frame = this.#frame;
		this.#frame = undefined;
		if (!frame) return;
		// Whatever becomes of the element, the room in it ends.
		frame.src = 'about:blank';
		frame.remove();
		this.tell({ quality: 'unknown' });
	}

	#fail(): void {
		this.#hide();
		this.tell({ link: 'failed' });
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
				this.tell({ quality: payload?.['status'] === 'stable' ? 'good' : 'poor' });
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
		if (this.plan.camera) this.#command('toggle_camera', this.#wanted.camera);
		if (this.state.link === 'connecting') this.tell({ link: 'looking' });
	}

	#count(count: unknown): void {
		if (typeof count !== 'number') return;
		if (count > 1) this.tell({ link: 'connected' });
		else if (this.state.link === 'connected') this.tell({ link: 'gone' });
	}

	#toggled(kind: Kind, enabled: unknown): void {
		if (typeof enabled !== 'boolean') return;
		this.#wanted[kind] = enabled;
		this.tell();
	}

	#command(command: string, enabled: boolean): void {
		if (!this.#entered) return;
		this.#frame?.contentWindow?.postMessage({ command, args: [enabled] }, this.#origin);
	}
}
