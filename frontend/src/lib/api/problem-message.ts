/** What a person reads for a problem: one sentence that says what happened and what to do. */
import { m } from '$lib/paraglide/messages';
import { formatMoney } from '$lib/format/money';
import type { Words } from '$lib/brand/words';
import type { ProblemError } from './problem';

interface Context {
	words: Words;
	currency: string;
}
type Say = (problem: ProblemError, context: Context) => string | undefined;

/** Problems that this site words itself. For all others the server's `detail` is already meant for a person. */
const table: Record<string, Say> = {
	network: () => m.problem_network(),
	'signed-out': () => m.problem_signed_out(),
	unauthorized: () => m.problem_signed_out(),
	forbidden: () => m.problem_forbidden(),
	'not-found': () => m.problem_not_found(),
	'code-wrong': (problem) => m.problem_code_wrong({ count: problem.number('tries_left') ?? 0 }),
	'code-expired': () => m.problem_code_expired(),
	'link-expired': () => m.problem_link_expired(),
	'funds-too-low': (problem, { words, currency }) => {
		const needed = problem.number('needed_minor');
		const available = problem.number('available_minor');
		if (needed === undefined || available === undefined) return m.problem_funds_short(words);
		return m.problem_funds({
			...words,
			needed: formatMoney(needed, currency),
			available: formatMoney(available, currency)
		});
	},
	'own-session': (_, { words }) => m.problem_own_session(words),
	suspended: () => m.problem_suspended(),
	'spending-locked': () => m.problem_spending_locked(),
	'host-offline': (_, { words }) => m.problem_host_offline(words),
	'host-busy': (_, { words }) => m.problem_host_busy(words),
	'session-open': (_, { words }) => m.problem_session_open(words),
	'modality-off': (_, { words }) => m.problem_modality_off(words),
	'grace-over': (_, { words }) => m.problem_grace_over(words),
	'slug-taken': () => m.problem_slug_taken(),
	'already-applied': () => m.problem_already_applied(),
	'no-rates': () => m.problem_no_rates(),
	'already-refunded': () => m.problem_already_refunded(),
	'not-settled': (_, { words }) => m.problem_not_settled(words),
	'too-many-requests': () => m.problem_too_many(),
	unavailable: () => m.problem_unavailable(),
	internal: () => m.problem_internal()
};

const byStatus: Record<number, string> = {
	401: 'unauthorized',
	403: 'forbidden',
	404: 'not-found',
	429: 'too-many-requests',
	500: 'internal',
	502: 'network',
	503: 'unavailable',
	504: 'network'
};

export function problemMessage(problem: ProblemError, context: Context): string {
	const own = table[problem.key]?.(problem, context);
	if (own) return own;
	if (problem.detail && problem.status < 500) return problem.detail;
	const general = byStatus[problem.status];
	return (general && table[general]?.(problem, context)) || m.problem_internal();
}

/** The keys that have a sentence here; each has a page too. */
export const wordedProblems = Object.keys(table);
