/**
 * Media over Agora's network. The devices are ours, as everywhere; the vendor's code gets copies of what they give, and only
 * while the clock runs. At its stop the copies end at once and the channel is left; the token would end it anyway.
 */
import type {
	IAgoraRTCClient,
	IAgoraRTCRemoteUser,
	ILocalTrack,
	IRemoteTrack,
	NetworkQuality
} from 'agora-rtc-sdk-ng/esm';
import type { Access, AccessOf } from './access';
import { browserDevices, type Device, type DeviceSource, type Kind } from './devices';
import type { Link, MediaPlan, MediaRoom, MediaState } from './media-room';
import { kinds, OwnMedia, type Choices } from './own-media';
import type { Quality } from './quality';

/** What is used of the vendor's SDK. */
export type AgoraSdk = Pick<
	typeof import('agora-rtc-sdk-ng/esm'),
	'createClient' | 'createCustomAudioTrack' | 'createCustomVideoTrack' | 'setLogLevel'
>;

export interface AgoraOptions {
	plan: MediaPlan;
	choices?: Choices;
	devices?: DeviceSource;
	/** Loads the vendor's code: a megabyte and a half, so only where it is used. */
	load?: () => Promise<AgoraSdk>;
}

/** What is published of a kind: the vendor's track around a copy of ours. */
interface Published {
	source: MediaStreamTrack;
	copy: MediaStreamTrack;
	track: ILocalTrack;
}

const media: Record<Kind, 'audio' | 'video'> = { mic: 'audio', camera: 'video' };
/** Errors alone. */
const logLevel = 3;
/** Without a network the vendor's code tries for minutes and says nothing. */
const patienceMs = 20_000;

const loadSdk = (): Promise<AgoraSdk> => import('agora-rtc-sdk-ng/esm');

/** The vendor's scale: 0 not known, 1 excellent to 6 down. */
function qualityOf({ uplinkNetworkQuality, downlinkNetworkQuality }: NetworkQuality): Quality {
	const worst = Math.max(uplinkNetworkQuality, downlinkNetworkQuality);
	if (worst === 0) return 'unknown';
	return worst <= 2 ? 'good' : worst === 3 ? 'fair' : 'poor';
}

export class AgoraRoom implements MediaRoom {
	readonly other = new MediaStream();
	readonly #devices: DeviceSource;
	readonly #media: OwnMedia;
	readonly #plan: MediaPlan;
	readonly #load: () => Promise<AgoraSdk>;
	readonly #listeners = new Set<(state: MediaState) => void>();
	#published: Partial<Record<Kind, Published>> = {};
	#access: AccessOf<'agora'> | undefined;
	#sdk: Promise<AgoraSdk> | undefined;
	#client: IAgoraRTCClient | undefined;
	#joined = false;
	#suspended = false;
	#link: Link = 'idle';
	#otherSends = { mic: false, camera: false };
	#quality: Quality = 'unknown';
	#tracks = 0;
	/** Entering, publishing and leaving happen one after the other. */
	#work: Promise<void> = Promise.resolve();
	state: MediaState;

	constructor(options: AgoraOptions) {
		this.#plan = options.plan;
		this.#devices = options.devices ?? browserDevices;
		this.#load = options.load ?? loadSdk;
		this.#media = new OwnMedia(options.plan, this.#devices, options.choices ?? {}, () => {
			this.#changed();
			this.#settle();
		});
		this.state = this.#look();
	}

	get own(): MediaStream {
		return this.#media.picture;
	}

	get ownAudio(): MediaStream {
		return this.#media.sound;
	}

	onState(listener: (state: MediaState) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	prepare(): Promise<void> {
		// While somebody looks at themselves the code may come.
		void this.#code().catch(() => undefined);
		return this.#media.open();
	}

	join(): void {
		if (this.#joined && this.#link !== 'failed') return;
		this.#joined = true;
		this.#setLink('looking');
		void this.#media.open();
		this.#settle();
	}

	leave(): void {
		this.#joined = false;
		this.#access = undefined;
		this.#silence();
		this.#media.close();
		this.#setLink('idle');
		this.#settle();
	}

	setMic(on: boolean): Promise<void> {
		return this.#media.set('mic', on);
	}

	setCamera(on: boolean): Promise<void> {
		return this.#media.set('camera', on);
	}

	choose(kind: Kind, deviceId: string): Promise<void> {
		return this.#media.choose(kind, deviceId);
	}

	devices(kind: Kind): Promise<Device[]> {
		return this.#devices.list(kind);
	}

	admit(access: Access): void {
		if (access.adapter !== 'agora') return;
		this.#access = access;
		if (this.#joined && this.#link === 'failed') this.#setLink('looking');
		// The work that is under way may still be about the old one.
		void this.#client?.renewToken(access.rtc_token).catch(() => undefined);
		this.#settle();
	}

	deny(): void {
		if (this.#joined && !this.#suspended && !this.#client) this.#setLink('failed');
	}

	suspend(): void {
		if (this.#suspended) return;
		this.#suspended = true;
		// A token of before the stop opens nothing after it.
		this.#access = undefined;
		this.#silence();
		this.#media.suspend();
		this.#changed();
		this.#settle();
	}

	resume(): void {
		if (!this.#suspended) return;
		this.#suspended = false;
		void this.#media.resume();
		if (this.#joined && this.#link !== 'replaced') this.#setLink('looking');
	}

	/** Nothing is sent or played any more from this moment on, whatever the vendor's code is doing. */
	#silence(): void {
		for (const kind of kinds) this.#published[kind]?.copy.stop();
		for (const track of this.other.getTracks()) {
			track.enabled = false;
			this.other.removeTrack(track);
		}
		this.#otherSends = { mic: false, camera: false };
		this.#quality = 'unknown';
	}

	#wants(): AccessOf<'agora'> | undefined {
		return this.#joined && !this.#suspended && this.#link !== 'replaced' ? this.#access : undefined;
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
			if (this.#link === 'failed') return;
			this.#client ??= await this.#enter(access);
			for (const kind of kinds) await this.#carry(kind);
			if (!this.#wants()) await this.#exit();
		} catch (error) {
			console.warn('media:', error);
			await this.#exit();
			if (this.#wants()) this.#setLink('failed');
		}
	}

	#code(): Promise<AgoraSdk> {
		this.#sdk ??= this.#load().catch((error: unknown) => {
			this.#sdk = undefined;
			throw error;
		});
		return this.#sdk;
	}

	async #enter(access: AccessOf<'agora'>): Promise<IAgoraRTCClient> {
		const sdk = await this.#code();
		sdk.setLogLevel(logLevel);
		const client = sdk.createClient({ mode: 'rtc', codec: 'vp8' });
		this.#listen(client);
		let patience: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<never>((_, reject) => {
			patience = setTimeout(() => reject(new Error('Agora does not answer')), patienceMs);
		});
		try {
			const { app_id, channel, rtc_token, uid } = access;
			await Promise.race([client.join(app_id, channel, rtc_token, uid), late]);
		} catch (error) {
			client.removeAllListeners();
			void client.leave().catch(() => undefined);
			throw error;
		} finally {
			clearTimeout(patience);
		}
		// A newer token came while the door was opening.
		if (this.#access && this.#access !== access) await client.renewToken(this.#access.rtc_token);
		return client;
	}

	async #exit(): Promise<void> {
		const client = this.#client;
		this.#client = undefined;
		for (const kind of kinds) this.#end(kind);
		if (!client) return;
		client.removeAllListeners();
		await client.leave().catch(() => undefined);
	}

	/** Publishes what can be heard or seen of this kind now, or nothing. */
	async #carry(kind: Kind): Promise<void> {
		const client = this.#client;
		const source = this.#wants() && this.#media.isSending(kind) ? this.#media.track(kind) : undefined;
		const before = this.#published[kind];
		if (!client || before?.source === source) return;
		if (before) {
			this.#end(kind);
			await client.unpublish([before.track]);
		}
		if (!source) return;
		const sdk = await this.#code();
		const copy = source.clone();
		const track =
			kind === 'mic'
				? sdk.createCustomAudioTrack({ mediaStreamTrack: copy })
				: sdk.createCustomVideoTrack({ mediaStreamTrack: copy });
		this.#published[kind] = { source, copy, track };
		await client.publish([track]);
	}

	#end(kind: Kind): void {
		const before = this.#published[kind];
		delete this.#published[kind];
		before?.copy.stop();
		before?.track.close();
	}

	#listen(client: IAgoraRTCClient): void {
		client.on('user-joined', () => this.#setLink('connected'));
		client.on('user-left', (_user: IAgoraRTCRemoteUser, reason: string) => {
			this.#silenceOther();
			this.#setLink(reason === 'Quit' ? 'gone' : 'reconnecting');
		});
		client.on('user-published', (user: IAgoraRTCRemoteUser, type: string) => {
			if (type === 'audio' || type === 'video') void this.#take(client, user, type);
		});
		client.on('user-unpublished', (_user: IAgoraRTCRemoteUser, type: string) => this.#drop(type));
		client.on('network-quality', (quality: NetworkQuality) => {
			this.#quality = qualityOf(quality);
			this.#changed();
		});
		client.on('connection-state-change', (now: string, _before: string, reason?: string) => {
			if (now === 'RECONNECTING') this.#setLink('reconnecting');
			if (now === 'DISCONNECTED' && reason !== 'LEAVE') this.#lost(reason);
		});
	}

	/** Put out by the vendor: by another window of the same person, by a token that lapsed, by a network that is down. */
	#lost(reason: string | undefined): void {
		const replaced = reason === 'UID_CONFLICT' || reason === 'UID_BANNED';
		if (reason === 'TOKEN_EXPIRE') this.#access = undefined;
		this.#silence();
		if (replaced) this.#media.close();
		this.#setLink(replaced ? 'replaced' : 'reconnecting');
		this.#work = this.#work.then(() => this.#exit());
		if (!replaced) this.#settle();
	}

	async #take(client: IAgoraRTCClient, user: IAgoraRTCRemoteUser, type: 'audio' | 'video'): Promise<void> {
		const kind: Kind = type === 'audio' ? 'mic' : 'camera';
		if (!this.#plan[kind]) return;
		try {
			const remote = (await client.subscribe(user, type)) as IRemoteTrack;
			if (client !== this.#client || !this.#wants()) return;
			this.#drop(type);
			this.other.addTrack(remote.getMediaStreamTrack());
			this.#otherSends = { ...this.#otherSends, [kind]: true };
			this.#setLink('connected');
		} catch (error) {
			console.warn('media:', error);
		}
	}

	#drop(type: string): void {
		for (const track of this.other.getTracks()) if (track.kind === type) this.other.removeTrack(track);
		for (const kind of kinds)
			if (media[kind] === type) this.#otherSends = { ...this.#otherSends, [kind]: false };
		this.#changed();
	}

	#silenceOther(): void {
		for (const type of Object.values(media)) this.#drop(type);
	}

	#setLink(link: Link): void {
		this.#link = link;
		this.#changed();
	}

	#look(): MediaState {
		return {
			link: this.#link,
			suspended: this.#suspended,
			mic: this.#media.devices.mic,
			camera: this.#media.devices.camera,
			tracks: this.#tracks,
			other: this.#otherSends,
			quality: this.#quality
		};
	}

	#changed(): void {
		this.#tracks += 1;
		this.state = this.#look();
		for (const listener of this.#listeners) listener(this.state);
	}
}
