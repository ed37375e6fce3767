import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vitest/config';

/** Where `npm run dev` sends API calls; in production the CDN routes them on the same origin. */
const api = process.env.PARLOR_API ?? 'http://127.0.0.1:4599';

export default defineConfig({
	plugins: [
		paraglideVitePlugin({
			project: './project.inlang',
			outdir: './src/lib/paraglide',
			strategy: ['baseLocale']
		}),
		tailwindcss(),
		sveltekit()
	],
	server: { proxy: { '/v1': api, '/.well-known': api } },
	build: { target: 'es2022' },
	test: { include: ['src/**/*.test.ts'], environment: 'node' }
});
