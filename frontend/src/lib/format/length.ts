/** Durations that people add up, as on a receipt. */
import { formatClock } from './time';

/** How many decimals of a second show all of these durations as they are: none, tenths, or milliseconds. */
export function decimalsFor(durationsMs: readonly number[]): 0 | 1 | 3 {
	if (durationsMs.every((duration) => duration % 1000 === 0)) return 0;
	return durationsMs.every((duration) => duration % 100 === 0) ? 1 : 3;
}

/** A clock that stands: `5:00.417`. With decimals from `decimalsFor`, shown parts add up to their shown sum. */
export function formatLength(milliseconds: number, decimals: 0 | 1 | 3): string {
	const rest = String(Math.max(0, milliseconds) % 1000).padStart(3, '0');
	return formatClock(milliseconds) + (decimals ? `.${rest.slice(0, decimals)}` : '');
}
