/** What the server accepts in a host's profile, so that a form can say it before sending. */
import { m } from '$lib/paraglide/messages';

export const limits = {
	name: 80,
	slug: 40,
	bio: 4000,
	statement: 2000,
	specialty: 40,
	specialties: 12
} as const;
export const rateMinor = { min: 50, max: 9999 } as const;
export const photoTypes = ['image/jpeg', 'image/png', 'image/webp'] as const;
export const photoBytesMax = 5 * 1024 * 1024;

/** `tarot, love ,  Love` -> `['tarot', 'love']` */
export function readSpecialties(text: string): string[] {
	const seen = new Map<string, string>();
	for (const part of text.split(',')) {
		const specialty = part.trim().replaceAll(/\s+/g, ' ');
		if (specialty) seen.set(specialty.toLocaleLowerCase('en'), specialty);
	}
	return [...seen.values()];
}

/** A readable address from a name: `Luna Márquez` -> `luna-marquez`. */
export function suggestSlug(name: string): string {
	return name
		.normalize('NFD')
		.replaceAll(/[\u0300-\u036f]/g, '')
		.toLowerCase()
		.replaceAll(/[^a-z0-9]+/g, '-')
		.replaceAll(/^-+|-+$/g, '')
		.slice(0, limits.slug);
}

export function slugError(slug: string): string | undefined {
	return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug) && slug.length >= 3 && slug.length <= limits.slug
		? undefined
		: m.slug_invalid();
}

export function specialtiesError(list: readonly string[]): string | undefined {
	if (list.length > limits.specialties) return m.specialties_many({ count: limits.specialties });
	return list.some((specialty) => specialty.length > limits.specialty)
		? m.specialty_long({ count: limits.specialty })
		: undefined;
}

export function textError(text: string, limit: number): string | undefined {
	if (!text.trim()) return m.field_missing();
	return [...text].length > limit ? m.field_long({ count: limit }) : undefined;
}
