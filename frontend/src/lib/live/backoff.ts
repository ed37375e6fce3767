/**
 * How long to wait before the next try: full jitter, a random time below a ceiling that doubles. Everybody who lost the
 * same server comes back spread over the whole span (Brooker, "Exponential Backoff And Jitter").
 */
const firstMs = 500;
const slowestMs = 20_000;
/** Nobody hammers: even a lucky draw waits a little. */
const leastMs = 100;

/** @param failures tries that failed in a row, 0 before the first. */
export function backoffMs(failures: number, random: () => number = Math.random): number {
	const ceiling = Math.min(slowestMs, firstMs * 2 ** Math.max(0, failures));
	return Math.round(leastMs + random() * (ceiling - leastMs));
}
