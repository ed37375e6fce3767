/**
 * The room's chat: what the server has, in its order, and below it what is still on its way. Messages are sent over HTTP,
 * each with a key, so none is lost or doubled; those of the other side come over the socket, or by asking.
 */
import { api, idempotent, newKey } from '$lib/api/client';
import { asProblem, unwrap, type ProblemError } from '$lib/api/problem';
import type { Message } from '$lib/api/types';
import { live } from '$lib/live/live';
import { further, lastOf, type Mark, type Marks } from './delivery';

const pollMs = 1500;
const slowestMs = 15_000;
/** The server counts a word about typing for six seconds and takes one every three. */
const typingMs = 6000;
const typedMs = 3000;
/** Marks of a quick exchange travel together. */
const markMs = 300;

type Side = 'member' | 'host';

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
	marks = $state.raw<Marks>({ member: {}, host: {} });
	/** The side that writes now. */
	typing = $state<Side | undefined>(undefined);
	/** Messages that were reported from this page. */
	reported = $state.raw<string[]>([]);
	/** Which side writes here; undefined for an administrator and before it is known. */
	me: Side | undefined;
	readonly #id: string;
	/** The last message that asking has brought: all before it are here. */
	#asked: string | undefined;
	readonly #path: { session_id: string };
	#timer: ReturnType<typeof setTimeout> | undefined;
	#typingEnds: ReturnType<typeof setTimeout> | undefined;
	#typedAt = 0;
	#seen = false;
	#marking: ReturnType<typeof setTimeout> | undefined;
	#marked: Mark = {};
	#failures = 0;
	#polls = false;
	#asking: Promise<void> | undefined;
	#askAgain = false;
	/** Messages leave one after another: the server numbers them as they come. */
	#leaving: Promise<void> = Promise.resolve();

	constructor(id: string) {
		this.#id = id;
		this.#path = { session_id: id };
	}

	/** The whole conversation as a text, written by the server in the caller's zone. */
	export = async (): Promise<string> => {
		const query = { format: 'text' as const };
		return unwrap(
			api.GET('/v1/sessions/{session_id}/messages/export', {
				params: { path: this.#path, query },
				parseAs: 'text'
			})
		) as Promise<string>;
	};

	/** Asks the office to look at a message. */
	report = async (message: Message, reason: string): Promise<void> => {
		const path = { ...this.#path, message_id: message.id };
		const call = api.POST('/v1/sessions/{session_id}/messages/{message_id}/report', {
			params: { path },
			body: { reason }
		});
		await unwrap(call);
		this.reported = [...this.reported, message.id];
	};

	/** Asks for everything newer than what is here, as of now: an answer that is on its way may be older. */
	load = (): Promise<void> => {
		if (this.#asking) {
			this.#askAgain = true;
			return this.#asking;
		}
		this.#asking = this.#ask().finally(() => {
			this.#asking = undefined;
			if (!this.#askAgain) return;
			this.#askAgain = false;
			void this.load();
		});
		return this.#asking;
	};

	/** While nothing else tells of new messages, asks for them. */
	poll(on: boolean): void {
		this.#polls = on;
		clearTimeout(this.#timer);
		if (on) this.#plan(0);
	}

	/** For the end of the page. */
	stop(): void {
		this.#polls = false;
		clearTimeout(this.#timer);
		clearTimeout(this.#typingEnds);
		clearTimeout(this.#marking);
	}

	/** @param seen whether the person has the conversation before their eyes. */
	look(seen: boolean): void {
		this.#seen = seen;
		this.#planMark();
	}

	hear(message: Message): void {
		if (message.from === this.me) this.#arrived(message.text);
		this.#merge([message]);
		if (this.typing === message.from) this.typing = undefined;
	}

	hearMarks(marks: Marks): void {
		this.marks = further(this.marks, marks);
	}

	hearTyping(from: Side, typing: boolean): void {
		clearTimeout(this.#typingEnds);
		if (typing) {
			this.typing = from;
			this.#typingEnds = setTimeout(() => (this.typing = undefined), typingMs);
		} else if (this.typing === from) this.typing = undefined;
	}

	/** The person has typed something, or emptied the field. */
	typed = (writing: boolean): void => {
		const now = Date.now();
		if (writing ? now - this.#typedAt < typedMs : this.#typedAt === 0) return;
		this.#typedAt = writing ? now : 0;
		live.send({ v: 1, type: 'typing', session_id: this.#id, typing: writing });
	};

	send(text: string): void {
		this.typed(false);
		this.pending.push({ key: newKey(), text, status: 'sending' });
		const added = this.pending.at(-1);
		if (added) this.#queue(added);
	}

	retry(message: Pending): void {
		message.status = 'sending';
		this.#queue(message);
	}

	discard(message: Pending): void {
		this.pending = this.pending.filter((other) => other.key !== message.key);
	}

	#queue(message: Pending): void {
		this.#leaving = this.#leaving.then(() => this.#deliver(message));
	}

	async #deliver(message: Pending): Promise<void> {
		try {
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

	/** One's own message may be heard before its sending is answered, or when the answer was lost. */
	#arrived(text: string): void {
		const unsure = ({ status, problem }: Pending) => status === 'sending' || problem?.key === 'network';
		const sent = this.pending.find((message) => message.text === text && unsure(message));
		if (sent) this.discard(sent);
	}

	#plan(delay: number): void {
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => void this.load(), delay);
	}

	async #ask(): Promise<void> {
		try {
			let full = true;
			while (full) {
				const after = this.#asked;
				const page = await unwrap(
					api.GET('/v1/sessions/{session_id}/messages', {
						params: { path: this.#path, query: { after } }
					})
				);
				this.#merge(page.items);
				this.hearMarks(page.marks);
				this.#asked = page.items.at(-1)?.id ?? after;
				full = Boolean(page.next_cursor) && page.items.length > 0;
			}
			this.loaded = true;
			this.problem = undefined;
			this.#failures = 0;
		} catch (error) {
			this.#failures++;
			this.problem = asProblem(error);
		}
		if (!this.#polls) return;
		this.#plan(Math.min(slowestMs, pollMs * 2 ** this.#failures));
	}

	/** Ids are in order of time, so their order is the order of the conversation. */
	#merge(items: readonly Message[]): void {
		if (items.length === 0) return;
		const all = new Map([...this.messages, ...items].map((message) => [message.id, message]));
		this.messages = [...all.values()].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
		this.#planMark();
	}

	#planMark(): void {
		clearTimeout(this.#marking);
		this.#marking = setTimeout(() => void this.#mark(), markMs);
	}

	/** Tells the other side how far their messages have come. Not worth a word when it fails: the next one says more. */
	async #mark(): Promise<void> {
		if (!this.me) return;
		const last = lastOf(this.messages, this.me === 'member' ? 'host' : 'member');
		if (last === undefined) return;
		const known = this.#marked;
		const news = this.#seen ? known.read_up_to !== last : known.delivered_up_to !== last;
		if (!news) return;
		const body = this.#seen ? { delivered_up_to: last, read_up_to: last } : { delivered_up_to: last };
		this.#marked = { ...known, ...body };
		try {
			const call = api.POST('/v1/sessions/{session_id}/messages/mark', {
				params: { path: this.#path },
				body
			});
			this.hearMarks(await unwrap(call));
		} catch {
			this.#marked = known;
		}
	}
}
