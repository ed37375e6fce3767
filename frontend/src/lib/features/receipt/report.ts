/**
 * What the verifier says about a receipt: the shapes of `shared/proof/src/report.rs`. The rules themselves are Rust,
 * compiled to WebAssembly; nothing is computed here.
 */

export type Rule =
	| 'interval_length'
	| 'interval_order'
	| 'active_time'
	| 'minutes_owed'
	| 'minute_number'
	| 'minute_rate'
	| 'minute_share'
	| 'minute_fee'
	| 'minute_refund'
	| 'released'
	| 'gross'
	| 'share'
	| 'fee'
	| 'whole'
	| 'refunded';

/** One figure: what the receipt says, what follows from the rest (nothing, when nothing follows). */
export interface Line {
	rule: Rule;
	/** Of which minute or stretch, from 1. */
	number?: number;
	said: number;
	computed?: number;
	holds: boolean;
}

export interface EntryLine {
	id: string;
	reason: string;
	/** The rules give exactly this entry for what the receipt says. */
	holds: boolean;
	included: 'yes' | 'no' | 'pending';
	hour?: string;
}

export type LinkRule =
	'minute_entry' | 'refund_entry' | 'leased_minutes' | 'settlement_entry' | 'entries_once';

export interface Link {
	rule: LinkRule;
	number?: number;
	holds: boolean;
}

export interface RootLine {
	root?: { issuer: string; hour: string; count: number; root: string; previous?: string };
	path?: string;
	problem?: string;
	kid: string;
	jwk?: { e: string; kty: string; n: string };
	signing_input: string;
	signature: string;
}

export interface Report {
	lines: Line[];
	entries: EntryLine[];
	links: Link[];
	roots: RootLine[];
	figures_hold: boolean;
	entries_hold: boolean;
	proofs_hold: boolean;
	pending: boolean;
}

/** Lines of one rule together, in the order of their first. */
export function byRule<L extends { rule: string }>(lines: readonly L[]): [L['rule'], L[]][] {
	const groups = new Map<L['rule'], L[]>();
	for (const line of lines) groups.set(line.rule, [...(groups.get(line.rule) ?? []), line]);
	return [...groups];
}

const ofMinutes = new Set<Rule>([
	'minute_number',
	'minute_rate',
	'minute_share',
	'minute_fee',
	'minute_refund'
]);

/** Per place in the list of minutes, from 1: whether everything about it holds. */
export function minuteMarks(report: Report): Map<number, boolean> {
	const marks = new Map<number, boolean>();
	for (const { rule, number, holds } of report.lines) {
		if (number !== undefined && ofMinutes.has(rule)) marks.set(number, holds && marks.get(number) !== false);
	}
	return marks;
}
