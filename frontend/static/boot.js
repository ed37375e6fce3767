// Before the first paint: the last known mode and tokens. See src/lib/brand/.
(() => {
	try {
		const root = document.documentElement;
		const site = JSON.parse(localStorage.getItem('parlor.site') || 'null');
		const stored = localStorage.getItem('parlor.mode');
		const fallback = site ? site.theme.default_mode : 'dark';
		const system = matchMedia('(prefers-color-scheme: light)').matches ? 'light' : 'dark';
		const mode = stored === 'system' ? system : stored === 'light' || stored === 'dark' ? stored : fallback;
		root.dataset.theme = mode === 'light' ? 'light' : 'dark';
		if (!site) return;
		for (const [token, value] of Object.entries(site.theme[root.dataset.theme])) {
			if (/^[a-z-]+$/.test(token) && /^#[0-9a-f]{6}$/i.test(value)) {
				root.style.setProperty(`--color-${token}`, value);
			}
		}
		if (site.brand !== 'soulseer') {
			root.dataset.brandPending = '';
			setTimeout(() => delete root.dataset.brandPending, 1500);
		}
	} catch {
		// No storage: the default stands.
	}
})();
