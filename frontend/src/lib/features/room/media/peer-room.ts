/**
 * Media straight between the two browsers (WebRTC), found over the session's channel. Signals may be lost at any time, so a
 * watch asks again until there is a picture: first the same words, then a new way, then everything anew.
 */
import type { Access } from './access';
import { BaseRoom, type BaseOptions } from './base-room';
import type { Kind } from './devices';
import type { Link, MediaRoom } from './media-room';
import { kinds } from './own-media';
import { PeerLink, type Say } from './peer-link';
import { qualityOf, type Figures } from './quality';
import { readSignal, type Signal, type Signals } from './signals';

export interface PeerOptions extends BaseOptions {
	signals: Signals;
	/** One side gives way when both offer at once: the member. */
	polite: boolean;
	makePeer?: (configuration: RTCConfiguration) => RTCPeerConnection;
}

const watchMs = 4000;
const measureMs = 2000;
/** Looks of the watch without a connection after which everything begins anew. */
const patience = 3;

export class PeerRoom extends BaseRoom implements MediaRoom {
	readonly #options: PeerOptions;
	#self = crypto.randomUUID();
	#remote: string | undefined;
	/** STUN and TURN servers; none on a LAN. */
	#iceServers: RTCIceServer[] = [];
	#peer: PeerLink | undefined;
	/** What the other side was last told of what is sent. */
	#told = '';
	#figures: Figures | undefined;
	#stuck = 0;
	#stops: (() => void)[] = [];

	constructor(options: PeerOptions) {
		super(options);
		this.#options = options;
	}

	join(): void {
		if (this.#stops.length > 0) return;
		this.#self = crypto.randomUUID();
		const watch = setInterval(() => this.#watch(), watchMs);
		const measure = setInterval(() => void this.#measure(), measureMs);
		const away = () => this.#say({ kind: 'bye', reason: 'left' });
		addEventListener('pagehide', away);
		this.#stops = [
			this.#options.signals.onSignal((data) => this.#hear(readSignal(data))),
			this.#options.signals.onOpen(() => this.#nudge()),
			() => clearInterval(watch),
			() => clearInterval(measure),
			() => removeEventListener('pagehide', away)
		];
		this.tell({ link: 'looking' });
		void this.media.open();
		this.#say({ kind: 'hello' });
	}

	leave(): void {
		if (this.#stops.length > 0) this.#say({ kind: 'bye', reason: 'left' });
		this.#stop('idle');
		this.media.close();
	}

	/** Nobody waits for the servers: two browsers on one network find each other without them. */
	admit(access: Access): void {
		if (access.adapter !== 'peer') return;
		this.#iceServers = access.ice_servers;
		this.#peer?.useServers(access.ice_servers);
	}

	/** Without servers the two may find each other all the same. */
	deny(): void {}

	suspend(): void {
		if (this.state.suspended) return;
		for (const track of this.other.getTracks()) track.enabled = false;
		this.tell({ suspended: true });
		this.media.suspend();
	}

	resume(): void {
		if (!this.state.suspended) return;
		for (const track of this.other.getTracks()) track.enabled = true;
		this.tell({ suspended: false });
		void this.media.resume();
		// A way that was lost meanwhile is looked for at once.
		this.#peer?.again();
	}

	protected override ownChanged(kind: Kind): void {
		this.#peer?.carry(kind);
		this.#saySending();
		super.ownChanged(kind);
	}

	#hear(signal: Signal | undefined): void {
		if (!signal || signal.from === this.#self || (signal.to && signal.to !== this.#self)) return;
		if (signal.kind === 'hello') return this.#greet(signal);
		const stranger = this.#remote === undefined && signal.to === this.#self;
		// An offer to us from an end whose greeting was lost.
		if (stranger && signal.kind === 'description' && signal.description.type === 'offer')
			this.#meet(signal.from);
		if (signal.from !== this.#remote) return;
		if (signal.kind === 'bye') {
			if (signal.reason === 'replaced') return this.#stop('replaced');
			this.#part('gone');
		} else if (signal.kind === 'sending') {
			this.tell({ other: { mic: signal.mic, camera: signal.camera } });
		} else this.#peer?.hear(signal);
	}

	#greet(hello: Signal): void {
		if (hello.from === this.#remote) {
			// Who asks for anybody, and knows us no more, has lost something.
			if (!hello.to) this.#peer?.again();
		} else {
			if (this.#remote) this.#say({ kind: 'bye', reason: 'replaced' });
			this.#meet(hello.from);
		}
		// Answers only who does not know us, so two ends do not greet each other for ever.
		if (!hello.to) this.#say({ kind: 'hello' });
		this.#told = '';
		this.#saySending();
	}

	/** From now on the other side is this end. */
	#meet(remote: string): void {
		this.#part('connecting');
		this.#remote = remote;
		this.#peer = new PeerLink({
			plan: this.plan,
			polite: this.#options.polite,
			iceServers: this.#iceServers,
			makePeer: this.#options.makePeer ?? ((configuration) => new RTCPeerConnection(configuration)),
			say: (what) => this.#say(what),
			track: (kind) => this.media.track(kind),
			onStatus: (status) => {
				if (status === 'connected') this.#stuck = 0;
				this.tell({ link: status });
				// What was said before may not have arrived.
				if (status === 'connected') this.#told = '';
				this.#saySending();
			},
			onTrack: (track) => this.#takeTrack(track)
		});
	}

	#takeTrack(track: MediaStreamTrack): void {
		track.enabled = !this.state.suspended;
		this.play(track);
		this.tell();
	}

	/** Ends the connection with the end that was the other side. */
	#part(link: Link): void {
		this.#peer?.close();
		this.#peer = undefined;
		this.#remote = undefined;
		this.#figures = undefined;
		this.silence(...kinds);
		this.tell({ link, quality: 'unknown', other: { mic: false, camera: false } });
	}

	#stop(link: Link): void {
		for (const stop of this.#stops) stop();
		this.#stops = [];
		this.#part(link);
		if (link === 'replaced') this.media.close();
	}

	/** What was said while nobody could hear is said again. */
	#nudge(): void {
		if (this.#peer?.connected) return;
		if (this.#remote) this.#peer?.again();
		else this.#say({ kind: 'hello' });
	}

	#watch(): void {
		if (this.state.suspended || this.#peer?.connected) return;
		this.#stuck += 1;
		if (this.#remote && this.#stuck < patience) return this.#peer?.again();
		if (this.#remote) {
			this.#self = crypto.randomUUID();
			this.#part('reconnecting');
		}
		this.#stuck = 0;
		this.#say({ kind: 'hello' });
	}

	async #measure(): Promise<void> {
		const peer = this.#peer;
		if (!peer?.connected || this.state.suspended) return;
		const figures = await peer.figures().catch(() => undefined);
		if (!figures || peer !== this.#peer) return;
		const quality = qualityOf(this.#figures, figures);
		this.#figures = figures;
		this.tell({ quality });
	}

	#saySending(): void {
		if (!this.#remote) return;
		const [mic, camera] = kinds.map((kind) => this.media.isSending(kind));
		const told = `${this.#remote} ${mic} ${camera}`;
		if (told === this.#told) return;
		this.#told = told;
		this.#say({ kind: 'sending', mic: mic === true, camera: camera === true });
	}

	#say(what: Say): void {
		this.#options.signals.send({ ...what, from: this.#self, to: this.#remote } as Signal);
	}
}
