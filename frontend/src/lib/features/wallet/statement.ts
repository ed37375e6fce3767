/** The statement, grouped by cause: all lines of one session or one top-up stand together, newest cause first. */
import type { StatementLine } from '$lib/api/types';

export interface Cause {
	key: string;
	session_id: string | undefined;
	other_name: string | undefined;
	/** When it began, its oldest line: the order in which causes stand. */
	at: string;
	amount_minor: number;
	lines: StatementLine[];
}

export function groupByCause(lines: readonly StatementLine[]): Cause[] {
	const causes = new Map<string, Cause>();
	for (const line of lines) {
		const key = line.session_id ?? line.top_up_id ?? line.entry_id;
		const cause = causes.get(key);
		if (cause) {
			cause.lines.push(line);
			cause.amount_minor += line.amount_minor;
			cause.other_name ??= line.other_name;
			if (line.at < cause.at) cause.at = line.at;
		} else {
			causes.set(key, {
				key,
				session_id: line.session_id,
				other_name: line.other_name,
				at: line.at,
				amount_minor: line.amount_minor,
				lines: [line]
			});
		}
	}
	return [...causes.values()];
}
