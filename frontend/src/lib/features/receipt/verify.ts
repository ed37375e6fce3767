/**
 * Recomputes every figure of a receipt from its own JSON, in integers. The rules are those of billing: time is the sum
 * of the intervals; minutes are begun minutes, at least one; a share is rounded half up minute by minute on the host's
 * side, and the fee is the rest.
 */
import type { Receipt } from '$lib/api/types';

export type CheckKey =
	| 'intervals'
	| 'active'
	| 'count'
	| 'numbers'
	| 'rates'
	| 'shares'
	| 'released'
	| 'gross'
	| 'share'
	| 'fee'
	| 'whole'
	| 'refunds';

/** One rule: what the receipt says, what follows from the rest, and whether they agree. */
export interface Check {
	key: CheckKey;
	said: bigint;
	computed: bigint;
	ok: boolean;
}

export interface Verdict {
	ok: boolean;
	checks: Check[];
	/** Per minute number: its own line follows from the rate and the fee rule. */
	minutes: Map<number, boolean>;
}

/** `"30"` -> 30/1, `"12.5"` -> 125/10: an exact fraction of a decimal text. */
export function readPercent(text: string): { numerator: bigint; denominator: bigint } | undefined {
	const match = /^(\d{1,3})(?:\.(\d{1,6}))?$/.exec(text);
	if (!match) return undefined;
	const fraction = match[2] ?? '';
	const denominator = 10n ** BigInt(fraction.length);
	const numerator = BigInt((match[1] ?? '0') + fraction);
	return numerator <= 100n * denominator ? { numerator, denominator } : undefined;
}

/** The host's part of one minute, rounded half up, and the platform's rest. */
export function splitMinute(
	rateMinor: number,
	platformPercent: string
): { share: bigint; fee: bigint } | undefined {
	const percent = readPercent(platformPercent);
	if (!percent) return undefined;
	const rate = BigInt(rateMinor);
	const whole = 100n * percent.denominator;
	const share = (2n * rate * (whole - percent.numerator) + whole) / (2n * whole);
	return { share, fee: rate - share };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + BigInt(value), 0n);

/** Minutes owed for an active time: begun minutes, at least one when the session ran at all. */
export function minutesOwed(activeMs: bigint, minuteMs: bigint, ran: boolean): bigint {
	if (!ran) return 0n;
	const begun = (activeMs + minuteMs - 1n) / minuteMs;
	return begun > 1n ? begun : 1n;
}

export function verify(receipt: Receipt): Verdict {
	const checks: Check[] = [];
	const check = (key: CheckKey, said: bigint, computed: bigint, also = true) =>
		checks.push({ key, said, computed, ok: said === computed && also });

	const lengths = receipt.intervals.map(({ from, until }) => Date.parse(until) - Date.parse(from));
	const eachRight = receipt.intervals.every(
		(interval, index) => interval.active_ms === lengths[index] && interval.active_ms >= 0
	);
	const activeMs = sum(receipt.intervals.map((interval) => interval.active_ms));
	const minuteMs = BigInt(receipt.minute_ms);
	const split = splitMinute(receipt.rate_minor, receipt.fee_rule.platform_percent);
	const count = BigInt(receipt.minutes.length);

	const minutes = new Map(
		receipt.minutes.map((minute, index) => [
			minute.number,
			minute.number === index + 1 &&
				minute.rate_minor === receipt.rate_minor &&
				BigInt(minute.share_minor) === split?.share &&
				BigInt(minute.fee_minor) === split.fee &&
				minute.refunded_minor >= 0 &&
				minute.refunded_minor <= minute.rate_minor
		])
	);
	const inOrder = receipt.minutes.filter((minute, index) => minute.number === index + 1).length;
	const atRate = receipt.minutes.filter((minute) => minute.rate_minor === receipt.rate_minor).length;
	const rightly = receipt.minutes.filter(
		(minute) => BigInt(minute.share_minor) === split?.share && BigInt(minute.fee_minor) === split.fee
	).length;
	const rate = BigInt(receipt.rate_minor);

	check('intervals', sum(receipt.intervals.map((interval) => interval.active_ms)), sum(lengths), eachRight);
	check('active', BigInt(receipt.active_ms), activeMs);
	check('count', count, minutesOwed(activeMs, minuteMs, receipt.intervals.length > 0));
	check('numbers', BigInt(inOrder), count);
	check('rates', BigInt(atRate), count);
	check('shares', BigInt(rightly), count);
	check('released', BigInt(receipt.released.amount_minor), rate * BigInt(receipt.released.minutes));
	check('gross', BigInt(receipt.gross_minor), sum(receipt.minutes.map((minute) => minute.rate_minor)));
	check('share', BigInt(receipt.share_minor), sum(receipt.minutes.map((minute) => minute.share_minor)));
	check('fee', BigInt(receipt.fee_minor), sum(receipt.minutes.map((minute) => minute.fee_minor)));
	check('whole', BigInt(receipt.gross_minor), BigInt(receipt.share_minor) + BigInt(receipt.fee_minor));
	check(
		'refunds',
		BigInt(receipt.refunded_minor),
		sum(receipt.minutes.map((minute) => minute.refunded_minor))
	);
	return { ok: checks.every((one) => one.ok) && [...minutes.values()].every(Boolean), checks, minutes };
}
