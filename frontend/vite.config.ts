import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import inlang from './project.inlang/settings.json' with { type: 'json' };
import sites from './src/lib/brand/sites.json' with { type: 'json' };

/** Where `npm run dev` sends API calls; in production the CDN routes them on the same origin. */
const api = process.env.PARLOR_API ?? 'http://127.0.0.1:4599';

/** Modules that so many pages share are one file: a hundred tiny ones compress and travel badly. */
const codeSplitting = {
	groups: [
		{ name: 'platform', test: /node_modules\/(svelte|@sveltejs\/kit|openapi-fetch|esm-env|clsx)\// },
		{ name: 'common', test: /\/src\/lib\//, minShareCount: 32 },
		{ name: 'shared', test: /\/src\/lib\/(?!features\/auth)/, minShareCount: 22 }
	]
};

/**
 * With one language a message needs no run-time choice of a locale: without it, each is a pure function, what is not
 * called is left out, and paraglide's runtime does not travel. With a second language this does nothing.
 */
const staticMessages: Plugin = {
	name: 'static-messages',
	transform: {
		filter: { id: /\/src\/lib\/paraglide\/messages/ },
		handler: (code) => {
			if (inlang.locales.length > 1) return null;
			const pure = code
				.replace(/^import \{ getLocale.*$/gm, '')
				.replace(/^\s*experimentalStaticLocale \?\? options\.locale.*$/gm, '')
				// What is left of the choice is a function that calls the only one: the message is that one itself.
				.replace(
					/^(export const \w+ = ).*\(\(inputs(?: = \{\})?, options = \{\}\) => \{\s*return (\w+)\(inputs\)\s*\}\);?/gm,
					'$1$2;'
				);
			return { code: pure, map: null, moduleSideEffects: false };
		}
	}
};

/** No component here is a custom element; the module would stay only because it touches `HTMLElement` when loaded. */
const noCustomElements: Plugin = {
	name: 'no-custom-elements',
	transform: {
		filter: { id: /svelte\/src\/internal\/client\/dom\/elements\/custom-element\.js/ },
		handler: (code) => ({ code, map: null, moduleSideEffects: false })
	}
};

/** Unit tests use what `npm run messages` has compiled: the plugin's watcher would keep them from ending. */
const compileMessages = process.env.VITEST
	? []
	: [
			paraglideVitePlugin({
				project: './project.inlang',
				outdir: './src/lib/paraglide',
				strategy: ['baseLocale']
			})
		];

export default defineConfig(({ isSsrBuild }) => ({
	plugins: [...compileMessages, staticMessages, noCustomElements, tailwindcss(), sveltekit()],
	// Only the record that the prerendered pages show travels to browsers.
	define: { __DEFAULT_SITE__: JSON.stringify(sites[0]) },
	server: { proxy: { '/v1': api, '/.well-known': api } },
	build: {
		target: 'es2022',
		// Links are preloaded on hover anyway; a table of every page's files in the entry costs more than it saves.
		modulePreload: { resolveDependencies: (_, files) => files.filter((file) => file.endsWith('.css')) },
		rolldownOptions: { output: isSsrBuild ? {} : { codeSplitting } }
	},
	test: { include: ['src/**/*.test.ts'], environment: 'node' }
}));
