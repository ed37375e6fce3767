/** The sentences of single refusals, with the figures that the problem carries. */
import { m } from '$lib/paraglide/messages';
import { formatMoney } from '$lib/format/money';
import type { Refusals } from './problem-message';

export const refusals = {
	'invalid-request': () => m.problem_invalid(),
	'code-wrong': (problem) => {
		const count = problem.number('tries_left') ?? 0;
		return count > 0 ? m.problem_code_wrong({ count }) : m.problem_code_spent();
	},
	'second-factor-wrong': (problem) => {
		const count = problem.number('tries_left');
		if (count === undefined) return m.problem_factor_wrong();
		return count > 0 ? m.problem_factor_tries({ count }) : m.problem_factor_spent();
	},
	'second-factor-missing': () => m.factor_needed_text(),
	'sign-in-again': () => m.sign_in_again_text(),
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
	'not-accepted': (_, { words }) => m.problem_not_accepted(words),
	'wrong-state': (_, { words }) => m.problem_wrong_state(words),
	'version-conflict': () => m.pp_stale_text(),
	'last-admin': () => m.problem_last_admin(),
	'sign-in-failed': () => m.problem_sign_in_failed(),
	'sign-in-expired': () => m.problem_sign_in_expired(),
	'proof-refused': () => m.problem_proof_refused(),
	'email-unverified': () => m.problem_email_unverified(),
	'upload-invalid': () => m.problem_upload_invalid(),
	'upload-expired': () => m.problem_upload_expired(),
	'grace-over': (_, { words }) => m.problem_grace_over(words),
	'slug-taken': () => m.problem_slug_taken(),
	'already-applied': () => m.problem_already_applied(),
	'no-rates': () => m.problem_no_rates(),
	'already-refunded': () => m.problem_already_refunded(),
	'not-settled': (_, { words }) => m.problem_not_settled(words)
} satisfies Refusals;
