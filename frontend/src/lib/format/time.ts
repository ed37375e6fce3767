/** Instants and durations for people. Instants are shown in the viewer's zone unless a zone is given: what they chose for their account, else the browser's. */

const locale = 'en-US';

let chosen: string | undefined;

/** Says which zone the signed-in viewer has chosen; undefined for the browser's own. */
export function useZone(zone: string | undefined): void {
	chosen = zone && isZone(zone) ? zone : undefined;
}

function isZone(zone: string): boolean {
	try {
		return Boolean(new Intl.DateTimeFormat(locale, { timeZone: zone }));
	} catch {
		return false;
	}
}

function format(instant: string, options: Intl.DateTimeFormatOptions, zone = chosen): string {
	return new Intl.DateTimeFormat(locale, { ...options, timeZone: zone }).format(new Date(instant));
}

/** `Nov 20, 2026, 3:00 PM` */
export function formatDateTime(instant: string, zone?: string): string {
	return format(instant, { dateStyle: 'medium', timeStyle: 'short' }, zone);
}

/** With seconds and the zone's name, for receipts and the audit log. */
export function formatExact(instant: string, zone?: string, decimals: 0 | 1 | 3 = 0): string {
	return format(
		instant,
		{
			year: 'numeric',
			month: 'short',
			day: 'numeric',
			hour: 'numeric',
			minute: '2-digit',
			second: '2-digit',
			...(decimals && { fractionalSecondDigits: decimals }),
			timeZoneName: 'short'
		},
		zone
	);
}

/** `3:00 PM` */
export function formatTime(instant: string, zone?: string): string {
	return format(instant, { timeStyle: 'short' }, zone);
}

/** `Nov 20, 2026` */
export function formatDate(instant: string, zone?: string): string {
	return format(instant, { dateStyle: 'medium' }, zone);
}

/** `November 2026` */
export function formatMonth(instant: string, zone?: string): string {
	return format(instant, { month: 'long', year: 'numeric' }, zone);
}

/** A running clock: `0:07`, `12:30`, `1:02:03`. Negative durations are zero. */
export function formatClock(milliseconds: number): string {
	const total = Math.max(0, Math.floor(milliseconds / 1000));
	const seconds = String(total % 60).padStart(2, '0');
	const minutes = Math.floor(total / 60);
	if (minutes < 60) return `${minutes}:${seconds}`;
	return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${seconds}`;
}

/** A countdown rounds up, so that it reads 0:00 only when the time is over. */
export function formatCountdown(milliseconds: number): string {
	return formatClock(Math.max(0, Math.ceil(milliseconds / 1000)) * 1000);
}

/** The same for a screen reader and `<time datetime>`: ISO 8601, `PT12M30S`. */
export function isoDuration(milliseconds: number): string {
	const total = Math.max(0, Math.floor(milliseconds / 1000));
	return `PT${Math.floor(total / 60)}M${total % 60}S`;
}

/** All zones that this browser knows, for the account's zone field. */
export function knownZones(): string[] {
	return Intl.supportedValuesOf('timeZone');
}

export function viewerZone(): string {
	return Intl.DateTimeFormat().resolvedOptions().timeZone;
}
