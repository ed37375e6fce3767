/**
 * The server's clock, as seen from here. Each answer says the server's time a little late (by its way to us), so the
 * largest difference of the last few is the truest. Time runs on a clock that nobody can set; it may stand still while
 * the machine sleeps, so the device's own clock counts as well when it is ahead: a room may stop too early by a clock that
 * was put forward, until the next answer, and never too late by one that was put back.
 */
const remembered = 8;

export interface Clocks {
	/** Milliseconds that only grow, `performance.now`. */
	steady: () => number;
	/** The device's clock, `Date.now`. */
	wall: () => number;
}

const browser: Clocks = { steady: () => performance.now(), wall: () => Date.now() };

interface Sample {
	steady: number;
	wall: number;
}

export class ServerClock {
	#samples: Sample[] = [];
	readonly #clocks: Clocks;

	constructor(clocks: Clocks = browser) {
		this.#clocks = clocks;
	}

	/** An answer that has just come said that it is this instant (RFC 3339). */
	hear(instant: string): void {
		const said = Date.parse(instant);
		if (!Number.isFinite(said)) return;
		const sample = { steady: said - this.#clocks.steady(), wall: said - this.#clocks.wall() };
		const last = this.#samples.at(-1);
		// One of the two clocks has jumped against the other: what was learned before says nothing any more.
		const jumped = last && Math.abs(sample.steady - sample.wall - (last.steady - last.wall)) > 500;
		this.#samples = [...(jumped ? [] : this.#samples), sample].slice(-remembered);
	}

	/** Milliseconds since 1970 on the server's clock; the device's own before anything was heard. */
	now(): number {
		if (this.#samples.length === 0) return this.#clocks.wall();
		const steady = Math.max(...this.#samples.map((sample) => sample.steady));
		const wall = Math.max(...this.#samples.map((sample) => sample.wall));
		return Math.max(steady + this.#clocks.steady(), wall + this.#clocks.wall());
	}
}
