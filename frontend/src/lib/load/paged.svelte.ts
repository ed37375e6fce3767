/** A list that comes in pages. */
import { untrack } from 'svelte';
import { asProblem } from '$lib/api/problem';
import type { Loaded } from './query.svelte';

export interface PageOf<T> {
	items: T[];
	next_cursor?: string | null;
}

/** A list that grows by its cursor. */
export class PagedQuery<P extends PageOf<unknown>> {
	state = $state.raw<Loaded<P['items']>>({ status: 'loading' });
	first = $state.raw<P | undefined>(undefined);
	more = $state<'none' | 'some' | 'loading' | 'failed'>('none');
	readonly #load: (cursor: string | undefined) => Promise<P>;
	#cursor: string | undefined;
	#run = 0;

	constructor(load: (cursor: string | undefined) => Promise<P>) {
		this.#load = load;
	}

	run = async (quiet = false): Promise<void> => {
		const run = ++this.#run;
		// Untracked: an effect that starts a run must not start again when the answer comes.
		if (!quiet || untrack(() => this.state.status === 'error')) this.state = { status: 'loading' };
		try {
			const page = await this.#load(undefined);
			if (run !== this.#run) return;
			this.first = page;
			this.#take(page, []);
		} catch (error) {
			if (run === this.#run) this.state = { status: 'error', problem: asProblem(error) };
		}
	};

	loadMore = async (): Promise<void> => {
		if (this.state.status !== 'ready' || !this.#cursor || this.more === 'loading') return;
		const run = this.#run;
		const before = this.state.value;
		this.more = 'loading';
		try {
			const page = await this.#load(this.#cursor);
			if (run === this.#run) this.#take(page, before);
		} catch {
			if (run === this.#run) this.more = 'failed';
		}
	};

	/** Puts a changed row in place of the old one. */
	replace(same: (item: P['items'][number]) => boolean, item: P['items'][number] | undefined): void {
		if (this.state.status !== 'ready') return;
		const value = this.state.value.flatMap((old) => (same(old) ? (item ? [item] : []) : [old]));
		this.state = { status: 'ready', value };
	}

	#take(page: P, before: P['items']): void {
		this.#cursor = page.next_cursor ?? undefined;
		this.more = this.#cursor ? 'some' : 'none';
		this.state = { status: 'ready', value: [...before, ...page.items] };
	}
}
