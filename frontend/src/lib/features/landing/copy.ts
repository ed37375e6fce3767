/** What each brand says on its first page. Everything else is one text with the brand's words in it. */
import { m } from '$lib/paraglide/messages';
import type { Brand } from '$lib/brand/site';
import type { Words } from '$lib/brand/words';

export interface BrandCopy {
	title: () => string;
	lead: (words: Words) => string;
	promise: (words: Words) => string;
}

export const brandCopy: Record<Brand, BrandCopy> = {
	soulseer: {
		title: () => m.soulseer_title(),
		lead: (words) => m.soulseer_lead(words),
		promise: (words) => m.soulseer_promise(words)
	},
	neuromancers: {
		title: () => m.neuromancers_title(),
		lead: (words) => m.neuromancers_lead(words),
		promise: (words) => m.neuromancers_promise(words)
	},
	hepcat: {
		title: () => m.hepcat_title(),
		lead: (words) => m.hepcat_lead(words),
		promise: (words) => m.hepcat_promise(words)
	}
};

/** The part of a gross amount that the host keeps, in percent, from the record's fee. */
export function sharePercent(feePercent: string): string {
	const fee = Number.parseInt(feePercent, 10);
	return String(100 - (Number.isInteger(fee) ? fee : 0));
}
