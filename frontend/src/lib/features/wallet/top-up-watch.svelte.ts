/** Waits for a top-up to be paid: the webhook decides, the browser only asks, less and less often. */
import { api } from '$lib/api/client';
import { asProblem, unwrap, type ProblemError } from '$lib/api/problem';
import type { TopUp } from '$lib/api/types';

const firstMs = 1000;
const slowestMs = 10_000;
const patienceMs = 5 * 60_000;

export class TopUpWatch {
	topUp = $state.raw<TopUp | undefined>(undefined);
	problem = $state.raw<ProblemError | undefined>(undefined);
	tired = $state(false);
	#timer: ReturnType<typeof setTimeout> | undefined;

	/** Returns what stops it. `paid` is called once. */
	start(id: string, paid: () => void): () => void {
		const began = Date.now();
		let pause = firstMs;
		const ask = async () => {
			try {
				this.topUp = await unwrap(
					api.GET('/v1/wallet/top-ups/{top_up_id}', { params: { path: { top_up_id: id } } })
				);
				this.problem = undefined;
			} catch (error) {
				this.problem = asProblem(error);
				if (this.problem.status === 404 || this.problem.status === 400) return;
			}
			if (this.topUp?.status === 'paid') return paid();
			if (this.topUp?.status === 'expired') return;
			if (Date.now() - began > patienceMs) {
				this.tired = true;
				return;
			}
			pause = Math.min(slowestMs, pause * 1.3);
			this.#timer = setTimeout(() => void ask(), pause);
		};
		void ask();
		return () => clearTimeout(this.#timer);
	}
}
