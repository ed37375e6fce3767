/** Open sessions of the host, asked for every few seconds, also while the tab is in the background. */
import { api } from '$lib/api/client';
import { asProblem, unwrap, type ProblemError } from '$lib/api/problem';
import { metronome } from '$lib/metronome';
import type { Session } from '$lib/api/types';
import { chime, isMuted } from './chime';

const everyMs = 2500;
const slowestMs = 30_000;

export class Requests {
	sessions = $state.raw<Session[] | undefined>(undefined);
	problem = $state.raw<ProblemError | undefined>(undefined);
	muted = $state(isMuted());
	#now = $state(Date.now());
	#offset = $state(0);
	#known = new Set<string>();
	#next = 0;
	#pause = everyMs;
	#asking = false;

	waiting = $derived(
		(this.sessions ?? []).filter((session) => session.state === 'waiting' && !session.accepted_at)
	);
	running = $derived((this.sessions ?? []).filter((session) => !this.waiting.includes(session)));

	start(): () => void {
		void this.ask();
		return metronome(() => {
			this.#now = Date.now();
			if (this.#now >= this.#next) void this.ask();
		});
	}

	leftMs(session: Session): number | undefined {
		return session.expires_at
			? Math.max(0, Date.parse(session.expires_at) - (this.#now + this.#offset))
			: undefined;
	}

	ask = async (): Promise<void> => {
		if (this.#asking) return;
		this.#asking = true;
		try {
			const { items } = await unwrap(api.GET('/v1/host/requests'));
			this.#take(items);
			this.problem = undefined;
			this.#pause = everyMs;
		} catch (error) {
			this.problem = asProblem(error);
			this.#pause = Math.min(slowestMs, this.#pause * 2);
		} finally {
			this.#asking = false;
			this.#next = Date.now() + this.#pause;
		}
	};

	#take(items: Session[]): void {
		const first = items[0];
		if (first) this.#offset = Date.parse(first.now) - Date.now();
		this.sessions = items;
		const fresh = this.waiting.some((session) => !this.#known.has(session.id));
		this.#known = new Set(items.map((session) => session.id));
		if (fresh && !this.muted) chime();
	}
}
