/** How good the way to the other side is, from the browser's own figures. */

/** What matters of `getStats`, summed over audio and video. */
export interface Figures {
	packetsReceived: number;
	packetsLost: number;
	/** Share of our packets that the other side missed lately, 0 to 1. */
	lostThere: number | undefined;
	/** Round trip in milliseconds. */
	roundTripMs: number | undefined;
}

export type Quality = 'unknown' | 'good' | 'fair' | 'poor';

interface Report {
	type: string;
	[name: string]: unknown;
}

const number = (value: unknown): number | undefined =>
	typeof value === 'number' && Number.isFinite(value) ? value : undefined;

export function figuresOf(reports: Iterable<Report>): Figures {
	const figures: Figures = {
		packetsReceived: 0,
		packetsLost: 0,
		lostThere: undefined,
		roundTripMs: undefined
	};
	for (const report of reports) {
		if (report.type === 'inbound-rtp') {
			figures.packetsReceived += number(report['packetsReceived']) ?? 0;
			figures.packetsLost += Math.max(0, number(report['packetsLost']) ?? 0);
		} else if (report.type === 'remote-inbound-rtp') {
			const lost = number(report['fractionLost']);
			if (lost !== undefined) figures.lostThere = Math.max(figures.lostThere ?? 0, lost);
		} else if (report.type === 'candidate-pair' && report['nominated'] === true) {
			const seconds = number(report['currentRoundTripTime']);
			if (seconds !== undefined) figures.roundTripMs = seconds * 1000;
		}
	}
	return figures;
}

/**
 * Speech is easy up to 150 ms one way and 2 % loss, hard beyond 400 ms or 8 % (after ITU-T G.114 and G.107). Unknown while
 * nothing has arrived since the figures before.
 */
export function qualityOf(before: Figures | undefined, now: Figures): Quality {
	if (!before) return 'unknown';
	const received = now.packetsReceived - before.packetsReceived;
	const missed = Math.max(0, now.packetsLost - before.packetsLost);
	if (received <= 0 && now.roundTripMs === undefined) return 'unknown';
	const lostHere = received + missed > 0 ? missed / (received + missed) : 0;
	const lost = Math.max(lostHere, now.lostThere ?? 0);
	const roundTrip = now.roundTripMs ?? 0;
	if (lost > 0.08 || roundTrip > 800) return 'poor';
	if (lost > 0.02 || roundTrip > 300) return 'fair';
	return 'good';
}
