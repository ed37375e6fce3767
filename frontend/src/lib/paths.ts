/** Every address of the site, built in one place. `paths.test.ts` compares them with the folders of `src/routes`. */

const part = encodeURIComponent;

function withQuery(path: string, query: Record<string, string | undefined>): string {
	const search = new URLSearchParams();
	for (const [name, value] of Object.entries(query)) if (value) search.set(name, value);
	const text = search.toString();
	return text ? `${path}?${text}` : path;
}

/** @param catalogue the brand's word for its list of hosts, as it stands in the address. */
export function makePaths(catalogue: string) {
	return {
		home: () => '/',
		about: () => '/about',
		help: () => '/help',
		status: () => '/status',
		hosts: (filters: Record<string, string | undefined> = {}) => withQuery(`/${part(catalogue)}`, filters),
		host: (slug: string) => `/${part(catalogue)}/${part(slug)}`,
		signIn: (returnTo?: string) => withQuery('/sign-in', { return_to: returnTo }),
		account: () => '/account',
		becomeHost: () => '/become-a-host',
		studio: () => '/studio',
		studioProfile: () => '/studio/profile',
		studioRates: () => '/studio/rates',
		studioEarnings: () => '/studio/earnings',
		studioHistory: () => '/studio/history',
		wallet: (topUp?: string) => withQuery('/wallet', { top_up: topUp }),
		sessions: () => '/sessions',
		session: (id: string) => `/sessions/${part(id)}`,
		receipt: (id: string) => `/sessions/${part(id)}/receipt`,
		verify: () => '/verify',
		admin: () => '/admin',
		adminUsers: () => '/admin/users',
		adminSessions: () => '/admin/sessions',
		adminReports: () => '/admin/reports',
		adminAudit: () => '/admin/audit',
		adminMoney: () => '/admin/money',
		adminPayouts: () => '/admin/payouts',
		adminSite: () => '/admin/site',
		problems: () => '/problems',
		problem: (key: string) => `/problems/${part(key)}`
	};
}

export type Paths = ReturnType<typeof makePaths>;

/** A place to return to after signing in: only a path of this site. */
export function safeReturn(value: string | null | undefined): string {
	return value && /^\/(?![/\\])/.test(value) && value.length <= 512 ? value : '/';
}
