/** What the server accepts in a host's profile, so that a form can say it before sending. */
import { m } from '$lib/paraglide/messages';

/** Least and most characters of a text. */
export interface Range {
	min: number;
	max: number;
}
export const limits = {
	name: { min: 2, max: 60 },
	slug: { min: 3, max: 40 },
	bio: { min: 40, max: 4000 },
	statement: { min: 20, max: 2000 },
	specialty: { min: 2, max: 30 },
	specialties: { min: 1, max: 12 },
	/** Why an admin does something; what is kept in the audit log. */
	reason: { min: 3, max: 500 }
} as const satisfies Record<string, Range>;
export const rateMinor = { min: 50, max: 9999 } as const;
export const photoTypes = ['image/jpeg', 'image/png', 'image/webp'] as const;
/** What the server takes. */
export const photoBytesMax = 5 * 1024 * 1024;
/** What may be chosen; it is made smaller before it is sent. */
export const sourceBytesMax = 30 * 1024 * 1024;

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
		.slice(0, limits.slug.max);
}

export function slugError(slug: string): string | undefined {
	return /^[a-z0-9]+(-[a-z0-9]+)*$/.test(slug) &&
		slug.length >= limits.slug.min &&
		slug.length <= limits.slug.max
		? undefined
		: m.slug_invalid();
}

export function specialtiesError(list: readonly string[]): string | undefined {
	if (list.length < limits.specialties.min) return m.field_missing();
	if (list.length > limits.specialties.max) return m.specialties_many({ count: limits.specialties.max });
	const { min, max } = limits.specialty;
	return list.every((specialty) => [...specialty].length >= min && [...specialty].length <= max)
		? undefined
		: m.specialty_length({ min, max });
}

export function textError(text: string, { min, max }: Range): string | undefined {
	const length = [...text.trim()].length;
	if (length === 0) return m.field_missing();
	if (length < min) return m.field_short({ count: min });
	return length > max ? m.field_long({ count: max }) : undefined;
}

/** A text area's own words about its length: how much is missing, then how much room is left. */
export function bounds({ min, max }: Range) {
	return {
		least: min,
		missing: (count: number) => m.characters_missing({ count }),
		limit: max,
		counter: (count: number) =>
			count < 0 ? m.characters_over({ count: -count }) : m.characters_left({ count })
	};
}
