/**
 * The room: asks for the session every two seconds while somebody looks, proves presence while it runs, and ticks its
 * clock locally between answers. The server is the truth for every figure. Leaving the page calls nothing: a reload
 * must not cost a pause; when the heartbeats stop, the server notices by itself.
 */
import { api } from '$lib/api/client';
import { asProblem, unwrap, type ProblemError } from '$lib/api/problem';
import { Action } from '$lib/load/action.svelte';
import { metronome } from '$lib/metronome';
import type { Session } from '$lib/api/types';
import { activeAt, leftAt, nextRenewAt, viewOf } from './view';

const pollMs = 2000;
const tickMs = 250;
const backoffMs = [2000, 4000, 8000, 15_000, 30_000];

type Step = 'accept' | 'decline' | 'cancel' | 'join' | 'leave' | 'reconnect';

export class Room {
	session = $state.raw<Session | undefined>(undefined);
	/** The room cannot be shown at all. */
	problem = $state.raw<ProblemError | undefined>(undefined);
	/** The last answer did not come; what is shown may be old. */
	stale = $state(false);
	readonly step = new Action();

	#now = $state(Date.now());
	#offset = $state(0);
	#failures = 0;
	#lastRenew = 0;
	#renewing = false;
	#asking = false;
	#timer: ReturnType<typeof setTimeout> | undefined;
	readonly #path: { session_id: string };

	serverNow = $derived(this.#now + this.#offset);
	view = $derived(this.session ? viewOf(this.session) : undefined);
	activeMs = $derived(this.session ? activeAt(this.session, this.serverNow) : 0);
	leftMs = $derived(this.session ? leftAt(this.session, this.serverNow) : undefined);

	constructor(id: string) {
		this.#path = { session_id: id };
	}

	/** Starts all clocks; returns what stops them. */
	start(): () => void {
		const tick = setInterval(() => (this.#now = Date.now()), tickMs);
		const stopBeat = metronome(() => void this.#renewWhenDue());
		const look = () => {
			if (document.visibilityState === 'visible') this.#plan(0);
		};
		document.addEventListener('visibilitychange', look);
		window.addEventListener('online', look);
		this.#plan(0);
		return () => {
			clearInterval(tick);
			clearTimeout(this.#timer);
			stopBeat();
			document.removeEventListener('visibilitychange', look);
			window.removeEventListener('online', look);
		};
	}

	/** Milliseconds from the server's now to an instant; undefined without one. */
	until(instant: string | undefined): number | undefined {
		return instant === undefined ? undefined : Math.max(0, Date.parse(instant) - this.serverNow);
	}

	do = (step: Step): Promise<boolean> =>
		this.step.run(async () => this.#take(await this.#post(step), Date.now()));

	/** A host who accepts is here, so accepting joins as well. */
	acceptAndJoin = (): Promise<boolean> =>
		this.step.run(async () => {
			this.#take(await this.#post('accept'), Date.now());
			this.#take(await this.#post('join'), Date.now());
		});

	end = (summary: string): Promise<boolean> =>
		this.step.run(async () => {
			const body = summary.trim() ? { summary: summary.trim() } : {};
			const path = this.#path;
			const call = api.POST('/v1/sessions/{session_id}/end', { params: { path }, body });
			this.#take(await unwrap(call), Date.now());
		});

	#post(step: Step | 'renew'): Promise<Session> {
		const options = { params: { path: this.#path }, body: {} };
		return unwrap(api.POST(`/v1/sessions/{session_id}/${step}`, options));
	}

	/** Answers may overtake each other: an older one never replaces a newer one. */
	#take(session: Session, receivedAt: number): void {
		const said = Date.parse(session.now);
		if (this.session && said < Date.parse(this.session.now)) return;
		this.#offset = said - receivedAt;
		this.#now = receivedAt;
		this.session = session;
		this.stale = false;
	}

	#plan(delay: number): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#ask(), delay);
	}

	async #ask(): Promise<void> {
		if (this.#asking) return;
		this.#asking = true;
		try {
			const call = api.GET('/v1/sessions/{session_id}', { params: { path: this.#path } });
			this.#take(await unwrap(call), Date.now());
			this.problem = undefined;
			this.#failures = 0;
		} catch (error) {
			this.#failed(asProblem(error));
		} finally {
			this.#asking = false;
		}
		if (this.session?.state === 'finalized' || document.visibilityState !== 'visible') return;
		if (this.problem && this.problem.status >= 400 && this.problem.status < 500) return;
		this.#plan(
			this.#failures ? (backoffMs[Math.min(this.#failures, backoffMs.length) - 1] ?? pollMs) : pollMs
		);
	}

	#failed(problem: ProblemError): void {
		this.#failures++;
		const final = problem.status === 404 || problem.status === 403 || problem.status === 401;
		if (!this.session || final) this.problem = problem;
		else this.stale = true;
	}

	async #renewWhenDue(): Promise<void> {
		const session = this.session;
		if (!session || session.state !== 'active' || session.you === 'admin' || this.#renewing) return;
		if (Date.now() + this.#offset < nextRenewAt(session, this.#lastRenew)) return;
		this.#renewing = true;
		this.#lastRenew = Date.now() + this.#offset;
		try {
			this.#take(await this.#post('renew'), Date.now());
		} catch (error) {
			// A refusal means that the session has moved on: look at it. No answer: the next beat tries again.
			if (asProblem(error).key !== 'network') this.#plan(0);
		} finally {
			this.#renewing = false;
		}
	}
}
