/** What each kind of statement line is called. */
import { m } from '$lib/paraglide/messages';
import type { Words } from '$lib/brand/words';
import type { StatementLine } from '$lib/api/types';

const reasons: Record<StatementLine['reason'], (line: StatementLine, words: Words) => string> = {
	top_up: () => m.reason_top_up(),
	session_minute: (line) =>
		line.minute === undefined ? m.reason_minutes() : m.reason_minute({ minute: line.minute }),
	settlement: () => m.reason_settlement(),
	refund: (line) =>
		line.minute === undefined ? m.reason_refund() : m.reason_refund_minute({ minute: line.minute }),
	card_refund: () => m.reason_card_refund(),
	dispute: () => m.reason_dispute(),
	dispute_reversal: () => m.reason_dispute_reversal(),
	write_off: () => m.reason_write_off()
};

export function reasonOf(line: StatementLine, words: Words): string {
	return reasons[line.reason]?.(line, words) ?? line.reason;
}
