/** The catalogue's filters and their place in the address. A value the server would refuse never leaves the browser. */
import type { HostFilters } from '$lib/api/types';

export const choices = {
	modality: ['text', 'voice', 'video'],
	price: ['under-2', '2-to-5', '5-to-10', '10-up'],
	rating: ['3.5', '4', '4.5'],
	sort: ['featured', 'rating', 'price', 'reviews']
} as const satisfies {
	[K in 'modality' | 'price' | 'rating' | 'sort']: readonly NonNullable<HostFilters[K]>[];
};

export type Choice = keyof typeof choices;
export type Filters = { [K in Choice]?: (typeof choices)[K][number] } & { q?: string; specialty?: string };

const textLimit = 80;

function known<K extends Choice>(name: K, value: string | null): Filters[K] {
	return (choices[name] as readonly string[]).includes(value ?? '') ? (value as Filters[K]) : undefined;
}

export function readFilters(search: URLSearchParams): Filters {
	const text = (name: string) => search.get(name)?.trim().slice(0, textLimit) || undefined;
	const sort = known('sort', search.get('sort'));
	return {
		modality: known('modality', search.get('modality')),
		price: known('price', search.get('price')),
		rating: known('rating', search.get('rating')),
		sort: sort === 'featured' ? undefined : sort,
		q: text('q'),
		specialty: text('specialty')
	};
}

/** Filters without the empty ones, for the address and for the API. */
export function filterQuery(filters: Filters): Record<string, string> {
	return Object.fromEntries(
		Object.entries(filters).filter((entry): entry is [string, string] => Boolean(entry[1]))
	);
}

/** True when something narrows the list; sorting does not. */
export function isNarrowed({ modality, price, rating, q, specialty }: Filters): boolean {
	return Boolean(modality || price || rating || q || specialty);
}
