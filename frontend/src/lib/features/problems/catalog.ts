/** The pages behind the `type` of a problem. Each key has a name, what it means, and what to do. */
import { m } from '$lib/paraglide/messages';
import type { Words } from '$lib/brand/words';

export interface ProblemPage {
	title: (words: Words) => string;
	meaning: (words: Words) => string;
	remedy: (words: Words) => string;
}

const again = () => m.pp_remedy_again();
const none = () => m.pp_remedy_none();

export const problemPages: Record<string, ProblemPage> = {
	'invalid-request': {
		title: () => m.pp_bad_request(),
		meaning: () => m.pp_bad_request_text(),
		remedy: () => m.pp_remedy_fields()
	},
	'not-signed-in': {
		title: () => m.pp_unauthorized(),
		meaning: () => m.pp_unauthorized_text(),
		remedy: () => m.pp_remedy_sign_in()
	},
	'signed-out': {
		title: () => m.pp_signed_out(),
		meaning: () => m.pp_signed_out_text(),
		remedy: () => m.pp_remedy_sign_in()
	},
	forbidden: { title: () => m.pp_forbidden(), meaning: () => m.problem_forbidden(), remedy: none },
	'not-found': {
		title: () => m.pp_not_found(),
		meaning: () => m.problem_not_found(),
		remedy: () => m.pp_remedy_address()
	},
	'code-wrong': {
		title: () => m.pp_code_wrong(),
		meaning: () => m.pp_code_wrong_text(),
		remedy: () => m.pp_remedy_code()
	},
	'second-factor-wrong': {
		title: () => m.pp_code_wrong(),
		meaning: () => m.problem_factor_wrong(),
		remedy: () => m.pp_remedy_factor()
	},
	'second-factor-missing': {
		title: () => m.factor_needed_title(),
		meaning: () => m.factor_needed_text(),
		remedy: () => m.pp_remedy_factor_missing()
	},
	'sign-in-again': {
		title: () => m.sign_in_again_title(),
		meaning: () => m.sign_in_again_text(),
		remedy: () => m.pp_remedy_sign_in_again()
	},
	'code-expired': {
		title: () => m.pp_code_expired(),
		meaning: () => m.pp_code_expired_text(),
		remedy: () => m.pp_remedy_code()
	},
	'link-expired': {
		title: () => m.pp_link_expired(),
		meaning: () => m.problem_link_expired(),
		remedy: () => m.pp_remedy_code()
	},
	'funds-too-low': {
		title: (w) => m.pp_funds(w),
		meaning: (w) => m.problem_funds_short(w),
		remedy: (w) => m.pp_remedy_funds(w)
	},
	'own-session': {
		title: (w) => m.pp_own_session(w),
		meaning: (w) => m.problem_own_session(w),
		remedy: none
	},
	suspended: {
		title: () => m.pp_suspended(),
		meaning: () => m.problem_suspended(),
		remedy: () => m.pp_remedy_write()
	},
	'spending-locked': {
		title: () => m.pp_locked(),
		meaning: () => m.problem_spending_locked(),
		remedy: () => m.pp_remedy_dispute()
	},
	'host-offline': {
		title: (w) => m.pp_host_offline(w),
		meaning: (w) => m.problem_host_offline(w),
		remedy: (w) => m.pp_remedy_other_host(w)
	},
	'host-busy': {
		title: (w) => m.pp_host_busy(w),
		meaning: (w) => m.problem_host_busy(w),
		remedy: (w) => m.pp_remedy_other_host(w)
	},
	'session-open': {
		title: (w) => m.pp_session_open(w),
		meaning: (w) => m.problem_session_open(w),
		remedy: (w) => m.pp_remedy_open(w)
	},
	'modality-off': {
		title: () => m.pp_modality_off(),
		meaning: (w) => m.problem_modality_off(w),
		remedy: (w) => m.pp_remedy_modality(w)
	},
	'grace-over': {
		title: () => m.pp_grace_over(),
		meaning: (w) => m.problem_grace_over(w),
		remedy: (w) => m.pp_remedy_receipt(w)
	},
	'wrong-state': {
		title: () => m.pp_wrong_state(),
		meaning: (w) => m.pp_wrong_state_text(w),
		remedy: () => m.pp_remedy_reload()
	},
	'slug-taken': {
		title: () => m.pp_slug_taken(),
		meaning: () => m.problem_slug_taken(),
		remedy: () => m.pp_remedy_fields()
	},
	'already-applied': {
		title: () => m.pp_already_applied(),
		meaning: () => m.problem_already_applied(),
		remedy: none
	},
	'no-rates': {
		title: () => m.pp_no_rates(),
		meaning: () => m.problem_no_rates(),
		remedy: () => m.pp_remedy_rates()
	},
	'already-refunded': {
		title: () => m.pp_already_refunded(),
		meaning: () => m.problem_already_refunded(),
		remedy: none
	},
	'not-settled': { title: () => m.pp_not_settled(), meaning: (w) => m.problem_not_settled(w), remedy: again },
	'bad-signature': {
		title: () => m.pp_bad_signature(),
		meaning: () => m.pp_bad_signature_text(),
		remedy: none
	},
	'idempotency-key-reused': {
		title: () => m.pp_key_reused(),
		meaning: () => m.pp_key_reused_text(),
		remedy: () => m.pp_remedy_reload()
	},
	'version-conflict': {
		title: () => m.pp_stale(),
		meaning: () => m.pp_stale_text(),
		remedy: () => m.pp_remedy_reload()
	},
	'malformed-json': {
		title: () => m.pp_malformed(),
		meaning: () => m.pp_malformed_text(),
		remedy: () => m.pp_remedy_reload()
	},
	'bad-cursor': {
		title: () => m.pp_cursor(),
		meaning: () => m.pp_cursor_text(),
		remedy: () => m.pp_remedy_reload()
	},
	'idempotency-key-missing': {
		title: () => m.pp_key_missing(),
		meaning: () => m.pp_key_missing_text(),
		remedy: () => m.pp_remedy_reload()
	},
	'upload-invalid': {
		title: () => m.pp_upload_invalid(),
		meaning: () => m.problem_upload_invalid(),
		remedy: () => m.pp_remedy_photo()
	},
	'upload-expired': {
		title: () => m.pp_upload_expired(),
		meaning: () => m.problem_upload_expired(),
		remedy: () => m.pp_remedy_photo()
	},
	'sign-in-failed': {
		title: () => m.pp_sign_in_failed(),
		meaning: () => m.problem_sign_in_failed(),
		remedy: () => m.pp_remedy_sign_in_again()
	},
	'sign-in-expired': {
		title: () => m.pp_sign_in_expired(),
		meaning: () => m.problem_sign_in_expired(),
		remedy: () => m.pp_remedy_sign_in_again()
	},
	'proof-refused': {
		title: () => m.pp_proof_refused(),
		meaning: () => m.problem_proof_refused(),
		remedy: () => m.pp_remedy_sign_in_again()
	},
	'email-unverified': {
		title: () => m.pp_email_unverified(),
		meaning: () => m.problem_email_unverified(),
		remedy: () => m.pp_remedy_sign_in_again()
	},
	'method-not-allowed': {
		title: () => m.pp_method(),
		meaning: () => m.pp_method_text(),
		remedy: none
	},
	conflict: {
		title: () => m.pp_conflict(),
		meaning: () => m.pp_conflict_text(),
		remedy: () => m.pp_remedy_reload()
	},
	'not-accepted': {
		title: () => m.pp_not_accepted(),
		meaning: (w) => m.problem_not_accepted(w),
		remedy: again
	},
	'payment-state': {
		title: () => m.pp_payment(),
		meaning: () => m.pp_payment_text(),
		remedy: () => m.pp_remedy_reload()
	},
	'last-admin': {
		title: () => m.pp_last_admin(),
		meaning: () => m.problem_last_admin(),
		remedy: none
	},
	'body-too-large': {
		title: () => m.pp_large(),
		meaning: () => m.pp_large_text(),
		remedy: () => m.pp_remedy_fields()
	},
	'not-json': {
		title: () => m.pp_malformed(),
		meaning: () => m.pp_malformed_text(),
		remedy: () => m.pp_remedy_reload()
	},
	'upstream-down': {
		title: () => m.pp_upstream(),
		meaning: () => m.problem_unavailable(),
		remedy: again
	},
	'too-many-requests': { title: () => m.pp_too_many(), meaning: () => m.problem_too_many(), remedy: again },
	busy: { title: () => m.pp_unavailable(), meaning: () => m.problem_unavailable(), remedy: again },
	internal: {
		title: () => m.pp_internal(),
		meaning: () => m.problem_internal(),
		remedy: () => m.pp_remedy_write()
	}
};
