/**
 * The sign-in mail that a person waits for, kept while the tab is open: a phone that drops the page to show the mailbox, or a
 * reload, must not make the code in the mail useless. Only the address and two instants; the code itself is never kept.
 */

/** A mail that was asked for; instants in milliseconds of the browser's clock. */
export interface Sent {
	email: string;
	sentAt: number;
	resendAt: number;
}

const slot = 'parlor.sign-in';
/** As long as a code is valid (identity: CHALLENGE_SECONDS). */
const VALID_MS = 600_000;

/** The mail that this tab asked for, while its code can still be valid. */
export function readSent(now: number): Sent | undefined {
	try {
		const value: unknown = JSON.parse(sessionStorage.getItem(slot) ?? 'null');
		return isSent(value) && now >= value.sentAt && now < value.sentAt + VALID_MS ? value : undefined;
	} catch {
		return undefined;
	}
}

/** Remembers it, or forgets it. */
export function writeSent(sent: Sent | undefined): void {
	try {
		if (sent) sessionStorage.setItem(slot, JSON.stringify(sent));
		else sessionStorage.removeItem(slot);
	} catch {
		// Without storage a reload asks for the address again.
	}
}

function isSent(value: unknown): value is Sent {
	if (typeof value !== 'object' || value === null) return false;
	const sent = value as Partial<Sent>;
	return (
		typeof sent.email === 'string' && typeof sent.sentAt === 'number' && typeof sent.resendAt === 'number'
	);
}
