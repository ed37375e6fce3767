/** What a page waits for, as a union that its template must handle whole. */
import { untrack } from 'svelte';
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
		// Untracked: an effect that starts a run must not start again when the answer comes.
		if (!quiet || untrack(() => this.state.status === 'error')) this.state = { status: 'loading' };
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
