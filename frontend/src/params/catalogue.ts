/** The brands' words for the list of hosts; each is a valid address of it, so links survive a switch of the brand. */
export const catalogueSegments = ['readers', 'peers', 'teachers'] as const;

export function match(value: string): value is (typeof catalogueSegments)[number] {
	return (catalogueSegments as readonly string[]).includes(value);
}
