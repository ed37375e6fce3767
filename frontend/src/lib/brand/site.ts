/** The record that makes the platform one site or another. The server's record wins; these are the shipped ones. */
import type { Site } from '$lib/api/types';

export type Brand = Site['brand'];
export type Mode = 'dark' | 'light';

const brands: readonly Brand[] = ['soulseer', 'neuromancers', 'hepcat'];

/** What the prerendered pages show until the server's record has arrived. */
export const defaultSite: Site = __DEFAULT_SITE__;

/** True for a path on this site: one slash, so that a record can never lead to another origin. */
export function isLocalPath(href: string): boolean {
	return /^\/(?![/\\])/.test(href);
}

/** Refuses a stored or received value that is not a usable record. */
export function isSite(value: unknown): value is Site {
	if (typeof value !== 'object' || value === null) return false;
	const site = value as Partial<Site>;
	return (
		brands.some((known) => known === site.brand) &&
		typeof site.name === 'string' &&
		typeof site.words?.host === 'string' &&
		(site.theme?.default_mode === 'dark' || site.theme?.default_mode === 'light') &&
		typeof site.theme.dark === 'object' &&
		typeof site.theme.light === 'object' &&
		Array.isArray(site.navigation) &&
		Array.isArray(site.modules)
	);
}
