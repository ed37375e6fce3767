import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/**
 * Where photos are uploaded to and read from: the bucket's own host, unless the build names another origin
 * (the local stack does).
 */
const photos = /** @type {`https://${string}`} */ (
	process.env.PARLOR_PHOTO_ORIGIN ?? 'https://*.amazonaws.com'
);

/**
 * Where sockets are opened: API Gateway's own host, unless the build names another one (a domain of our own; the local
 * stack's is this origin). The CDN's header narrows it to the deployment's exact address.
 */
const sockets = /** @type {`wss://${string}`} */ (
	process.env.PARLOR_SOCKET_ORIGIN ?? 'wss://*.amazonaws.com'
);

/**
 * What carries the rooms of brands that are not carried by the two browsers alone: Agora's network, and rooms at Whereby in a
 * frame (the local stack has rooms of its own). The CDN's header allows them only where they are on.
 */
const agora = /** @type {const} */ ([
	'https://*.agora.io:*',
	'wss://*.agora.io:*',
	'https://*.sd-rtn.com:*',
	'wss://*.sd-rtn.com:*'
]);
const rooms = /** @type {`https://${string}`} */ (process.env.PARLOR_ROOM_ORIGIN ?? 'https://*.whereby.com');

/** @type {import('@sveltejs/kit').Config} */
const config = {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapter({ fallback: '200.html', precompress: false }),
		// Everything comes from this origin. The hashes of the bootstrap scripts go into a meta tag of each page;
		// what a meta tag cannot say (frame-ancestors, HSTS) is sent as a header by the CDN.
		csp: {
			mode: 'hash',
			directives: {
				'default-src': ['none'],
				// WebAssembly may be compiled (the receipt's verifier), JavaScript still not from text. On every page: who comes
				// to a receipt by a link keeps the policy of the page where the visit began.
				'script-src': ['self', 'wasm-unsafe-eval'],
				'style-src': ['self'],
				// The one style attribute is that of SvelteKit's route announcer.
				'style-src-attr': ['unsafe-hashes', 'sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo='],
				'img-src': ['self', 'data:', 'blob:', photos],
				'font-src': ['self'],
				'connect-src': ['self', photos, sockets, ...agora],
				'frame-src': [rooms],
				'manifest-src': ['self'],
				'media-src': ['self'],
				'worker-src': ['self'],
				'base-uri': ['none'],
				'form-action': ['self'],
				'object-src': ['none']
			}
		},
		prerender: { handleHttpError: 'fail', handleMissingId: 'fail' },
		version: { pollInterval: 0 },
		typescript: {
			config: (tsconfig) => ({
				...tsconfig,
				include: [...tsconfig.include, '../e2e/**/*.ts', '../scripts/**/*.mjs']
			})
		}
	}
};

export default config;
