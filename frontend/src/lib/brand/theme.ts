/** A record's theme becomes custom properties through the CSSOM, which a strict CSP allows. */
import type { Site } from '$lib/api/types';
import type { Mode } from './site';

/** Fonts that are shipped with the site; a record names one of them. Script faces are set larger to read as well. */
const fonts: Record<string, { stack: string; scale: string }> = {
	'Alex Brush': { stack: "'Alex Brush', cursive", scale: '1.2' },
	'Playfair Display': { stack: "'Playfair Display Variable', Georgia, serif", scale: '1' },
	Figtree: { stack: "'Figtree Variable', system-ui, sans-serif", scale: '1' },
	'Atkinson Hyperlegible Next': {
		stack: "'Atkinson Hyperlegible Next Variable', system-ui, sans-serif",
		scale: '0.95'
	},
	Limelight: { stack: "'Limelight', Georgia, serif", scale: '0.9' }
};

const tokenName = /^[a-z]+(-[a-z]+)*$/;
const tokenValue = /^#[0-9a-f]{6}$/i;

/** The custom properties of a record in one mode. Anything that is not a plain colour or a shipped font is left out. */
export function themeProperties(site: Site, mode: Mode): Map<string, string> {
	const properties = new Map<string, string>();
	for (const [token, value] of Object.entries(site.theme[mode])) {
		if (tokenName.test(token) && tokenValue.test(value)) properties.set(`--color-${token}`, value);
	}
	const heading = fonts[site.theme.heading_font];
	const body = fonts[site.theme.body_font];
	if (heading) {
		properties.set('--font-heading', heading.stack);
		properties.set('--heading-scale', heading.scale);
	}
	if (body) properties.set('--font-body', body.stack);
	return properties;
}

export function applyTheme(root: HTMLElement, site: Site, mode: Mode): void {
	root.dataset.theme = mode;
	for (const [name, value] of themeProperties(site, mode)) root.style.setProperty(name, value);
}
