/** The room's chat: what the server has, in its order, and below it what is still on its way. */
import { api, idempotent, newKey } from '$lib/api/client';
import { asProblem, unwrap, type ProblemError } from '$lib/api/problem';
import type { Message } from '$lib/api/types';

const pollMs = 1500;
const slowestMs = 15_000;

/** A message that was written here and is not confirmed yet. Its key stays the same for every try. */
export interface Pending {
	key: string;
	text: string;
	status: 'sending' | 'failed';
	problem?: ProblemError;
}

export class Chat {
	messages = $state.raw<Message[]>([]);
	pending = $state<Pending[]>([]);
	problem = $state.raw<ProblemError | undefined>(undefined);
	loaded = $state(false);
	readonly #path: { session_id: string };
	#timer: ReturnType<typeof setTimeout> | undefined;
	#failures = 0;
	#live = false;
	#asking: Promise<void> | undefined;

	constructor(id: string) {
		this.#path = { session_id: id };
	}

	/** Loads all messages; while `live`, goes on asking for newer ones. Returns what stops it. */
	start(live: boolean): () => void {
		this.#live = live;
		const look = () => {
			if (this.#live && document.visibilityState === 'visible') this.#plan(0);
		};
		document.addEventListener('visibilitychange', look);
		this.#plan(0);
		return () => {
			this.#live = false;
			clearTimeout(this.#timer);
			document.removeEventListener('visibilitychange', look);
		};
	}

	send(text: string): void {
		this.pending.push({ key: newKey(), text, status: 'sending' });
		const added = this.pending.at(-1);
		if (added) void this.#deliver(added);
	}

	retry(message: Pending): void {
		message.status = 'sending';
		void this.#deliver(message);
	}

	discard(message: Pending): void {
		this.pending = this.pending.filter((other) => other.key !== message.key);
	}

	async #deliver(message: Pending): Promise<void> {
		try {
			// A poll that is on its way would show the same message twice for a moment.
			await this.#asking;
			const sent = await unwrap(
				api.POST('/v1/sessions/{session_id}/messages', {
					params: { path: this.#path, header: idempotent(message.key) },
					body: { text: message.text }
				})
			);
			this.discard(message);
			this.#merge([sent]);
		} catch (error) {
			message.status = 'failed';
			message.problem = asProblem(error);
		}
	}

	#plan(delay: number): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			const sending = this.pending.some((message) => message.status === 'sending');
			if (sending) return this.#plan(pollMs);
			this.#asking ??= this.#ask().finally(() => (this.#asking = undefined));
		}, delay);
	}

	async #ask(): Promise<void> {
		try {
			let full = true;
			while (full) {
				const after = this.messages.at(-1)?.id;
				const page = await unwrap(
					api.GET('/v1/sessions/{session_id}/messages', {
						params: { path: this.#path, query: { after } }
					})
				);
				this.#merge(page.items);
				full = Boolean(page.next_cursor) && page.items.length > 0;
			}
			this.loaded = true;
			this.problem = undefined;
			this.#failures = 0;
		} catch (error) {
			this.#failures++;
			this.problem = asProblem(error);
		}
		if (!this.#live || document.visibilityState !== 'visible') return;
		this.#plan(Math.min(slowestMs, pollMs * 2 ** this.#failures));
	}

	/** Ids are in order of time, so their order is the order of the conversation. */
	#merge(items: readonly Message[]): void {
		if (items.length === 0) return;
		const all = new Map([...this.messages, ...items].map((message) => [message.id, message]));
		this.messages = [...all.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
	}
}
