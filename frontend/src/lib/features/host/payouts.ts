/** Words for payouts. */

/** `2026-W48`, an ISO 8601 week, as its parts for a sentence. */
export function weekOf(period: string): { week: string; year: string } {
	const [year = '', week = ''] = period.split('-W');
	return { week: week.replace(/^0/, ''), year };
}
