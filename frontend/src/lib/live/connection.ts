/**
 * The socket: opened with a ticket, kept alive by pings, opened again after a loss, and changed for a fresh one before the
 * server's time limit, with the new one subscribed before the old one closes.
 */
import { backoffMs } from './backoff';
import { readFrame, type ClientFrame, type ServerFrame, type Ticket } from './frames';

/**
 * `waiting`: lost, tried again soon. `refused`: no socket is to be had though the server answers, so whoever needs news asks
 * for it; it is still tried now and then.
 */
export type LiveStatus = 'connecting' | 'open' | 'waiting' | 'refused' | 'closed';

/** What of `WebSocket` is used. */
export interface SocketLike {
	readonly readyState: number;
	onopen: (() => void) | null;
	onmessage: ((event: { data: unknown }) => void) | null;
	onclose: (() => void) | null;
	send(text: string): void;
	close(): void;
}

export interface Ports {
	ticket: () => Promise<Ticket>;
	open: (url: string) => SocketLike;
	/** True for a failure that says: the server is there and gives no ticket. */
	isRefusal: (error: unknown) => boolean;
	now: () => number;
	random: () => number;
}

type Listener = (frame: ServerFrame) => void;

/** One socket and what is known about it. */
interface Line {
	socket: SocketLike;
	/** Sessions that the server has confirmed. */
	subscribed: Set<string>;
	openedAt: number;
	heardAt: number;
	pingedAt: number;
	pingMs: number;
	limitMs: number;
}

/** Without an answer to a ping for this long a socket is dead, whatever the browser thinks. */
const deadMs = 8000;
/** A handshake that takes longer fails. */
const openMs = 10_000;
/** Sockets that failed to open in a row, with a server that gives tickets, mean that sockets are refused. */
const refusedAfter = 2;
/** A socket that was open for less than this is no success: one that is cut at once must not be opened at once again. */
const steadyMs = 3000;
const open = 1;

export class LiveConnection {
	status: LiveStatus = 'closed';
	readonly #ports: Ports;
	readonly #frames = new Set<Listener>();
	readonly #statuses = new Set<(status: LiveStatus) => void>();
	readonly #sessions = new Map<string, number>();
	#line: Line | undefined;
	/** The next socket, while the first one still serves. */
	#next: Line | undefined;
	#opening = false;
	#failures = 0;
	#failedSockets = 0;
	#retry: ReturnType<typeof setTimeout> | undefined;

	constructor(ports: Ports) {
		this.#ports = ports;
	}

	onFrame(listener: Listener): () => void {
		this.#frames.add(listener);
		return () => this.#frames.delete(listener);
	}

	onStatus(listener: (status: LiveStatus) => void): () => void {
		this.#statuses.add(listener);
		return () => this.#statuses.delete(listener);
	}

	/** Wants the events of a session, over this socket and those that follow it, until the result is called. */
	subscribe(sessionId: string): () => void {
		const wanted = this.#sessions.get(sessionId) ?? 0;
		this.#sessions.set(sessionId, wanted + 1);
		if (wanted === 0) this.send({ v: 1, type: 'subscribe', session_id: sessionId });
		return () => {
			const left = (this.#sessions.get(sessionId) ?? 1) - 1;
			if (left > 0) this.#sessions.set(sessionId, left);
			else {
				this.#sessions.delete(sessionId);
				this.send({ v: 1, type: 'unsubscribe', session_id: sessionId });
			}
		};
	}

	/** Sends if the socket is open. What is sent this way may be lost; nothing that must arrive goes over the socket. */
	send(frame: ClientFrame): boolean {
		const socket = this.#line?.socket;
		if (socket?.readyState !== open) return false;
		socket.send(JSON.stringify(frame));
		return true;
	}

	start(): void {
		if (this.status === 'closed') this.#tryNow();
	}

	stop(): void {
		clearTimeout(this.#retry);
		this.#drop(this.#line);
		this.#drop(this.#next);
		this.#line = this.#next = undefined;
		this.#set('closed');
	}

	/** To be called about once a second: pings, finds a dead socket, changes an old one. */
	beat(): void {
		const now = this.#ports.now();
		const line = this.#line;
		if (!line || line.socket.readyState !== open) {
			if (line && this.status !== 'open' && now - line.openedAt > openMs) this.#lost(line);
			return;
		}
		const unanswered = line.pingedAt > line.heardAt;
		if (unanswered && now - line.pingedAt > deadMs) return this.#lost(line);
		if (!unanswered && now - line.pingedAt >= line.pingMs) this.#ping(line);
		if (now - line.openedAt >= line.limitMs && !this.#next && !this.#opening) void this.#open(true);
		if (this.#next && now - this.#next.openedAt > openMs) this.#discardNext();
	}

	/** The network may have changed: makes sure of the socket, or tries at once. */
	check(): void {
		const line = this.#line;
		if (line?.socket.readyState === open) {
			if (line.pingedAt <= line.heardAt) this.#ping(line);
		} else if (this.status === 'waiting' || this.status === 'refused') this.#tryNow();
	}

	/** Gives this socket up and opens another, as when the network cuts it. */
	reopen(): void {
		if (this.#line) this.#lost(this.#line);
	}

	#ping(line: Line): void {
		line.pingedAt = this.#ports.now();
		line.socket.send(JSON.stringify({ v: 1, type: 'ping' } satisfies ClientFrame));
	}

	#tryNow(): void {
		clearTimeout(this.#retry);
		if (this.status !== 'refused') this.#set('connecting');
		void this.#open(false);
	}

	async #open(asNext: boolean): Promise<void> {
		if (this.#opening) return;
		this.#opening = true;
		try {
			const ticket = await this.#ports.ticket();
			if (this.status !== 'closed') this.#connect(ticket, asNext);
		} catch (error) {
			if (this.status !== 'closed' && !asNext) this.#failed(this.#ports.isRefusal(error));
			else if (asNext && this.#line) this.#line.openedAt += openMs;
		} finally {
			this.#opening = false;
		}
	}

	#connect(ticket: Ticket, asNext: boolean): void {
		const now = this.#ports.now();
		const line: Line = {
			socket: this.#ports.open(`${ticket.url}?ticket=${encodeURIComponent(ticket.ticket)}`),
			subscribed: new Set(),
			openedAt: now,
			heardAt: now,
			pingedAt: now,
			pingMs: ticket.ping_seconds * 1000,
			limitMs: ticket.reconnect_after_seconds * 1000
		};
		if (asNext) this.#next = line;
		else this.#line = line;
		line.socket.onopen = () => this.#opened(line);
		line.socket.onmessage = ({ data }) => this.#heard(line, data);
		line.socket.onclose = () => this.#lost(line);
	}

	#opened(line: Line): void {
		line.heardAt = line.pingedAt = this.#ports.now();
		for (const session_id of this.#sessions.keys()) {
			line.socket.send(JSON.stringify({ v: 1, type: 'subscribe', session_id } satisfies ClientFrame));
		}
		if (line === this.#next) return this.#changeOver();
		this.#failedSockets = 0;
		this.#set('open');
	}

	#heard(line: Line, text: unknown): void {
		line.heardAt = this.#ports.now();
		const frame = readFrame(text);
		if (!frame) return;
		if (frame.type === 'subscribed' && frame.session_id) line.subscribed.add(frame.session_id);
		if (line === this.#next) this.#changeOver();
		// While two sockets serve, hints come twice; events are numbered, so their order finds the second.
		if (line === this.#line || frame.seq !== undefined) for (const tell of this.#frames) tell(frame);
	}

	/** The next socket takes over when it hears of every session. */
	#changeOver(): void {
		const next = this.#next;
		if (!next || [...this.#sessions.keys()].some((id) => !next.subscribed.has(id))) return;
		const old = this.#line;
		this.#line = next;
		this.#next = undefined;
		this.#drop(old);
	}

	#discardNext(): void {
		this.#drop(this.#next);
		this.#next = undefined;
		// Not again at the very next beat.
		if (this.#line) this.#line.openedAt += openMs;
	}

	#lost(line: Line): void {
		if (line === this.#next) return this.#discardNext();
		if (line !== this.#line) return;
		const wasOpen = this.status === 'open';
		if (wasOpen && this.#ports.now() - line.openedAt >= steadyMs) this.#failures = 0;
		this.#drop(line);
		this.#line = undefined;
		if (this.#next) {
			this.#drop(this.#next);
			this.#next = undefined;
		}
		if (!wasOpen) this.#failedSockets += 1;
		this.#failed(this.#failedSockets >= refusedAfter);
	}

	#failed(refused: boolean): void {
		this.#set(refused || this.status === 'refused' ? 'refused' : 'waiting');
		clearTimeout(this.#retry);
		this.#retry = setTimeout(() => this.#tryNow(), backoffMs(this.#failures, this.#ports.random));
		this.#failures += 1;
	}

	#drop(line: Line | undefined): void {
		if (!line) return;
		line.socket.onopen = line.socket.onmessage = line.socket.onclose = null;
		line.socket.close();
	}

	#set(status: LiveStatus): void {
		if (this.status === status) return;
		this.status = status;
		for (const tell of this.#statuses) tell(status);
	}
}
