/**
 * Perfect negotiation, as in the WebRTC specification (section 10.7): both sides may offer at any time. When two offers
 * meet, the polite side takes its own back and the impolite side ignores the other's, so exactly one goes on.
 */
import type { Candidate } from './signals';

export interface Description {
	type: 'offer' | 'answer';
	sdp: string;
}

/** What of `RTCPeerConnection` negotiating needs. */
export interface Negotiable {
	readonly signalingState: RTCSignalingState;
	readonly localDescription: { type: string; sdp: string } | null;
	setLocalDescription(): Promise<void>;
	setRemoteDescription(description: Description): Promise<void>;
	addIceCandidate(candidate: Candidate): Promise<void>;
}

export class Negotiation {
	#offering = false;
	#ignoring = false;
	#answering = false;
	readonly #peer: Negotiable;
	readonly #polite: boolean;
	readonly #send: (description: Description) => void;
	readonly #beforeAnswer: () => Promise<void>;

	/** @param beforeAnswer called when an offer has been taken, to attach what the answer shall carry. */
	constructor(
		peer: Negotiable,
		polite: boolean,
		send: (description: Description) => void,
		beforeAnswer: () => Promise<void> = () => Promise.resolve()
	) {
		this.#peer = peer;
		this.#polite = polite;
		this.#send = send;
		this.#beforeAnswer = beforeAnswer;
	}

	/** On `negotiationneeded`. */
	async offer(): Promise<void> {
		try {
			this.#offering = true;
			await this.#peer.setLocalDescription();
			this.#sayLocal();
		} finally {
			this.#offering = false;
		}
	}

	/** Says again what was said last, when it may not have arrived. */
	repeatOffer(): void {
		if (this.#peer.signalingState === 'have-local-offer') this.#sayLocal();
	}

	async hear(description: Description): Promise<void> {
		const stable = this.#peer.signalingState === 'stable' || this.#answering;
		const collides = description.type === 'offer' && (this.#offering || !stable);
		this.#ignoring = !this.#polite && collides;
		if (this.#ignoring) return;
		// A repeated offer may be answered twice; the second answer has nothing to answer.
		if (description.type === 'answer' && (this.#answering || this.#peer.signalingState === 'stable')) return;
		this.#answering = description.type === 'answer';
		try {
			// With a collision this takes the own offer back first.
			await this.#peer.setRemoteDescription(description);
		} finally {
			this.#answering = false;
		}
		if (description.type !== 'offer') return;
		await this.#beforeAnswer();
		await this.#peer.setLocalDescription();
		this.#sayLocal();
	}

	async hearCandidates(candidates: readonly Candidate[]): Promise<void> {
		for (const candidate of candidates) {
			try {
				await this.#peer.addIceCandidate(candidate);
			} catch (error) {
				// Candidates of an offer that was ignored belong to nothing.
				if (!this.#ignoring) throw error;
			}
		}
	}

	#sayLocal(): void {
		const local = this.#peer.localDescription;
		if (local && (local.type === 'offer' || local.type === 'answer')) {
			this.#send({ type: local.type, sdp: local.sdp });
		}
	}
}
