/**
 * What a person reads for a problem: one sentence that says what happened and what to do. The sentences that any call
 * can need are here; those of single refusals are in `refusals.ts`, which is fetched when a refusal comes.
 */
import { m } from '$lib/paraglide/messages';
import type { Words } from '$lib/brand/words';
import type { ProblemError } from './problem';

export interface Context {
	words: Words;
	currency: string;
}
export type Say = (problem: ProblemError, context: Context) => string;
export type Refusals = Readonly<Record<string, Say>>;

const general: Record<string, () => string> = {
	network: () => m.problem_network(),
	'signed-out': () => m.problem_signed_out(),
	'not-signed-in': () => m.problem_signed_out(),
	forbidden: () => m.problem_forbidden(),
	'not-found': () => m.problem_not_found(),
	'too-many-requests': () => m.problem_too_many(),
	busy: () => m.problem_unavailable(),
	'upstream-down': () => m.problem_unavailable(),
	internal: () => m.problem_internal()
};

const byStatus: Record<number, string> = {
	401: 'not-signed-in',
	403: 'forbidden',
	404: 'not-found',
	429: 'too-many-requests',
	500: 'internal',
	502: 'network',
	503: 'busy',
	504: 'network'
};

/** For all keys without a sentence here, the server's `detail` is already meant for a person. */
export function problemMessage(problem: ProblemError, context: Context, refusals: Refusals = {}): string {
	const own = refusals[problem.key]?.(problem, context) ?? general[problem.key]?.();
	if (own) return own;
	if (problem.detail && problem.status < 500) return problem.detail;
	return general[byStatus[problem.status] ?? 'internal']?.() ?? m.problem_internal();
}

/** Keys that any call can answer with. */
export const generalProblems = Object.keys(general);
