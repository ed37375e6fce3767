/** What a screen reader hears: only when something has changed that a person must know. */
import { m } from '$lib/paraglide/messages';
import type { Words } from '$lib/brand/words';
import type { Session } from '$lib/api/types';
import { viewOf } from './view';

export interface Moment {
	session: Session;
	leftMs: number | undefined;
}

const thresholds = [
	{ ms: 60_000, text: () => m.say_one_minute() },
	{ ms: 120_000, text: () => m.say_two_minutes() }
];

export function announcement(before: Moment | undefined, after: Moment, words: Words): string | undefined {
	const view = viewOf(after.session);
	if (before && viewOf(before.session) !== view) {
		if (view === 'accepted') return m.say_accepted(words);
		if (view === 'active') return before.session.started_at ? m.say_resumed() : m.say_started(words);
		if (view === 'paused') return m.say_paused(words);
		if (view === 'over') return m.say_ended(words);
	}
	if (view !== 'active' || after.leftMs === undefined) return undefined;
	const left = after.leftMs;
	const was = before?.leftMs ?? Number.POSITIVE_INFINITY;
	return thresholds.find(({ ms }) => left <= ms && was > ms)?.text();
}
