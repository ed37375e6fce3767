/** What the room shows, decided from the session and the server's clock alone. */
import type { Session } from '$lib/api/types';

export type RoomView = 'waiting' | 'accepted' | 'active' | 'paused' | 'over';

export function viewOf(session: Session): RoomView {
	switch (session.state) {
		case 'created':
		case 'waiting':
			return session.accepted_at ? 'accepted' : 'waiting';
		case 'active':
			return 'active';
		case 'paused':
		case 'reconnecting':
			return 'paused';
		case 'ended':
		case 'finalized':
			return 'over';
	}
}

/**
 * Active time at a server instant: what the server said, plus what has passed since, but never beyond the end of the
 * paid time, because there the server stops the clock as well.
 */
export function activeAt(session: Session, serverNowMs: number): number {
	if (session.state !== 'active') return session.active_ms;
	const said = Date.parse(session.now);
	const until = session.paid_until ? Date.parse(session.paid_until) : serverNowMs;
	return session.active_ms + Math.max(0, Math.min(serverNowMs, until) - said);
}

/**
 * Time that can still be used: the rest of the leased minutes, plus what the balance pays for. Undefined for a host,
 * who does not see the member's balance.
 */
export function leftAt(session: Session, serverNowMs: number): number | undefined {
	if (session.minutes_affordable === undefined) return undefined;
	const leased = session.paid_until ? Math.max(0, Date.parse(session.paid_until) - serverNowMs) : 0;
	return leased + session.minutes_affordable * session.minute_seconds * 1000;
}

/** Instant at which the room should next prove its presence, or lease the next minute. */
export function nextRenewAt(session: Session, lastRenewMs: number): number {
	const beat = lastRenewMs + session.heartbeat_seconds * 1000;
	const due = session.renew_at ? Date.parse(session.renew_at) : Number.POSITIVE_INFINITY;
	// A lease that did not move on (too little money) must not turn into a stream of calls.
	return Math.max(Math.min(beat, due), lastRenewMs + 2000);
}
