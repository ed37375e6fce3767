/**
 * Puts the numbered events of one session in order. Each is given out once and after the one before it; what comes early
 * is kept until the gap is filled. Events without a number (typing, presence) pass as they are.
 */
export interface Numbered {
	seq?: number | null;
}

/** More than this waiting for a gap means that something is wrong: then the whole is read again. */
const heldMax = 500;

export class Sequence<E extends Numbered> {
	#last: number | undefined;
	#early = new Map<number, E>();

	/** The number of the last event that was given out. */
	get last(): number | undefined {
		return this.#last;
	}

	/** Whether an event is waiting for one before it that has not come. */
	get gap(): boolean {
		return this.#early.size > 0;
	}

	/** So many are waiting that filling the gap makes no sense. */
	get lost(): boolean {
		return this.#early.size > heldMax;
	}

	/** Everything up to this number is known by other means, such as a fresh view of the whole. */
	startAt(seq: number): E[] {
		if (this.#last !== undefined && seq <= this.#last) return [];
		this.#last = seq;
		for (const early of this.#early.keys()) if (early <= seq) this.#early.delete(early);
		return this.#drain();
	}

	/** Everything up to `upTo` is in `events`, or contained in what is. */
	fill(events: readonly E[], upTo: number): E[] {
		const from = this.#last ?? 0;
		const missed = events.filter((event) => typeof event.seq === 'number' && event.seq > from);
		missed.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
		return [...missed, ...this.startAt(upTo)];
	}

	/** What may be given out now that this event has come: nothing, this one, or this one and those that waited for it. */
	take(event: E): E[] {
		const seq = event.seq;
		if (seq === undefined || seq === null) return [event];
		if (this.#last === undefined) {
			this.#last = seq;
			return [event, ...this.#drain()];
		}
		if (seq <= this.#last) return [];
		this.#early.set(seq, event);
		return this.#drain();
	}

	#drain(): E[] {
		const ready: E[] = [];
		while (this.#last !== undefined) {
			const next = this.#early.get(this.#last + 1);
			if (!next) break;
			this.#early.delete(this.#last + 1);
			this.#last += 1;
			ready.push(next);
		}
		return ready;
	}
}
