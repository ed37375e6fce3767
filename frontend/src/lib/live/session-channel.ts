/**
 * One session over the socket: its events in order and once each, whatever the wire did. What was missed is fetched; what
 * cannot be fetched any more is read anew.
 */
import type { LiveConnection } from './connection';
import type { DataOf, Events, FrameType, ServerFrame } from './frames';
import { Sequence } from './sequence';

export type Handlers = { [T in FrameType]?: (data: DataOf<T>, frame: ServerFrame) => void } & {
	/** Everything that is known may be old: read it anew. Also called when the first events are about to come. */
	fresh?: () => void;
};

const retryMs = 2000;

export class SessionChannel {
	readonly #connection: LiveConnection;
	readonly #id: string;
	readonly #fetch: (after: number) => Promise<Events>;
	readonly #handlers: Handlers;
	readonly #sequence = new Sequence<ServerFrame>();
	#filling = false;
	#stops: (() => void)[] = [];

	constructor(
		connection: LiveConnection,
		id: string,
		fetchEvents: (after: number) => Promise<Events>,
		handlers: Handlers
	) {
		this.#connection = connection;
		this.#id = id;
		this.#fetch = fetchEvents;
		this.#handlers = handlers;
	}

	start(): () => void {
		this.#stops = [
			this.#connection.onFrame((frame) => this.#hear(frame)),
			this.#connection.subscribe(this.#id)
		];
		return () => {
			for (const stop of this.#stops) stop();
			this.#stops = [];
		};
	}

	#hear(frame: ServerFrame): void {
		if (frame.session_id !== this.#id && frame.session_id !== undefined) return;
		if (frame.type === 'subscribed') this.#subscribed(frame.data.last_seq);
		if (frame.type === 'pong') this.#reaches(frame.data.last_seq[this.#id]);
		for (const event of this.#sequence.take(frame)) this.#tell(event);
		if (this.#sequence.gap) void this.#fill();
	}

	#subscribed(lastSeq: number): void {
		if (this.#sequence.last === undefined) {
			for (const event of this.#sequence.startAt(lastSeq)) this.#tell(event);
			this.#handlers.fresh?.();
		} else this.#reaches(lastSeq);
	}

	/** The server says how far the events go: what came last may be what was lost. */
	#reaches(seq: number | undefined): void {
		if (seq !== undefined && this.#sequence.last !== undefined && seq > this.#sequence.last)
			void this.#fill();
	}

	async #fill(): Promise<void> {
		if (this.#filling) return;
		this.#filling = true;
		try {
			let more = true;
			while (more && this.#stops.length > 0) {
				const page = await this.#fetch(this.#sequence.last ?? 0);
				for (const event of this.#sequence.fill(page.items, page.last_seq)) this.#tell(event);
				if (page.missing) this.#handlers.fresh?.();
				more = page.more;
			}
		} catch {
			if (this.#stops.length > 0) setTimeout(() => void this.#fill(), retryMs);
		} finally {
			this.#filling = false;
		}
	}

	#tell(frame: ServerFrame): void {
		const handle = this.#handlers[frame.type] as ((data: unknown, frame: ServerFrame) => void) | undefined;
		handle?.(frame.data, frame);
	}
}
