/** The site's record and the viewer's mode, as one reactive state for all pages. */
import { api } from '$lib/api/client';
import { readStored, writeStored } from '$lib/storage';
import { makePaths } from '$lib/paths';
import type { Site } from '$lib/api/types';
import { defaultSite, isLocalPath, isSite, type Mode } from './site';
import { applyTheme } from './theme';
import { wordsOf } from './words';

export type ModeChoice = Mode | 'system' | 'brand';

const siteSlot = 'parlor.site';
const modeSlot = 'parlor.mode';

class BrandState {
	site = $state.raw<Site>(defaultSite);
	choice = $state<ModeChoice>('brand');
	#systemLight = $state(false);

	words = $derived(wordsOf(this.site));
	mode = $derived<Mode>(this.#resolve());
	/** First part of the catalogue's address, in the brand's word: `readers`, `peers`, `teachers`. */
	catalogueSegment = $derived(
		this.site.navigation.find((item) => item.key === 'catalogue')?.href.slice(1) ?? 'readers'
	);
	paths = $derived(makePaths(this.catalogueSegment));

	#resolve(): Mode {
		if (this.choice === 'brand') return this.site.theme.default_mode;
		if (this.choice === 'system') return this.#systemLight ? 'light' : 'dark';
		return this.choice;
	}

	/** Call once, in the browser, after hydration: the cached record first, then the server's. */
	start(): void {
		const media = matchMedia('(prefers-color-scheme: light)');
		this.#systemLight = media.matches;
		media.addEventListener('change', () => (this.#systemLight = media.matches));
		const stored = readStored(modeSlot);
		if (stored === 'dark' || stored === 'light' || stored === 'system') this.choice = stored;
		this.#useCached();
		void this.refresh();
	}

	#useCached(): void {
		try {
			const cached: unknown = JSON.parse(readStored(siteSlot) ?? 'null');
			if (isSite(cached)) this.site = cached;
		} catch {
			writeStored(siteSlot, undefined);
		}
	}

	/** Asks the server for the record; when it cannot be had, the last known one stays. */
	async refresh(): Promise<void> {
		try {
			const { data } = await api.GET('/v1/site');
			if (data) this.use(data);
		} catch {
			// Offline: every page still works with the record that is shown.
		}
	}

	use(site: unknown): void {
		if (!isSite(site)) return;
		this.site = { ...site, navigation: site.navigation.filter((item) => isLocalPath(item.href)) };
		writeStored(siteSlot, JSON.stringify(site));
	}

	choose(choice: ModeChoice): void {
		this.choice = choice;
		writeStored(modeSlot, choice === 'brand' ? undefined : choice);
	}

	/** Writes the theme to the document; an effect of the root layout. */
	apply(): void {
		applyTheme(document.documentElement, this.site, this.mode);
		delete document.documentElement.dataset.brandPending;
	}

	has(module: string): boolean {
		return this.site.modules.includes(module);
	}
}

export const brand = new BrandState();
