import { error } from '@sveltejs/kit';
import { problemPages } from '$lib/features/problems/catalog';

export const entries = () => Object.keys(problemPages).map((key) => ({ key }));

export function load({ params }: { params: { key: string } }) {
	if (!Object.hasOwn(problemPages, params.key)) error(404);
	return { key: params.key };
}
