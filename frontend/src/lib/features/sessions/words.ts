/** A session's state in words, one table each for state, end and pause. */
import { m } from '$lib/paraglide/messages';
import type { Words } from '$lib/brand/words';
import type { Session } from '$lib/api/types';

export type BadgeKind = 'neutral' | 'success' | 'warning' | 'danger' | 'highlight';

const ends: Record<NonNullable<Session['end_reason']>, (words: Words) => string> = {
	completed: () => m.end_completed(),
	declined: (words) => m.end_declined(words),
	cancelled: () => m.end_cancelled(),
	expired: () => m.end_expired(),
	grace_over: () => m.end_grace_over(),
	pause_cap: () => m.end_pause_cap()
};

export function endOf(session: Session, words: Words): string {
	return session.end_reason ? ends[session.end_reason](words) : m.state_ended();
}

export function stateOf(session: Session, words: Words): { text: string; kind: BadgeKind } {
	switch (session.state) {
		case 'created':
		case 'waiting':
			return session.accepted_at
				? { text: m.state_accepted(), kind: 'highlight' }
				: { text: m.state_waiting(), kind: 'warning' };
		case 'active':
			return { text: m.state_active(), kind: 'success' };
		case 'paused':
			return { text: m.state_paused(), kind: 'warning' };
		case 'reconnecting':
			return { text: m.state_reconnecting(), kind: 'warning' };
		case 'ended':
		case 'finalized':
			return { text: endOf(session, words), kind: session.started_at ? 'neutral' : 'warning' };
	}
}

export function isOpen(session: Session): boolean {
	return session.state !== 'ended' && session.state !== 'finalized';
}

/** The person on the other side; for an administrator both names. */
export function otherName(session: Session): string {
	if (session.you === 'member') return session.host.name;
	if (session.you === 'host') return session.member.name;
	return m.both_names({ member: session.member.name, host: session.host.name });
}
