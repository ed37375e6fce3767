/** An amount to add, from a preset or typed: valid, or the reason why not. */
import { m } from '$lib/paraglide/messages';
import { formatMoney, parseMoney } from '$lib/format/money';
import type { Wallet } from '$lib/api/types';

export const presetsMinor = [1000, 2500, 5000, 10000] as const;

export type Amount = { minor: number } | { error: string };

/** The least and the most, for people. */
export const rangeOf = (wallet: Wallet) => ({
	min: formatMoney(wallet.top_up_min_minor, wallet.currency),
	max: formatMoney(wallet.top_up_max_minor, wallet.currency)
});

export function readAmount(text: string, wallet: Wallet): Amount {
	const minor = parseMoney(text, wallet.currency);
	if (minor === undefined) return { error: m.amount_unclear() };
	if (minor < wallet.top_up_min_minor || minor > wallet.top_up_max_minor)
		return { error: m.amount_range(rangeOf(wallet)) };
	return { minor };
}
