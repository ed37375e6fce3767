/** The three ways to talk, with their words and icons. */
import { m } from '$lib/paraglide/messages';
import type { HostCard, Modality, Rates } from '$lib/api/types';
import type { IconName } from '$lib/ui/Icon.svelte';

export const modalities: readonly Modality[] = ['text', 'voice', 'video'];

const icons: Record<Modality, IconName> = { text: 'chat', voice: 'voice', video: 'video' };

const names: Record<Modality, () => string> = {
	text: () => m.modality_text(),
	voice: () => m.modality_voice(),
	video: () => m.modality_video()
};

function isModality(value: string): value is Modality {
	return (modalities as readonly string[]).includes(value);
}

/** A way to talk that this build does not know yet is shown as the server calls it. */
export function modalityName(modality: string): string {
	return isModality(modality) ? names[modality]() : modality;
}

export function modalityIcon(modality: string): IconName {
	return isModality(modality) ? icons[modality] : 'chat';
}

export function rateOf(rates: Rates, modality: Modality): number | undefined {
	return rates[`${modality}_minor`] ?? undefined;
}

/** The ways that this host offers, with their rates per minute. */
export function offered(host: Pick<HostCard, 'rates'>): { modality: Modality; rate_minor: number }[] {
	return modalities.flatMap((modality) => {
		const rate_minor = rateOf(host.rates, modality);
		return rate_minor === undefined ? [] : [{ modality, rate_minor }];
	});
}

export function cheapest(host: Pick<HostCard, 'rates'>): number | undefined {
	const rates = offered(host).map((offer) => offer.rate_minor);
	return rates.length ? Math.min(...rates) : undefined;
}
