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
 * Minutes that have begun at a server instant: those that the server counted when it answered, and those that its clock has
 * entered since, as far as they are leased.
 */
export function begunAt(session: Session, serverNowMs: number): number {
	if (session.state !== 'active') return session.minutes_charged;
	const entered = Math.floor(activeAt(session, serverNowMs) / (session.minute_seconds * 1000)) + 1;
	return Math.max(session.minutes_charged, Math.min(entered, session.minutes_held));
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

/** Whether the clock runs at a server instant, on time that is paid: media may flow then and never else. */
export function flowsAt(session: Session, serverNowMs: number): boolean {
	if (session.state !== 'active') return false;
	return session.paid_until === undefined || serverNowMs < Date.parse(session.paid_until);
}

/** When time itself changes the session if nobody does anything: a request lapses, the paid time or the grace is over. */
export function changesAt(session: Session): number | undefined {
	const instants: Partial<Record<RoomView, string | undefined>> = {
		waiting: session.expires_at,
		accepted: session.expires_at,
		active: session.paid_until,
		paused: session.grace_until
	};
	const instant = instants[viewOf(session)];
	return instant === undefined ? undefined : Date.parse(instant);
}

/** The part of the margin that a host leaves to the member, whose lease it is: one call is enough. */
const hostWaits = 0.2;

/** Instant at which this side should lease the next minute. */
function leaseAt(session: Session): number {
	if (!session.renew_at) return Number.POSITIVE_INFINITY;
	const due = Date.parse(session.renew_at);
	const margin = session.paid_until ? Math.max(0, Date.parse(session.paid_until) - due) : 0;
	return session.you === 'host' ? due + margin * hostWaits : due;
}

/**
 * Instant at which the room should next lease the next minute or, if nothing else proves its presence, prove that.
 *
 * @param beats whether presence is proved this way.
 */
export function nextRenewAt(session: Session, lastRenewMs: number, beats: boolean): number {
	const beat = beats ? lastRenewMs + session.heartbeat_seconds * 1000 : Number.POSITIVE_INFINITY;
	// A lease that did not move on (too little money) must not turn into a stream of calls.
	return Math.max(Math.min(beat, leaseAt(session)), lastRenewMs + leastMs(session));
}

/** Two seconds between calls, and less where a minute is so short that they would be too much. */
function leastMs(session: Session): number {
	return Math.min(2000, session.minute_seconds * 100);
}

/** How long after a missed lease the room asks to go on by itself: nobody has walked away from it yet. */
const goOnMs = 60_000;

/**
 * Whether the room may ask to go on without a press: the paid time ended because no renewal got through, while both sides
 * were there and the money was. A side that left, was lost or ran out of money decides for itself.
 */
export function mayGoOn(session: Session, serverNowMs: number): boolean {
	const missed = session.state === 'paused' && session.pause_reason === 'unrenewed';
	if (!missed || session.you === 'admin' || !session.paused_at) return false;
	return serverNowMs - Date.parse(session.paused_at) < goOnMs;
}
