/** One stay in a channel of Agora's network: from its door to leaving it, what is published there and what comes. */
import type {
	IAgoraRTCClient,
	IAgoraRTCRemoteUser,
	ILocalTrack,
	IRemoteTrack,
	NetworkQuality
} from 'agora-rtc-sdk-ng/esm';
import type { AccessOf } from './access';
import { trackKinds, type Kind } from './devices';
import { kinds } from './own-media';
import type { Quality } from './quality';

/** What is used of the vendor's SDK. */
export type AgoraSdk = Pick<
	typeof import('agora-rtc-sdk-ng/esm'),
	'createClient' | 'createCustomAudioTrack' | 'createCustomVideoTrack' | 'setLogLevel'
>;

/** Why a stay has ended without being asked to. */
export type Loss = 'replaced' | 'expired' | 'network';

export interface ChannelOptions {
	/** Kinds that this session has; nothing else is taken from the other side. */
	takes: (kind: Kind) => boolean;
	onLink: (link: 'looking' | 'connected' | 'reconnecting' | 'gone') => unknown;
	/** What the other side sends of a kind; nothing when it has stopped. */
	onTrack: (kind: Kind, track: MediaStreamTrack | undefined) => void;
	onQuality: (quality: Quality) => void;
	onLost: (loss: Loss) => void;
}

/** What is published of a kind: the vendor's track around a copy of ours. */
interface Published {
	source: MediaStreamTrack;
	copy: MediaStreamTrack;
	track: ILocalTrack;
}

/** Errors alone. */
const logLevel = 3;
/** Without a network the vendor's code tries for minutes and says nothing. */
const patienceMs = 20_000;

/** The vendor's scale: 0 not known, 1 excellent to 6 down. */
function qualityOf({ uplinkNetworkQuality, downlinkNetworkQuality }: NetworkQuality): Quality {
	const worst = Math.max(uplinkNetworkQuality, downlinkNetworkQuality);
	if (worst === 0) return 'unknown';
	return worst <= 2 ? 'good' : worst === 3 ? 'fair' : 'poor';
}

function lossOf(reason: string | undefined): Loss {
	if (reason === 'UID_CONFLICT' || reason === 'UID_BANNED') return 'replaced';
	return reason === 'TOKEN_EXPIRE' ? 'expired' : 'network';
}

/** Waits for the vendor, but not for ever. */
async function inTime<T>(work: Promise<T>): Promise<T> {
	let patience: ReturnType<typeof setTimeout> | undefined;
	const late = new Promise<never>((_, reject) => {
		patience = setTimeout(() => reject(new Error('Agora does not answer')), patienceMs);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(patience);
	}
}

export class AgoraChannel {
	readonly #sdk: AgoraSdk;
	readonly #client: IAgoraRTCClient;
	readonly #options: ChannelOptions;
	readonly #published: Partial<Record<Kind, Published>> = {};
	#silent = false;

	/** Goes in. Rejects when the door stays shut, and lets go of it. */
	static async enter(
		sdk: AgoraSdk,
		{ app_id, channel, rtc_token, uid }: AccessOf<'agora'>,
		options: ChannelOptions
	): Promise<AgoraChannel> {
		const stay = new AgoraChannel(sdk, options);
		try {
			await inTime(stay.#client.join(app_id, channel, rtc_token, uid));
			return stay;
		} catch (error) {
			void stay.leave();
			throw error;
		}
	}

	private constructor(sdk: AgoraSdk, options: ChannelOptions) {
		this.#sdk = sdk;
		this.#options = options;
		sdk.setLogLevel(logLevel);
		this.#client = sdk.createClient({ mode: 'rtc', codec: 'vp8' });
		this.#listen();
	}

	/** The same stay with a token that counts for longer. */
	renew(token: string): Promise<void> {
		return this.#client.renewToken(token);
	}

	/** Publishes a copy of this track, or nothing of this kind. */
	async carry(kind: Kind, source: MediaStreamTrack | undefined): Promise<void> {
		const before = this.#published[kind];
		if (this.#silent || before?.source === source) return;
		if (before) {
			this.#close(kind);
			await this.#client.unpublish([before.track]);
		}
		if (!source || this.#silent) return;
		const copy = source.clone();
		const track =
			kind === 'mic'
				? this.#sdk.createCustomAudioTrack({ mediaStreamTrack: copy })
				: this.#sdk.createCustomVideoTrack({ mediaStreamTrack: copy });
		this.#published[kind] = { source, copy, track };
		await this.#client.publish([track]);
	}

	/** Nothing is sent or told any more from this moment on, whatever the vendor's code is doing; only leaving is left. */
	silence(): void {
		this.#silent = true;
		this.#client.removeAllListeners();
		for (const kind of kinds) this.#published[kind]?.copy.stop();
	}

	async leave(): Promise<void> {
		this.silence();
		for (const kind of kinds) this.#close(kind);
		await this.#client.leave().catch(() => undefined);
	}

	#close(kind: Kind): void {
		const before = this.#published[kind];
		delete this.#published[kind];
		before?.copy.stop();
		before?.track.close();
	}

	#listen(): void {
		const client = this.#client;
		const { onLink, onTrack, onQuality, onLost } = this.#options;
		client.on('user-joined', () => onLink('connected'));
		client.on('user-left', (_user: IAgoraRTCRemoteUser, reason: string) => {
			for (const kind of kinds) onTrack(kind, undefined);
			onLink(reason === 'Quit' ? 'gone' : 'reconnecting');
		});
		client.on('user-published', (user: IAgoraRTCRemoteUser, type: string) => void this.#take(user, type));
		client.on('user-unpublished', (_user: IAgoraRTCRemoteUser, type: string) => {
			for (const kind of kinds) if (trackKinds[kind] === type) onTrack(kind, undefined);
		});
		client.on('network-quality', (quality: NetworkQuality) => onQuality(qualityOf(quality)));
		client.on('connection-state-change', (now: string, before: string, reason?: string) => {
			if (now === 'RECONNECTING') onLink('reconnecting');
			// Who is still there is not told again.
			if (now === 'CONNECTED' && before === 'RECONNECTING')
				onLink(client.remoteUsers.length > 0 ? 'connected' : 'looking');
			if (now === 'DISCONNECTED' && reason !== 'LEAVE') onLost(lossOf(reason));
		});
	}

	async #take(user: IAgoraRTCRemoteUser, type: string): Promise<void> {
		const kind = kinds.find((one) => trackKinds[one] === type);
		if (!kind || !this.#options.takes(kind)) return;
		try {
			const remote = (await this.#client.subscribe(user, trackKinds[kind])) as IRemoteTrack;
			if (!this.#silent) this.#options.onTrack(kind, remote.getMediaStreamTrack());
		} catch (error) {
			if (!this.#silent) console.warn('media:', error);
		}
	}
}
