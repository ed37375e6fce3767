/** Test doubles: devices and peer connections without a browser, and two ends of a channel in memory. */
import { DeviceError, type DeviceSource, type Kind, type Trouble } from './devices';
import type { Negotiable } from './negotiation';
import type { Signal, Signals } from './signals';

export class FakeTrack {
	enabled = true;
	readyState = 'live';
	onended: (() => void) | null = null;
	readonly kind: string;
	readonly id: string;
	constructor(kind: string, id: string) {
		this.kind = kind;
		this.id = id;
	}
	stop(): void {
		this.readyState = 'ended';
	}
	clone(): FakeTrack {
		return new FakeTrack(this.kind, this.id);
	}
	getSettings() {
		return { deviceId: this.id };
	}
}

export class FakeStream {
	#tracks: FakeTrack[] = [];
	addTrack(track: FakeTrack): void {
		this.#tracks.push(track);
	}
	removeTrack(track: FakeTrack): void {
		this.#tracks = this.#tracks.filter((other) => other !== track);
	}
	getTracks(): FakeTrack[] {
		return [...this.#tracks];
	}
}

/** Devices that open at once, or with the trouble that is set. */
export class FakeDevices implements DeviceSource {
	readonly opened: FakeTrack[] = [];
	trouble: Partial<Record<Kind, Trouble>> = {};
	/** Set to hold answers back until it resolves. */
	hold: Promise<void> = Promise.resolve();

	async open(kind: Kind, deviceId: string | undefined): Promise<MediaStreamTrack> {
		await this.hold;
		const trouble = this.trouble[kind];
		if (trouble) throw new DeviceError(trouble);
		const track = new FakeTrack(kind === 'mic' ? 'audio' : 'video', deviceId ?? `${kind}-default`);
		this.opened.push(track);
		return track as unknown as MediaStreamTrack;
	}
	list() {
		return Promise.resolve([]);
	}
	onChange() {
		return () => undefined;
	}
	/** Those that are being captured. */
	live(): FakeTrack[] {
		return this.opened.filter((track) => track.readyState === 'live');
	}
}

type Listener = (data: unknown) => void;

/** Two ends; what one sends the other hears later, in order, unless it is lost. */
export class FakeChannel {
	readonly #listeners: [Set<Listener>, Set<Listener>] = [new Set(), new Set()];
	readonly #opened = new Set<() => void>();
	readonly sent: Signal[] = [];
	/** Says whether a signal is lost. */
	loses: (signal: Signal) => boolean = () => false;

	/** Signals can be sent again. */
	open(): void {
		for (const tell of this.#opened) tell();
	}

	end(side: 0 | 1): Signals {
		return {
			send: (signal) => {
				this.sent.push(signal);
				if (this.loses(signal)) return;
				const copy: unknown = JSON.parse(JSON.stringify(signal));
				setTimeout(() => this.#listeners[side === 0 ? 1 : 0].forEach((listen) => listen(copy)), 1);
			},
			onSignal: (listener) => {
				this.#listeners[side].add(listener);
				return () => this.#listeners[side].delete(listener);
			},
			onOpen: (listener) => {
				this.#opened.add(listener);
				return () => this.#opened.delete(listener);
			}
		};
	}
}

interface FakeDescription {
	type: 'offer' | 'answer';
	sdp: string;
}

let made = 0;

/** The signalling states of a peer connection, with the roll back of one's own offer. */
export class FakePeer implements Negotiable {
	signalingState: RTCSignalingState = 'stable';
	connectionState = 'new';
	localDescription: FakeDescription | null = null;
	remoteDescription: FakeDescription | null = null;
	currentRemoteDescription: FakeDescription | null = null;
	onnegotiationneeded: (() => void) | null = null;
	onconnectionstatechange: (() => void) | null = null;
	onicecandidate: ((event: { candidate: null }) => void) | null = null;
	ontrack: ((event: { track: FakeTrack }) => void) | null = null;
	configuration: RTCConfiguration = {};
	closed = false;
	restarts = 0;
	readonly candidates: string[] = [];
	readonly #name = (made += 1);
	#spoken = 0;
	#lines: { kind: string; sender: { track: unknown; replaceTrack: (track: unknown) => Promise<void> } }[] =
		[];

	/** One after the other, as the browser does it. */
	#chain: Promise<unknown> = Promise.resolve();
	#queue(work: () => void): Promise<void> {
		const done = this.#chain.then(work);
		this.#chain = done.catch(() => undefined);
		return done;
	}

	setLocalDescription(): Promise<void> {
		return this.#queue(() => this.#setLocal());
	}

	setRemoteDescription(description: FakeDescription): Promise<void> {
		return this.#queue(() => this.#setRemote(description));
	}

	#setLocal(): void {
		const type = this.signalingState === 'have-remote-offer' ? 'answer' : 'offer';
		this.#spoken += 1;
		const kinds = this.#lines.map((line) => line.kind).join(',');
		this.localDescription = { type, sdp: `${type} ${this.#name}.${this.#spoken} ${kinds}` };
		if (type === 'answer') this.#settle(this.remoteDescription);
		else this.signalingState = 'have-local-offer';
	}

	#setRemote(description: FakeDescription): void {
		if (description.type === 'answer' && this.signalingState !== 'have-local-offer') {
			throw new Error('InvalidStateError');
		}
		this.remoteDescription = description;
		if (description.type === 'answer') this.#settle(description);
		else {
			for (const kind of (description.sdp.split(' ')[2] ?? '').split(',').filter(Boolean)) this.#line(kind);
			this.signalingState = 'have-remote-offer';
		}
	}

	addIceCandidate({ candidate }: { candidate: string }): Promise<void> {
		if (!this.remoteDescription) return Promise.reject(new Error('InvalidStateError'));
		this.candidates.push(candidate);
		return Promise.resolve();
	}

	addTransceiver(kind: string) {
		const line = this.#line(kind);
		this.#need();
		return line;
	}

	getTransceivers() {
		return this.#lines.map((line) => ({
			direction: '',
			sender: line.sender,
			receiver: { track: { kind: line.kind } }
		}));
	}

	/** What is being sent. */
	sending(): string[] {
		return this.#lines.filter((line) => line.sender.track).map((line) => line.kind);
	}

	restartIce(): void {
		this.restarts += 1;
		this.#need();
	}

	getConfiguration() {
		return this.configuration;
	}

	setConfiguration(configuration: RTCConfiguration): void {
		this.configuration = configuration;
	}

	getStats() {
		return Promise.resolve(new Map());
	}

	/** The network changes under it. */
	become(state: string): void {
		this.connectionState = state;
		this.onconnectionstatechange?.();
	}

	close(): void {
		this.closed = true;
		this.signalingState = 'closed';
	}

	#line(kind: string) {
		const found = this.#lines.find((line) => line.kind === kind);
		if (found) return found;
		const sender = {
			track: null as unknown,
			replaceTrack: (track: unknown) => {
				sender.track = track;
				return Promise.resolve();
			},
			getParameters: () => ({ encodings: [{}] }),
			setParameters: () => Promise.resolve()
		};
		const line = { kind, sender };
		this.#lines.push(line);
		return line;
	}

	#need(): void {
		setTimeout(() => this.onnegotiationneeded?.(), 0);
	}

	#settle(remote: FakeDescription | null): void {
		this.signalingState = 'stable';
		this.currentRemoteDescription = remote;
		setTimeout(() => {
			if (this.closed) return;
			for (const line of this.#lines) this.ontrack?.({ track: new FakeTrack(line.kind, 'remote') });
			this.become('connected');
		}, 5);
	}
}
