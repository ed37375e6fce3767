/** What each brand says about itself, and when not to rely on it. */
import { m } from '$lib/paraglide/messages';
import type { Brand } from '$lib/brand/site';
import type { Words } from '$lib/brand/words';

export interface AboutCopy {
	title: () => string;
	paragraphs: ((words: Words) => string)[];
	care: (words: Words) => string;
}

export const aboutCopy: Record<Brand, AboutCopy> = {
	soulseer: {
		title: () => m.soulseer_about_title(),
		paragraphs: [
			(words) => m.soulseer_about_1(words),
			(words) => m.soulseer_about_2(words),
			(words) => m.soulseer_about_3(words)
		],
		care: (words) => m.soulseer_care(words)
	},
	neuromancers: {
		title: () => m.neuromancers_about_title(),
		paragraphs: [
			(words) => m.neuromancers_about_1(words),
			(words) => m.neuromancers_about_2(words),
			(words) => m.neuromancers_about_3(words)
		],
		care: (words) => m.neuromancers_care(words)
	},
	hepcat: {
		title: () => m.hepcat_about_title(),
		paragraphs: [
			(words) => m.hepcat_about_1(words),
			(words) => m.hepcat_about_2(words),
			(words) => m.hepcat_about_3(words)
		],
		care: (words) => m.hepcat_care(words)
	}
};
