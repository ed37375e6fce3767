/** What two browsers in a room say to each other over the session's channel, and how what was heard is checked. */

/** The way to the other participant: the socket in the room, a pair in memory in tests. Delivery is not promised. */
export interface Signals {
	send(data: Signal): void;
	/** Called with whatever the other side sent, which may be anything. Returns what stops it. */
	onSignal(listener: (data: unknown) => void): () => void;
	/** Called when signals can be sent again after they could not. Returns what stops it. */
	onOpen(listener: () => void): () => void;
}

/** Who says it to whom: each visit of the room is an end with a name of its own, so what an earlier visit said is known. */
interface Address {
	from: string;
	/** Absent: whoever is there. */
	to?: string;
}

export type Signal = Address &
	(
		| { kind: 'hello' }
		| { kind: 'description'; description: { type: 'offer' | 'answer'; sdp: string } }
		| { kind: 'candidates'; candidates: Candidate[] }
		/** What the sender lets be heard and seen. */
		| { kind: 'sending'; mic: boolean; camera: boolean }
		/** `replaced`: the same person has opened the room in another window. */
		| { kind: 'bye'; reason: 'left' | 'replaced' }
	);

export interface Candidate {
	candidate: string;
	sdpMid?: string | null;
	sdpMLineIndex?: number | null;
	usernameFragment?: string | null;
}

const idMax = 40;
const sdpMax = 64_000;
const candidatesMax = 64;
const candidateMax = 1000;

function isText(value: unknown, max: number): value is string {
	return typeof value === 'string' && value.length <= max;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function candidateOf(value: unknown): Candidate | undefined {
	if (!isObject(value) || !isText(value['candidate'], candidateMax)) return undefined;
	const { sdpMid, sdpMLineIndex, usernameFragment } = value;
	return {
		candidate: value['candidate'],
		sdpMid: isText(sdpMid, idMax) ? sdpMid : null,
		sdpMLineIndex:
			typeof sdpMLineIndex === 'number' && Number.isInteger(sdpMLineIndex) ? sdpMLineIndex : null,
		usernameFragment: isText(usernameFragment, 300) ? usernameFragment : null
	};
}

/** A signal as the other side may have meant it; undefined for everything else. Nothing of the sender's is kept as it is. */
export function readSignal(data: unknown): Signal | undefined {
	if (!isObject(data) || !isText(data['from'], idMax) || data['from'] === '') return undefined;
	if (data['to'] !== undefined && data['to'] !== null && !isText(data['to'], idMax)) return undefined;
	const address: Address = { from: data['from'], to: data['to'] ? String(data['to']) : undefined };
	switch (data['kind']) {
		case 'hello':
			return { ...address, kind: 'hello' };
		case 'description': {
			const description = data['description'];
			if (!isObject(description) || !isText(description['sdp'], sdpMax)) return undefined;
			const type = description['type'];
			if (type !== 'offer' && type !== 'answer') return undefined;
			return { ...address, kind: 'description', description: { type, sdp: description['sdp'] } };
		}
		case 'candidates': {
			const list = data['candidates'];
			if (!Array.isArray(list) || list.length > candidatesMax) return undefined;
			const candidates = list.map(candidateOf).filter((one) => one !== undefined);
			return { ...address, kind: 'candidates', candidates };
		}
		case 'sending':
			return { ...address, kind: 'sending', mic: data['mic'] === true, camera: data['camera'] === true };
		case 'bye':
			return { ...address, kind: 'bye', reason: data['reason'] === 'replaced' ? 'replaced' : 'left' };
		default:
			return undefined;
	}
}
