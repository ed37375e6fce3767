import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { makePaths, safeReturn } from './paths';

const routes = fileURLToPath(new URL('../routes', import.meta.url));

function pageFolders(folder: string): string[] {
	return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
		if (entry.isDirectory()) return pageFolders(join(folder, entry.name));
		return entry.name === '+page.svelte' ? [relative(routes, folder)] : [];
	});
}

/** `(app)/sessions/[id]` -> `^/sessions/[^/]+$` */
function patternOf(folder: string): RegExp {
	const parts = folder.split('/').filter((part) => part && !/^\(.*\)$/.test(part));
	const source = parts.map((part) =>
		part.includes('=catalogue') ? '(readers|peers|teachers)' : /^\[/.test(part) ? '[^/]+' : part
	);
	return new RegExp(`^/${source.join('/')}$`);
}

const patterns = pageFolders(routes).map(patternOf);
const paths = makePaths('readers');
const samples = {
	home: paths.home(),
	about: paths.about(),
	help: paths.help(),
	status: paths.status(),
	hosts: paths.hosts({ modality: 'text', q: 'a b', sort: undefined }),
	host: paths.host('luna/../x'),
	signIn: paths.signIn('/wallet?top_up=1'),
	account: paths.account(),
	becomeHost: paths.becomeHost(),
	studio: paths.studio(),
	studioProfile: paths.studioProfile(),
	studioRates: paths.studioRates(),
	studioEarnings: paths.studioEarnings(),
	studioHistory: paths.studioHistory(),
	wallet: paths.wallet('t1'),
	sessions: paths.sessions(),
	session: paths.session('s1'),
	receipt: paths.receipt('s1'),
	verify: paths.verify(),
	admin: paths.admin(),
	adminUsers: paths.adminUsers(),
	adminSessions: paths.adminSessions(),
	adminReports: paths.adminReports(),
	adminAudit: paths.adminAudit(),
	adminMoney: paths.adminMoney(),
	adminPayouts: paths.adminPayouts(),
	adminSite: paths.adminSite(),
	problems: paths.problems(),
	problem: paths.problem('funds-too-low')
} satisfies Record<keyof typeof paths, string>;

describe('the path builder', () => {
	it.each(Object.entries(samples))('leads_%s_to_a_page_that_exists', (_, path) => {
		const [pathname = ''] = path.split('?');
		expect(patterns.filter((pattern) => pattern.test(pathname)).length).toBeGreaterThan(0);
	});

	it('builds_these_addresses', () => expect(samples).toMatchSnapshot());

	it('uses_the_word_of_the_brand', () => {
		expect(makePaths('teachers').host('mia')).toBe('/teachers/mia');
	});
});

describe('the place to return to', () => {
	it.each(['//evil.example', 'https://evil.example', '/\\evil.example', '', null, `/${'a'.repeat(600)}`])(
		'is_the_start_page_for_%s',
		(value) => expect(safeReturn(value)).toBe('/')
	);
	it('may_be_any_path_of_this_site', () => {
		expect(safeReturn('/wallet?top_up=1')).toBe('/wallet?top_up=1');
	});
});
