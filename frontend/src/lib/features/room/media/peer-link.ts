/**
 * The connection with one end of the other side. The impolite side lays the lines (one for sound, one for the picture) and
 * offers; after that everything, muting, another camera, the stop of the clock, changes only what a line carries, so nothing
 * is negotiated again but a new way through the network.
 */
import { trackKinds, type Kind } from './devices';
import type { MediaPlan } from './media-room';
import { Negotiation } from './negotiation';
import { figuresOf, type Figures } from './quality';
import type { Candidate, Signal } from './signals';

/** What an end says, without the addresses. */
export type Say = Signal extends infer S ? (S extends Signal ? Omit<S, 'from' | 'to'> : never) : never;

export interface LinkOptions {
	plan: MediaPlan;
	polite: boolean;
	iceServers: RTCIceServer[];
	makePeer: (configuration: RTCConfiguration) => RTCPeerConnection;
	say: (what: Say) => void;
	/** The own track to send now. */
	track: (kind: Kind) => MediaStreamTrack | undefined;
	onStatus: (status: 'connecting' | 'connected' | 'reconnecting') => void;
	onTrack: (track: MediaStreamTrack) => void;
}

/** A short break mends itself more often than not. */
const patienceMs = 2500;
const gatherMs = 40;
const videoBitsMax = 1_500_000;

export class PeerLink {
	readonly #options: LinkOptions;
	readonly #peer: RTCPeerConnection;
	readonly #negotiation: Negotiation;
	readonly #senders: Partial<Record<Kind, RTCRtpSender>> = {};
	#gathered: Candidate[] = [];
	#gathering: ReturnType<typeof setTimeout> | undefined;
	#waiting: ReturnType<typeof setTimeout> | undefined;
	#closed = false;
	connected = false;

	constructor(options: LinkOptions) {
		this.#options = options;
		const peer = options.makePeer({ iceServers: options.iceServers, bundlePolicy: 'max-bundle' });
		this.#peer = peer;
		this.#negotiation = new Negotiation(
			peer as never,
			options.polite,
			(description) => options.say({ kind: 'description', description }),
			() => this.#answerLines()
		);
		peer.onnegotiationneeded = () => void this.#guard(this.#negotiation.offer());
		peer.onicecandidate = ({ candidate }) => this.#gather(candidate);
		peer.onconnectionstatechange = () => this.#look();
		peer.ontrack = ({ track }) => options.onTrack(track);
		if (!options.polite) this.#layLines();
		options.onStatus('connecting');
	}

	hear(signal: Signal): void {
		if (signal.kind === 'description') void this.#guard(this.#negotiation.hear(signal.description));
		if (signal.kind === 'candidates') void this.#guard(this.#negotiation.hearCandidates(signal.candidates));
	}

	/** Sends the own track of this kind as it is now, or nothing. */
	carry(kind: Kind): void {
		const sender = this.#senders[kind];
		if (sender) void this.#guard(sender.replaceTrack(this.#options.track(kind) ?? null));
	}

	/** Other servers, or the same with a newer credential: for the next search, and for this one if it has found nothing. */
	useServers(iceServers: RTCIceServer[]): void {
		if (this.#closed) return;
		const before = this.#peer.getConfiguration();
		this.#peer.setConfiguration({ ...before, iceServers });
		if (iceServers.length > (before.iceServers?.length ?? 0)) this.again();
	}

	/** Something may have been lost on the way: says it again, or looks for another way through the network. */
	again(): void {
		if (this.#closed || this.connected) return;
		if (this.#peer.signalingState === 'have-local-offer') this.#negotiation.repeatOffer();
		else if (this.#peer.currentRemoteDescription) this.#peer.restartIce();
		else if (!this.#options.polite) void this.#guard(this.#negotiation.offer());
	}

	async figures(): Promise<Figures> {
		const reports: { type: string }[] = [];
		(await this.#peer.getStats()).forEach((report: { type: string }) => reports.push(report));
		return figuresOf(reports);
	}

	close(): void {
		this.#closed = true;
		clearTimeout(this.#gathering);
		clearTimeout(this.#waiting);
		const peer = this.#peer;
		peer.onnegotiationneeded = peer.onicecandidate = peer.onconnectionstatechange = peer.ontrack = null;
		peer.close();
	}

	#layLines(): void {
		for (const kind of ['mic', 'camera'] as const) {
			if (!this.#options.plan[kind]) continue;
			this.#senders[kind] = this.#peer.addTransceiver(trackKinds[kind], { direction: 'sendrecv' }).sender;
			this.carry(kind);
		}
	}

	/** The polite side takes the lines that were offered, and only the kinds that this session has. */
	async #answerLines(): Promise<void> {
		for (const line of this.#peer.getTransceivers()) {
			const kind = line.receiver.track.kind === 'audio' ? 'mic' : 'camera';
			if (!this.#options.plan[kind]) {
				line.direction = 'inactive';
			} else if (this.#senders[kind] !== line.sender) {
				line.direction = 'sendrecv';
				this.#senders[kind] = line.sender;
				await line.sender.replaceTrack(this.#options.track(kind) ?? null);
			}
		}
	}

	#gather(candidate: RTCIceCandidate | null): void {
		if (candidate) this.#gathered.push(candidate.toJSON() as Candidate);
		clearTimeout(this.#gathering);
		if (candidate) this.#gathering = setTimeout(() => this.#sayCandidates(), gatherMs);
		else this.#sayCandidates();
	}

	#sayCandidates(): void {
		if (this.#gathered.length === 0) return;
		this.#options.say({ kind: 'candidates', candidates: this.#gathered.splice(0) });
	}

	#look(): void {
		const state = this.#peer.connectionState;
		clearTimeout(this.#waiting);
		if (state === 'connected') {
			this.connected = true;
			this.#options.onStatus('connected');
			void this.#guard(this.#limit());
		} else if (state === 'disconnected' || state === 'failed') {
			this.connected = false;
			this.#options.onStatus('reconnecting');
			this.#waiting = setTimeout(() => this.again(), state === 'failed' ? 0 : patienceMs);
		}
	}

	/** A face needs no more, and the rest of a household's uplink is theirs. */
	async #limit(): Promise<void> {
		const sender = this.#senders.camera;
		const parameters = sender?.getParameters();
		const encoding = parameters?.encodings?.[0];
		if (!sender || !parameters || !encoding) return;
		encoding.maxBitrate = videoBitsMax;
		await sender.setParameters(parameters);
	}

	/** What fails after the end has closed concerns nobody; what fails before is tried again by the room's watch. */
	async #guard(work: Promise<unknown>): Promise<void> {
		try {
			await work;
		} catch (error) {
			if (!this.#closed) console.warn('media:', error);
		}
	}
}
