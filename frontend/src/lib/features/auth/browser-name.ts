/** What a person calls a browser, from what it calls itself (`User-Agent`). Enough to tell one's own devices apart. */

type Names = readonly (readonly [RegExp, string])[];

/** The first that matches: many browsers also name those they are made from. */
const browsers: Names = [
	[/ Edg(A|iOS)?\//, 'Edge'],
	[/ OPR\//, 'Opera'],
	[/ SamsungBrowser\//, 'Samsung Internet'],
	[/ (Firefox|FxiOS)\//, 'Firefox'],
	[/ (Chrome|CriOS|Chromium)\//, 'Chrome'],
	[/ Version\/[\d.]+ .*Safari\//, 'Safari']
];
const systems: Names = [
	[/iPhone/, 'iPhone'],
	[/iPad/, 'iPad'],
	[/Android/, 'Android'],
	[/Windows/, 'Windows'],
	[/CrOS/, 'ChromeOS'],
	[/Mac OS X/, 'Mac'],
	[/Linux/, 'Linux']
];

function first(names: Names, text: string): string | undefined {
	return names.find(([pattern]) => pattern.test(text))?.[1];
}

export function browserName(agent: string | undefined): { browser?: string; system?: string } {
	const text = ` ${agent ?? ''}`;
	return { browser: first(browsers, text), system: first(systems, text) };
}
