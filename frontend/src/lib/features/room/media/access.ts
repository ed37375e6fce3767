/**
 * How this browser gets into the media of its session. The server gives it only while the clock runs on paid time, and never
 * for longer than twenty minutes, so it is asked for again while the session goes on.
 */
import { api } from '$lib/api/client';
import { unwrap, type Present } from '$lib/api/problem';
import type { MediaAccess } from '$lib/api/types';

export type Access = Present<MediaAccess>;
export type AccessOf<A extends Access['adapter']> = Extract<Access, { adapter: A }>;
/** Asks for an access. Throws `ProblemError`. */
export type AskAccess = () => Promise<Access>;

export function askAccess(sessionId: string): AskAccess {
	const options = { params: { path: { session_id: sessionId } }, body: {} };
	return () => unwrap(api.POST('/v1/sessions/{session_id}/media', options));
}

const firstWaitMs = 1000;
const longestWaitMs = 15_000;

/**
 * Keeps an access while media may flow: asks at once, again when the server says so, and after a failure with growing
 * pauses, because the room may come back to life by a lease that is late.
 */
export class AccessKeeper {
	readonly #ask: AskAccess;
	readonly #use: (access: Access) => void;
	readonly #failed: (error: unknown) => void;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#wait = firstWaitMs;
	/** Which start this is: what an earlier one asked for is not used any more. */
	#round = 0;
	#runs = false;

	constructor(ask: AskAccess, use: (access: Access) => void, failed: (error: unknown) => void) {
		this.#ask = ask;
		this.#use = use;
		this.#failed = failed;
	}

	start(): void {
		if (this.#runs) return;
		this.#runs = true;
		this.#wait = firstWaitMs;
		void this.#turn(++this.#round);
	}

	stop(): void {
		this.#runs = false;
		this.#round++;
		clearTimeout(this.#timer);
	}

	/** Asks now and not when it is due. */
	again(): void {
		if (!this.#runs) return;
		clearTimeout(this.#timer);
		this.#wait = firstWaitMs;
		void this.#turn(++this.#round);
	}

	async #turn(round: number): Promise<void> {
		try {
			const access = await this.#ask();
			if (round !== this.#round) return;
			this.#wait = firstWaitMs;
			this.#use(access);
			if (access.renew_after_ms !== undefined) this.#plan(round, access.renew_after_ms);
		} catch (error) {
			if (round !== this.#round) return;
			this.#failed(error);
			this.#plan(round, this.#wait);
			this.#wait = Math.min(this.#wait * 2, longestWaitMs);
		}
	}

	#plan(round: number, delay: number): void {
		this.#timer = setTimeout(() => void this.#turn(round), delay);
	}
}
