/**
 * Media over Agora's network. The devices are ours, as everywhere; the vendor's code gets copies of what they give, and only
 * while the clock runs. At its stop the copies end at once and the channel is left; the token would end it anyway.
 */
import type { Access, AccessOf } from './access';
import { AgoraChannel, type AgoraSdk, type Loss } from './agora-channel';
import { BaseRoom, type BaseOptions } from './base-room';
import type { Kind } from './devices';
import type { MediaRoom } from './media-room';
import { kinds } from './own-media';

export interface AgoraOptions extends BaseOptions {
	/** Loads the vendor's code: a megabyte and a half, so only where it is used. */
	load?: () => Promise<AgoraSdk>;
}

const loadSdk = (): Promise<AgoraSdk> => import('agora-rtc-sdk-ng/esm');

export class AgoraRoom extends BaseRoom implements MediaRoom {
	readonly #load: () => Promise<AgoraSdk>;
	#sdk: Promise<AgoraSdk> | undefined;
	#access: AccessOf<'agora'> | undefined;
	#channel: AgoraChannel | undefined;
	#joined = false;
	/** Entering, publishing and leaving happen one after the other. */
	#work: Promise<void> = Promise.resolve();

	constructor(options: AgoraOptions) {
		super(options);
		this.#load = options.load ?? loadSdk;
	}

	override prepare(): Promise<void> {
		// While somebody looks at themselves the code may come.
		void this.#code().catch(() => undefined);
		return super.prepare();
	}

	join(): void {
		if (this.#joined && this.state.link !== 'failed') return;
		this.#joined = true;
		this.tell({ link: 'looking' });
		void this.media.open();
		this.#settle();
	}

	leave(): void {
		this.#joined = false;
		this.#access = undefined;
		this.#silence();
		this.media.close();
		this.tell({ link: 'idle' });
		this.#settle();
	}

	admit(access: Access): void {
		if (access.adapter !== 'agora') return;
		this.#access = access;
		if (this.#joined && this.state.link === 'failed') this.tell({ link: 'looking' });
		// The work that is under way may still be about the old one.
		void this.#channel?.renew(access.rtc_token).catch(() => undefined);
		this.#settle();
	}

	deny(): void {
		if (this.#joined && !this.state.suspended && !this.#channel) this.tell({ link: 'failed' });
	}

	suspend(): void {
		if (this.state.suspended) return;
		// A token of before the stop opens nothing after it.
		this.#access = undefined;
		this.#silence();
		this.tell({ suspended: true });
		this.media.suspend();
		this.#settle();
	}

	resume(): void {
		if (!this.state.suspended) return;
		const looks = this.#joined && this.state.link !== 'replaced';
		this.tell({ suspended: false, ...(looks ? { link: 'looking' } : {}) });
		void this.media.resume();
	}

	protected override ownChanged(kind: Kind): void {
		super.ownChanged(kind);
		this.#settle();
	}

	/** Nothing is sent or played any more from this moment on. */
	#silence(): void {
		this.#channel?.silence();
		this.silence(...kinds);
		this.tell({ other: { mic: false, camera: false }, quality: 'unknown' });
	}

	#wants(): AccessOf<'agora'> | undefined {
		const { suspended, link } = this.state;
		return this.#joined && !suspended && link !== 'replaced' ? this.#access : undefined;
	}

	#settle(): void {
		this.#work = this.#work.then(() => this.#settleNow());
	}

	/** Brings the channel and what is published in it in line with what is wanted. */
	async #settleNow(): Promise<void> {
		try {
			const access = this.#wants();
			if (!access) return await this.#exit();
			// Tried again with the next access or on a press, not with every change of a device.
			if (this.state.link === 'failed') return;
			this.#channel ??= await this.#enter(access);
			for (const kind of kinds) await this.#channel?.carry(kind, this.#toSend(kind));
			if (!this.#wants()) await this.#exit();
		} catch (error) {
			console.warn('media:', error);
			await this.#exit();
			if (this.#wants()) this.tell({ link: 'failed' });
		}
	}

	/** What can be heard or seen of this kind now. */
	#toSend(kind: Kind): MediaStreamTrack | undefined {
		return this.#wants() && this.media.isSending(kind) ? this.media.track(kind) : undefined;
	}

	#code(): Promise<AgoraSdk> {
		this.#sdk ??= this.#load().catch((error: unknown) => {
			this.#sdk = undefined;
			throw error;
		});
		return this.#sdk;
	}

	async #enter(access: AccessOf<'agora'>): Promise<AgoraChannel> {
		const channel = await AgoraChannel.enter(await this.#code(), access, {
			takes: (kind) => this.plan[kind],
			onLink: (link) => this.#wants() && this.tell({ link }),
			onTrack: (kind, track) => this.#take(kind, track),
			onQuality: (quality) => this.tell({ quality }),
			onLost: (loss) => this.#lost(loss)
		});
		// A newer token came while the door was opening.
		if (this.#access && this.#access !== access) await channel.renew(this.#access.rtc_token);
		return channel;
	}

	async #exit(): Promise<void> {
		const channel = this.#channel;
		this.#channel = undefined;
		await channel?.leave();
	}

	/** Put out by the vendor: by another window of the same person, by a token that lapsed, by a network that is down. */
	#lost(loss: Loss): void {
		if (loss === 'expired') this.#access = undefined;
		this.#silence();
		if (loss === 'replaced') this.media.close();
		this.tell({ link: loss === 'replaced' ? 'replaced' : 'reconnecting' });
		this.#work = this.#work.then(() => this.#exit());
		if (loss !== 'replaced') this.#settle();
	}

	#take(kind: Kind, track: MediaStreamTrack | undefined): void {
		if (track && !this.#wants()) return;
		this.silence(kind);
		if (track) this.play(track);
		this.tell({
			other: { ...this.state.other, [kind]: track !== undefined },
			...(track ? { link: 'connected' } : {})
		});
	}
}
