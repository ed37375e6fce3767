declare global {
	/** The first record of lib/brand/sites.json, put in by the build. */
	const __DEFAULT_SITE__: import('$lib/api/types').Site;

	namespace App {}
}

export {};
