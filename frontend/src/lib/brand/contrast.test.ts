import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast } from './contrast';
import { isLocalPath, isSite, type Mode } from './site';
import sites from './sites.json';
import { themeProperties } from './theme';
import type { Site } from '$lib/api/types';

const records = sites as unknown as Site[];
const grounds = ['bg', 'deep', 'surface', 'raised'];
const inks = ['text', 'muted', 'heading', 'link', 'highlight', 'success', 'warning', 'danger'];
const fills: [string, string][] = [
	['on-accent', 'accent'],
	['on-accent', 'accent-strong'],
	['on-danger', 'danger-fill']
];
const edges = ['control', 'focus', 'accent'];
const modes: Mode[] = ['dark', 'light'];

function ratio(site: Site, mode: Mode, ink: string, ground: string): number {
	const theme = site.theme[mode];
	const [one, other] = [theme[ink], theme[ground]];
	if (!one || !other) throw new Error(`${site.brand} ${mode} lacks ${one ? ground : ink}`);
	return contrast(one, other);
}

it('computes_the_ratios_that_the_standard_gives', () => {
	expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
	expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
	expect(() => contrast('red', '#ffffff')).toThrow(RangeError);
});

describe.each(records.flatMap((site) => modes.map((mode) => ({ site, mode, name: site.brand }))))(
	'$name in $mode',
	({ site, mode }) => {
		it.each(inks.flatMap((ink) => grounds.map((ground) => [ink, ground])))('reads_%s_on_%s', (ink, ground) =>
			expect(ratio(site, mode, ink as string, ground as string)).toBeGreaterThanOrEqual(4.5)
		);
		it.each(fills)('reads_%s_on_%s', (ink, ground) =>
			expect(ratio(site, mode, ink, ground)).toBeGreaterThanOrEqual(4.5)
		);
		it.each(edges.flatMap((edge) => grounds.map((ground) => [edge, ground])))(
			'sees_%s_on_%s',
			(edge, ground) => expect(ratio(site, mode, edge as string, ground as string)).toBeGreaterThanOrEqual(3)
		);
	}
);

describe('the shipped records', () => {
	it('have_the_same_tokens_in_both_modes_and_all_brands', () => {
		const names = Object.keys(records[0]?.theme.dark ?? {}).sort();
		for (const site of records)
			for (const mode of modes) expect(Object.keys(site.theme[mode]).sort()).toEqual(names);
	});

	it('are_accepted_as_records_and_lead_nowhere_else', () => {
		for (const site of records) {
			expect(isSite(site)).toBe(true);
			for (const item of site.navigation) expect(isLocalPath(item.href)).toBe(true);
		}
		expect(isSite({ ...records[0], brand: 'other' })).toBe(false);
		expect(isLocalPath('//evil.example')).toBe(false);
		expect(isLocalPath('https://evil.example')).toBe(false);
	});

	it('are_what_the_stylesheet_shows_before_the_record_arrives', () => {
		const css = readFileSync(new URL('../styles/tokens.css', import.meta.url), 'utf8');
		const parts = css.split(":root[data-theme='light']");
		modes.forEach((mode, index) => {
			for (const [token, value] of Object.entries(records[0]?.theme[mode] ?? {})) {
				expect(parts[index]).toContain(`--color-${token}: ${value};`);
			}
		});
	});

	it('put_only_colours_and_shipped_fonts_into_the_page', () => {
		const site = structuredClone(records[0]) as Site;
		site.theme.dark = { bg: 'url(https://evil.example/x.png)', 'a;b': '#ffffff', text: '#ffffff' };
		site.theme.heading_font = 'Comic Sans';
		const properties = themeProperties(site, 'dark');
		expect([...properties.keys()]).toEqual(['--color-text', '--font-body']);
	});
});
