/**
 * What a host would earn of a minute at a rate that is not saved yet. An estimate for the form: what is earned is
 * computed by the ledger, and `share.test.ts` holds this against it.
 */

/** The host's part in minor units, rounded half up; nothing if the text is no percentage. */
export function shareOf(rateMinor: number, platformPercent: string): number | undefined {
	const match = /^(\d{1,3})(?:\.(\d{1,6}))?$/.exec(platformPercent);
	if (!match) return undefined;
	const fraction = match[2] ?? '';
	const whole = 100n * 10n ** BigInt(fraction.length);
	const platform = BigInt((match[1] ?? '') + fraction);
	if (platform > whole) return undefined;
	return Number((2n * BigInt(rateMinor) * (whole - platform) + whole) / (2n * whole));
}
