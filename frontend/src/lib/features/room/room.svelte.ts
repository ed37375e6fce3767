/**
 * The room: one state of the session, whoever told it. News come over the socket; while the socket is refused the room asks
 * every two seconds instead. Between answers its clock ticks here, on the server's time. Leaving the page calls nothing: a
 * reload must not cost a pause; when nothing proves presence any more, the server notices by itself.
 */
import { api } from '$lib/api/client';
import { asProblem, unwrap, type ProblemError } from '$lib/api/problem';
import { Action } from '$lib/load/action.svelte';
import { ServerClock } from '$lib/live/clock';
import type { LiveStatus } from '$lib/live/connection';
import { eventsAfter, live, useLive } from '$lib/live/live';
import { SessionChannel } from '$lib/live/session-channel';
import { metronome } from '$lib/metronome';
import type { Session } from '$lib/api/types';
import type { Chat } from './chat.svelte';
import type { Signals } from './media/signals';
import { activeAt, begunAt, changesAt, flowsAt, leftAt, mayGoOn, nextRenewAt, viewOf } from './view';

const pollMs = 2000;
const tickMs = 250;
/** The server's clock may be a little behind what we take it for. */
const settleMs = 150;
/** Timers may come a moment early. */
const earlyMs = 5;
const backoffMs = [2000, 4000, 8000, 15_000, 30_000];

type Step = 'accept' | 'decline' | 'cancel' | 'join' | 'leave' | 'reconnect';
type Side = 'member' | 'host';

export class Room {
	session = $state.raw<Session | undefined>(undefined);
	/** The room cannot be shown at all. */
	problem = $state.raw<ProblemError | undefined>(undefined);
	/** The last answer did not come; what is shown may be old. */
	stale = $state(false);
	/** The way that news come. */
	line = $state<LiveStatus>('connecting');
	/** Which sides have a socket on the session, as far as it is known. */
	connected = $state<Partial<Record<Side, boolean>>>({});
	readonly step = new Action();
	readonly chat: Chat;

	readonly #id: string;
	readonly #path: { session_id: string };
	readonly #clock = new ServerClock();
	readonly #signals = new Set<(data: unknown) => void>();
	readonly #opens = new Set<() => void>();
	#now = $state(Date.now());
	#failures = 0;
	#lastRenew = 0;
	#renewing = false;
	#asking = false;
	#started = false;
	/** The instant of the last time-made change that was looked at, and when. */
	#looked = 0;
	/** The pause that the room has asked to end by itself. */
	#wentOnAfter: string | undefined;
	#timer: ReturnType<typeof setTimeout> | undefined;
	#edge: ReturnType<typeof setTimeout> | undefined;
	#due: ReturnType<typeof setTimeout> | undefined;

	serverNow = $derived(this.#now);
	view = $derived(this.session ? viewOf(this.session) : undefined);
	activeMs = $derived(this.session ? activeAt(this.session, this.serverNow) : 0);
	/** Minutes that have begun, each paid in full. */
	begun = $derived(this.session ? begunAt(this.session, this.serverNow) : 0);
	leftMs = $derived(this.session ? leftAt(this.session, this.serverNow) : undefined);
	/** The clock runs and the time is paid: only then may media flow. */
	flows = $derived(this.session ? flowsAt(this.session, this.serverNow) : false);

	constructor(id: string, chat: Chat) {
		this.#id = id;
		this.#path = { session_id: id };
		this.chat = chat;
	}

	/** The way to the other participant's browser. */
	readonly signals: Signals = {
		send: (data) => {
			live.send({
				v: 1,
				type: 'signal',
				session_id: this.#id,
				data: data as unknown as Record<string, never>
			});
		},
		onSignal: (listener) => {
			this.#signals.add(listener);
			return () => this.#signals.delete(listener);
		},
		onOpen: (listener) => {
			this.#opens.add(listener);
			return () => this.#opens.delete(listener);
		}
	};

	/** Starts all clocks; returns what stops them. */
	start(): () => void {
		this.#started = true;
		const stops = [
			useLive(),
			live.onStatus((status) => this.#setLine(status)),
			this.#channel().start(),
			metronome(() => this.#beat())
		];
		this.line = live.status;
		const tick = setInterval(() => this.#tick(), tickMs);
		const look = () => {
			if (document.visibilityState !== 'visible') return;
			this.#tick();
			if (this.line !== 'open') this.#plan(0);
		};
		document.addEventListener('visibilitychange', look);
		window.addEventListener('online', look);
		this.#plan(0);
		return () => {
			this.#started = false;
			for (const stop of stops) stop();
			clearInterval(tick);
			clearTimeout(this.#timer);
			clearTimeout(this.#edge);
			clearTimeout(this.#due);
			document.removeEventListener('visibilitychange', look);
			window.removeEventListener('online', look);
		};
	}

	/** Milliseconds from the server's now to an instant; undefined without one. */
	until(instant: string | undefined): number | undefined {
		return instant === undefined ? undefined : Math.max(0, Date.parse(instant) - this.serverNow);
	}

	do = (step: Step): Promise<boolean> => this.step.run(async () => this.#take(await this.#post(step)));

	/** A host who accepts is here, so accepting joins as well. */
	acceptAndJoin = (): Promise<boolean> =>
		this.step.run(async () => {
			this.#take(await this.#post('accept'));
			this.#take(await this.#post('join'));
		});

	end = (summary: string): Promise<boolean> =>
		this.step.run(async () => {
			const body = summary.trim() ? { summary: summary.trim() } : {};
			const path = this.#path;
			this.#take(await unwrap(api.POST('/v1/sessions/{session_id}/end', { params: { path }, body })));
		});

	#channel(): SessionChannel {
		return new SessionChannel(live, this.#id, (after) => eventsAfter(this.#id, after), {
			subscribed: ({ session, peers }) => {
				const sides = new Set(peers.map((peer) => peer.side));
				this.connected = { member: sides.has('member'), host: sides.has('host') };
				this.#take(session as Session);
				for (const tell of this.#opens) tell();
			},
			session: (session) => this.#take(session as Session),
			message: (message) => this.chat.hear(message),
			marks: (marks) => this.chat.hearMarks(marks),
			typing: ({ from, typing }) => this.chat.hearTyping(from, typing),
			signal: ({ data }) => {
				for (const tell of this.#signals) tell(data);
			},
			presence: ({ side, connected, lost_at }) => {
				this.connected = { ...this.connected, [side]: connected };
				const edge = this.session && changesAt(this.session);
				if (lost_at) this.#lookAt(Math.min(Date.parse(lost_at), edge ?? Number.POSITIVE_INFINITY));
			},
			notice: ({ code }) => {
				if (code === 'presence_lost') void this.#renew();
			},
			fresh: () => {
				void this.chat.load();
				this.#plan(0);
			}
		});
	}

	#setLine(status: LiveStatus): void {
		this.line = status;
		this.chat.poll(status === 'refused');
		if (status === 'refused') this.#plan(0);
	}

	#post(step: Step | 'renew'): Promise<Session> {
		const options = { params: { path: this.#path }, body: {} };
		return unwrap(api.POST(`/v1/sessions/{session_id}/${step}`, options));
	}

	/** Answers may overtake each other: an older one never replaces a newer one. */
	#take(session: Session): void {
		this.#clock.hear(session.now);
		this.#tick();
		if (this.session && Date.parse(session.now) < Date.parse(this.session.now)) return;
		this.session = session;
		this.problem = undefined;
		this.stale = false;
		this.#failures = 0;
		const edge = changesAt(session);
		if (edge !== undefined) this.#lookAt(edge);
		this.#planRenew(session);
		void this.#goOn(session);
	}

	/** A missed lease is nobody's wish: asks once to go on. When that is refused, there is still the button. */
	async #goOn(session: Session): Promise<void> {
		const wanted = this.#started && mayGoOn(session, this.#clock.now());
		if (!wanted || this.#wentOnAfter === session.paused_at) return;
		this.#wentOnAfter = session.paused_at;
		try {
			this.#take(await this.#post('reconnect'));
		} catch (error) {
			if (asProblem(error).key === 'network') this.#wentOnAfter = undefined;
			this.#plan(pollMs);
		}
	}

	/** At the very instant: the beat of a second alone would take up to a second of what is left of a lease. */
	#planRenew(session: Session): void {
		clearTimeout(this.#due);
		if (!this.#started || session.state !== 'active') return;
		const wait = nextRenewAt(session, this.#lastRenew, false) - this.#clock.now();
		if (Number.isFinite(wait)) this.#due = setTimeout(() => this.#beat(), Math.max(0, wait) + earlyMs);
	}

	#tick(): void {
		this.#now = this.#clock.now();
	}

	/** At this instant time itself changes the session: the room shows it on the spot, and then asks how it is. */
	#lookAt(instant: number): void {
		clearTimeout(this.#edge);
		if (!this.#started) return;
		const wait = Math.max(0, instant - this.#clock.now());
		this.#edge = setTimeout(() => {
			this.#tick();
			// A change that the server does not see yet is looked for again, but not at every turn.
			const again = this.#looked === instant;
			this.#looked = instant;
			this.#edge = setTimeout(() => void this.#settle(), again ? pollMs : settleMs);
		}, wait);
	}

	/** Makes the server store what time did, and says how the session is. */
	async #settle(): Promise<void> {
		const runs = this.session?.state === 'active' && this.session.you !== 'admin';
		if (runs) await this.#renew();
		else await this.#ask();
	}

	#plan(delay: number): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.#ask(), delay);
	}

	async #ask(): Promise<void> {
		if (this.#asking) return;
		this.#asking = true;
		try {
			this.#take(await unwrap(api.GET('/v1/sessions/{session_id}', { params: { path: this.#path } })));
		} catch (error) {
			this.#failed(asProblem(error));
		} finally {
			this.#asking = false;
		}
		this.#planNext();
	}

	/** The socket tells what is new, so asking goes on only while it is refused, or until there is something to show. */
	#planNext(): void {
		if (!this.#started || this.session?.state === 'finalized') return;
		if (this.problem && this.problem.status >= 400 && this.problem.status < 500) return;
		const needed = this.line === 'refused' || this.#failures > 0;
		if (!needed || document.visibilityState !== 'visible') return;
		const slower = backoffMs[Math.min(this.#failures, backoffMs.length) - 1];
		this.#plan(slower ?? pollMs);
	}

	#failed(problem: ProblemError): void {
		this.#failures++;
		const final = problem.status === 404 || problem.status === 403 || problem.status === 401;
		if (!this.session || final) this.problem = problem;
		else this.stale = true;
	}

	#beat(): void {
		this.#tick();
		const session = this.session;
		if (!session || session.state !== 'active' || session.you === 'admin') return;
		// Over the socket pings prove presence; then only the lease is renewed from here.
		const due = nextRenewAt(session, this.#lastRenew, this.line !== 'open');
		if (this.#clock.now() >= due) void this.#renew();
	}

	async #renew(): Promise<void> {
		if (this.#renewing) return;
		this.#renewing = true;
		this.#lastRenew = this.#clock.now();
		try {
			this.#take(await this.#post('renew'));
		} catch (error) {
			// A refusal means that the session has moved on: look at it. No answer: the next beat tries again.
			if (asProblem(error).key !== 'network') this.#plan(0);
		} finally {
			this.#renewing = false;
		}
	}
}
