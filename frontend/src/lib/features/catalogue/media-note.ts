import type { Words } from '$lib/brand/words';
import { m } from '$lib/paraglide/messages';

/** What somebody must know before they ask by voice or video, while the room has no media; the only place that says so. */
export function mediaNote(modality: string, words: Words): string | undefined {
	return modality === 'text' ? undefined : m.media_later(words);
}
