/** What a page waits for, as a union that its template must handle whole. */
import { asProblem, type ProblemError } from '$lib/api/problem';

export type Loaded<T> =
	{ status: 'loading' } | { status: 'ready'; value: T } | { status: 'error'; problem: ProblemError };

/** One thing from the server. A newer run wins over an older one that answers late. */
export class Query<T> {
	state = $state.raw<Loaded<T>>({ status: 'loading' });
	readonly #load: () => Promise<T>;
	#run = 0;

	constructor(load: () => Promise<T>) {
		this.#load = load;
	}

	get value(): T | undefined {
		return this.state.status === 'ready' ? this.state.value : undefined;
	}

	/** @param quiet keep showing what is there until the answer has come. */
	run = async (quiet = false): Promise<void> => {
		const run = ++this.#run;
		if (!quiet || this.state.status === 'error') this.state = { status: 'loading' };
		try {
			const value = await this.#load();
			if (run === this.#run) this.state = { status: 'ready', value };
		} catch (error) {
			if (run === this.#run) this.state = { status: 'error', problem: asProblem(error) };
		}
	};

	set(value: T): void {
		this.#run++;
		this.state = { status: 'ready', value };
	}
}

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
		if (!quiet || this.state.status === 'error') this.state = { status: 'loading' };
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

/** A button's work: busy while it runs, and the problem it ended with. */
export class Action {
	busy = $state(false);
	problem = $state.raw<ProblemError | undefined>(undefined);

	/** Runs the work unless it is running already. True when it went through. */
	run = async (work: () => Promise<void>): Promise<boolean> => {
		if (this.busy) return false;
		this.busy = true;
		this.problem = undefined;
		try {
			await work();
			return true;
		} catch (error) {
			this.problem = asProblem(error);
			return false;
		} finally {
			this.busy = false;
		}
	};

	clear(): void {
		this.problem = undefined;
	}
}
