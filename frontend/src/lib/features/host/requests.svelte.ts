/**
 * Open sessions of the host, for the whole site. One tab of the browser asks, also while it is in the background, and
 * tells the others; it alone makes a sound. Which one it is, a Web Lock decides.
 */
import { api } from '$lib/api/client';
import { asProblem, unwrap, type ProblemError } from '$lib/api/problem';
import { metronome } from '$lib/metronome';
import type { Session } from '$lib/api/types';
import { chime, isMuted, setMuted } from './chime';
import { ownProfile } from './own-profile.svelte';

const onlineMs = 2500;
/** Who is offline is asked by nobody new; a session that is open already may still move. */
const offlineMs = 30_000;
const slowestMs = 30_000;
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

	/** Asks to be the tab that asks; the returned function gives it up. */
	#candidate(): () => void {
		const lead = () => (this.#leads = true);
		if (!navigator.locks) {
			lead();
			return () => (this.#leads = false);
		}
		const waiting = new AbortController();
		let resign = () => {};
		const held = new Promise<void>((resolve) => (resign = resolve));
		navigator.locks
			.request(name, { signal: waiting.signal }, () => {
				lead();
				return held;
			})
			.catch(() => undefined);
		return () => {
			this.#leads = false;
			waiting.abort();
			resign();
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
		if (this.#asking) return;
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
			const pause = ownProfile.value?.online ? onlineMs : offlineMs;
			this.#next = Date.now() + Math.min(slowestMs, pause * 2 ** this.#failures);
		}
	};

	/** Asks at once: the host has just gone online, or answered somebody. */
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
