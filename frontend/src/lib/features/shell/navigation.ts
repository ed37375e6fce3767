/** The record's navigation in words. An entry that this site has no page for is left out. */
import { m } from '$lib/paraglide/messages';
import type { Site } from '$lib/api/types';
import type { Words } from '$lib/brand/words';

interface Entry {
	href: string;
	label: string;
}

const labels: Record<string, (words: Words) => string> = {
	catalogue: (words) => words.Hosts,
	sessions: (words) => m.nav_sessions(words),
	wallet: (words) => words.Wallet,
	about: () => m.nav_about(),
	help: () => m.nav_help()
};
const forMembers = new Set(['sessions', 'wallet']);

export function navigationOf(site: Site, words: Words, signedIn: boolean): Entry[] {
	return site.navigation.flatMap(({ key, href }) => {
		const label = labels[key];
		const moduleOn = !['catalogue', 'sessions', 'wallet'].includes(key) || site.modules.includes(key);
		if (!label || !moduleOn || (forMembers.has(key) && !signedIn)) return [];
		return [{ href, label: label(words) }];
	});
}

/** True when the entry is the page, or the page lies below it. */
export function isCurrent(href: string, path: string): boolean {
	return path === href || path.startsWith(`${href}/`);
}
