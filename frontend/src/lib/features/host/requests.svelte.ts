/**
 * Open sessions of the host, for the whole site. One tab of the browser hears of changes over the socket, also while it is in
 * the background, and tells the others; it alone makes a sound. Which one it is, a Web Lock decides.
 */
import { api } from '$lib/api/client';
import { asProblem, unwrap, type ProblemError } from '$lib/api/problem';
import { live, useLive } from '$lib/live/live';
import { metronome } from '$lib/metronome';
import type { Session } from '$lib/api/types';
import { chime, isMuted, setMuted } from './chime';
import { ownProfile } from './own-profile.svelte';

/** Without a socket nobody tells. */
const onlineMs = 2500;
/** What the socket tells may get lost; and who is offline is asked by nobody new. */
const calmMs = 30_000;
const slowestMs = 30_000;
/** The server's clock may be a little behind what we take it for. */
const leastMs = 1000;
const name = 'parlor-requests';

class Requests {
	sessions = $state.raw<Session[] | undefined>(undefined);
	problem = $state.raw<ProblemError | undefined>(undefined);
	muted = $state(false);
	#now = $state(Date.now());
	#offset = $state(0);
	#known = new Set<string>();
	#next = 0;
	#failures = 0;
	#asking = false;
	#askAgain = false;
	#leads = false;
	#channel: BroadcastChannel | undefined;

	waiting = $derived(
		(this.sessions ?? []).filter((session) => session.state === 'waiting' && !session.accepted_at)
	);
	running = $derived((this.sessions ?? []).filter((session) => !this.waiting.includes(session)));

	/** Watches until the returned function is called. The root layout does, while a host is signed in. */
	start(): () => void {
		this.muted = isMuted();
		this.sessions = this.problem = undefined;
		this.#known.clear();
		void ownProfile.run();
		const resign = this.#candidate();
		this.#channel = new BroadcastChannel(name);
		this.#channel.onmessage = ({ data }: MessageEvent<Session[]>) => this.#take(data);
		void this.ask();
		const still = metronome(() => {
			this.#now = Date.now();
			if (this.#leads && this.#now >= this.#next) void this.ask();
		});
		return () => {
			still();
			resign();
			this.#channel?.close();
			this.#channel = undefined;
		};
	}

	/** Asks to be the tab that leads; the returned function gives it up. */
	#candidate(): () => void {
		if (!navigator.locks) return this.#lead();
		const waiting = new AbortController();
		let resign = () => {};
		const held = new Promise<void>((resolve) => (resign = resolve));
		let follow = () => {};
		navigator.locks
			.request(name, { signal: waiting.signal }, () => {
				// Who gave up in the same moment gets the lock all the same.
				if (!waiting.signal.aborted) follow = this.#lead();
				return held;
			})
			.catch(() => undefined);
		return () => {
			waiting.abort();
			follow();
			resign();
		};
	}

	/** Hears what is new until the returned function is called; asks for the rest when a socket opens or cannot be had. */
	#lead(): () => void {
		this.#leads = true;
		const stops = [
			live.onFrame(({ type }) => {
				if (type === 'request') this.soon();
			}),
			live.onStatus((status) => {
				if (status === 'open' || status === 'refused') this.soon();
			}),
			useLive()
		];
		return () => {
			this.#leads = false;
			for (const stop of stops) stop();
		};
	}

	leftMs(session: Session): number | undefined {
		return session.expires_at
			? Math.max(0, Date.parse(session.expires_at) - (this.#now + this.#offset))
			: undefined;
	}

	toggleSound(): void {
		this.muted = !this.muted;
		setMuted(this.muted);
		if (!this.muted) chime();
	}

	ask = async (): Promise<void> => {
		if (this.#asking) {
			// What is on its way may be older than what made somebody ask.
			this.#askAgain = true;
			return;
		}
		this.#asking = true;
		try {
			const { items } = await unwrap(api.GET('/v1/host/requests'));
			this.#take(items);
			this.#channel?.postMessage(items);
			this.#failures = 0;
		} catch (error) {
			this.problem = asProblem(error);
			this.#failures++;
		} finally {
			this.#asking = false;
			this.#next = this.#askAgain ? 0 : Date.now() + this.#pause();
			this.#askAgain = false;
		}
	};

	/** Until the next look: what is not told, and when time itself takes a request off the list. */
	#pause(): number {
		const told = live.status === 'open' || !ownProfile.value?.online;
		const lapses = this.waiting.map((session) => (this.leftMs(session) ?? calmMs) + leastMs);
		const pause = Math.min(told ? calmMs : onlineMs, ...lapses);
		return Math.min(slowestMs, Math.max(leastMs, pause) * 2 ** this.#failures);
	}

	/** Asks at once: there are news, or the host has just gone online, or answered somebody. */
	soon = (): void => {
		this.#next = 0;
		void this.ask();
	};

	#take(items: Session[]): void {
		const first = items[0];
		if (first) this.#offset = Date.parse(first.now) - Date.now();
		this.sessions = items;
		this.problem = undefined;
		const fresh = this.waiting.some((session) => !this.#known.has(session.id));
		this.#known = new Set(items.map((session) => session.id));
		if (fresh && this.#leads && !isMuted()) chime();
	}
}

export const requests = new Requests();
