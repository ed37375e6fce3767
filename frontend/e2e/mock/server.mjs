// A stand-in for the API with a little state, serving build/ on the same origin, as the CDN does.
// It knows shapes, not rules: it is for looking at every page, not for proving that the product works.
import { createServer } from 'node:http';
import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import * as data from './data.mjs';
import { keySet } from './proofs.mjs';
import { secondFactor } from './second-factor.mjs';

const port = Number(process.env.MOCK_PORT ?? 4599);
const build = new URL('../../build/', import.meta.url).pathname;
const sites = JSON.parse(await readFile(new URL('../../src/lib/brand/sites.json', import.meta.url), 'utf8'));
const types = {
	'.html': 'text/html; charset=utf-8',
	'.js': 'text/javascript',
	'.css': 'text/css',
	'.svg': 'image/svg+xml',
	'.woff2': 'font/woff2',
	'.json': 'application/json',
	'.wasm': 'application/wasm'
};

/** @typedef {keyof typeof data.people} Role */
/** @typedef {{ status: number, body?: unknown, cookie?: string }} Answer */
/** @typedef {{ role?: Role, url: URL, body: any, match: string[], test: string }} Call */

/** State of one test, found by its `mock_test` cookie, so that parallel tests do not meet. @type {Map<string, any>} */
const worlds = new Map();
/** @param {string} test */
function world(test) {
	let found = worlds.get(test);
	if (!found) {
		found = {
			brand: 'soulseer',
			messages: [...data.messages],
			notes: '',
			ended: false,
			joined: false,
			polls: 0,
			self: structuredClone(data.self),
			applied: false,
			endedSignIns: [],
			applications: ['pending']
		};
		worlds.set(test, found);
	}
	return found;
}

/** @param {unknown} body @returns {Answer} */
const ok = (body, status = 200) => ({ status, body });
/** @param {number} status @param {string} key @param {Record<string, unknown>} [extra] @returns {Answer} */
const problem = (status, key, extra = {}) => ({
	status,
	body: {
		type: `/problems/${key}`,
		title: key,
		status,
		detail: `Refused: ${key}.`,
		instance: '/requests/mock',
		...extra
	}
});
/** @param {Role} role @returns {Answer} */
const tokens = (role) => ({
	status: 200,
	body: { access_token: `mock-${role}`, expires_in_seconds: 900, me: data.people[role] },
	cookie: `parlor_refresh=${role}; Path=/; HttpOnly; SameSite=Strict`
});
/** @param {string} email @returns {Role} */
const roleOf = (email) =>
	email.startsWith('admin') ? 'admin' : email.startsWith('luna') ? 'host' : 'member';

/** @param {Call} call */
function sessionOf({ match, role, test }) {
	const found = Object.values(data.sessions)
		.map((make) => make())
		.find((session) => session.id === match[1]);
	if (!found) return undefined;
	const state = world(test);
	if (state.ended && found.id === data.id(203))
		return { ...data.sessions.finalized(), id: found.id, you: role };
	if (state.joined && found.id === data.id(202))
		return { ...data.sessions.active(), id: found.id, modality: 'voice', you: role };
	const forHost = role === 'host' ? { balance_minor: undefined, minutes_affordable: undefined } : {};
	return { ...found, you: role === 'admin' ? 'admin' : role, ...forHost };
}
/** @param {Call} call */
const anySession = (call) => {
	const session = sessionOf(call);
	return session ? ok(session) : problem(404, 'not-found');
};
const own = (/** @type {Call} */ call) =>
	Object.values(data.sessions).map((make) => ({ ...make(), you: call.role }));

/** @type {[string, RegExp, (call: Call) => Answer, ('P' | 'M')?][]} */
const routes = [
	[
		'GET',
		/^\/v1\/site$/,
		({ test }) => ok(sites.find((/** @type {any} */ site) => site.brand === world(test).brand)),
		'P'
	],
	['POST', /^\/v1\/sign-in\/mail$/, () => ok({ expires_in_seconds: 600, resend_in_seconds: 30 }, 202), 'P'],
	[
		'POST',
		/^\/v1\/sign-in\/code$/,
		({ body }) =>
			body.code === '123456'
				? body.email.startsWith('two')
					? ok({ challenge: 'mock', expires_in_seconds: 300 }, 202)
					: tokens(roleOf(body.email))
				: problem(400, 'code-wrong', { tries_left: body.code === '999999' ? 0 : 4 }),
		'P'
	],
	[
		'POST',
		/^\/v1\/sign-in\/link$/,
		({ body }) => (body.token === 'good' ? tokens('member') : problem(410, 'link-expired')),
		'P'
	],
	...secondFactor(world, ok, problem, tokens),
	['GET', /^\/v1\/sign-in\/issuers$/, () => ok({ items: [{ id: 'sandbox', name: 'Sandbox ID' }] }), 'P'],
	[
		'POST',
		/^\/v1\/tokens\/sign-out/,
		() => ({ status: 204, cookie: 'parlor_refresh=; Path=/; Max-Age=0' }),
		'P'
	],
	['GET', /^\/v1\/me$/, ({ role }) => ok(data.people[role ?? 'member'])],
	[
		'GET',
		/^\/v1\/me\/sign-ins$/,
		({ test }) => ok({ items: data.signIns.filter(({ id }) => !world(test).endedSignIns.includes(id)) })
	],
	[
		'DELETE',
		/^\/v1\/me\/sign-ins\/([^/]+)$/,
		({ match, test }) => {
			world(test).endedSignIns.push(match[1]);
			return { status: 204 };
		}
	],
	['PATCH', /^\/v1\/me$/, ({ role, body }) => ok({ ...data.people[role ?? 'member'], ...body })],
	['GET', /^\/v1\/hosts$/, ({ url }) => hosts(url), 'P'],
	[
		'GET',
		/^\/v1\/hosts\/([^/]+)$/,
		({ match }) => {
			const host = data.hosts.find((one) => one.slug === match[1]);
			return host ? ok(host) : problem(404, 'not-found');
		},
		'P'
	],
	[
		'GET',
		/^\/v1\/host\/profile$/,
		({ role, test }) =>
			role === 'host'
				? ok(world(test).self)
				: world(test).applied
					? ok({ ...data.self, status: 'pending', rates: {}, online: false })
					: problem(404, 'not-found')
	],
	[
		'PATCH',
		/^\/v1\/host\/profile$/,
		({ body, test }) => ok(Object.assign(world(test).self, body, { version: body.version + 1 }))
	],
	['PUT', /^\/v1\/host\/rates$/, ({ body, test }) => ok(Object.assign(world(test).self, { rates: body }))],
	['PUT', /^\/v1\/host\/online$/, ({ body, test }) => ok(Object.assign(world(test).self, body))],
	[
		'POST',
		/^\/v1\/host\/application$/,
		({ body, test }) => {
			world(test).applied = true;
			return ok({ ...data.self, ...body, status: 'pending' }, 201);
		}
	],
	[
		'GET',
		/^\/v1\/host\/requests$/,
		() =>
			ok({
				items: [
					{ ...data.sessions.waiting(), you: 'host' },
					{ ...data.sessions.active(), you: 'host' }
				]
			})
	],
	[
		'GET',
		/^\/v1\/host\/earnings$/,
		() => ok({ available_minor: 3135, held_minor: 627, currency: 'USD', items: data.earnings })
	],
	['GET', /^\/v1\/wallet$/, () => ok(data.wallet)],
	[
		'GET',
		/^\/v1\/wallet\/statement$/,
		({ url }) =>
			ok(
				url.searchParams.get('cursor')
					? { items: data.statement.slice(6) }
					: { items: data.statement.slice(0, 6), next_cursor: 'next' }
			)
	],
	[
		'POST',
		/^\/v1\/wallet\/top-ups$/,
		({ body }) =>
			ok(
				{
					id: data.id(302),
					amount_minor: body.amount_minor,
					currency: 'USD',
					status: 'pending',
					checkout_url: `/wallet?top_up=${data.id(302)}`,
					created_at: data.at(0)
				},
				201
			)
	],
	[
		'GET',
		/^\/v1\/wallet\/top-ups\/([^/]+)$/,
		({ match, test }) =>
			ok({
				id: match[1],
				amount_minor: 2500,
				currency: 'USD',
				created_at: data.at(0),
				status: ++world(test).polls > 1 ? 'paid' : 'pending'
			})
	],
	[
		'POST',
		/^\/v1\/sessions$/,
		({ body }) =>
			body.host_id === data.id(101)
				? problem(402, 'funds-too-low', { needed_minor: 199, available_minor: 120 })
				: ok(data.sessions.waiting(), 201)
	],
	['GET', /^\/v1\/sessions$/, (call) => ok({ items: own(call) })],
	['GET', /^\/v1\/admin\/sessions$/, (call) => ok({ items: own(call) })],
	['GET', /^\/v1\/sessions\/([^/]+)\/receipt$/, () => ok(data.receipt)],
	[
		'POST',
		/^\/v1\/realtime\/tickets$/,
		() =>
			ok(
				{
					ticket: 'mock',
					url: `ws://127.0.0.1:${port}/live`,
					expires_at: data.at(60_000),
					reconnect_after_seconds: 6600,
					ping_seconds: 20
				},
				201
			)
	],
	[
		'GET',
		/^\/v1\/sessions\/([^/]+)\/events$/,
		({ url }) =>
			ok({ items: [], last_seq: Number(url.searchParams.get('after')), more: false, missing: false })
	],
	[
		'GET',
		/^\/v1\/sessions\/([^/]+)\/messages$/,
		({ url, test }) =>
			ok({
				items: world(test).messages.filter(
					(/** @type {any} */ one) => one.id > (url.searchParams.get('after') ?? '')
				),
				marks: data.marks
			})
	],
	['POST', /^\/v1\/sessions\/([^/]+)\/messages\/mark$/, () => ok(data.marks)],
	[
		'POST',
		/^\/v1\/sessions\/([^/]+)\/messages$/,
		({ body, role, test, match }) => {
			const message = {
				id: data.id(510 + world(test).messages.length),
				session_id: match[1],
				from: role,
				text: body.text,
				sent_at: data.at(0)
			};
			world(test).messages.push(message);
			return ok(message, 201);
		}
	],
	['GET', /^\/v1\/sessions\/([^/]+)\/note$/, ({ test }) => ok({ text: world(test).notes })],
	[
		'PUT',
		/^\/v1\/sessions\/([^/]+)\/note$/,
		({ test, body }) => {
			world(test).notes = body.text;
			return ok({ text: body.text, updated_at: data.at(0) });
		}
	],
	[
		'POST',
		/^\/v1\/sessions\/([^/]+)\/end$/,
		(call) => {
			world(call.test).ended = true;
			return anySession(call);
		}
	],
	[
		'POST',
		/^\/v1\/sessions\/([^/]+)\/join$/,
		(call) => {
			world(call.test).joined = true;
			return anySession(call);
		}
	],
	['POST', /^\/v1\/sessions\/([^/]+)\/media$/, () => ok({ adapter: 'peer', ice_servers: [] })],
	['POST', /^\/v1\/sessions\/([^/]+)\/(?:accept|decline|cancel|leave|reconnect|renew)$/, anySession],
	['GET', /^\/v1\/sessions\/([^/]+)$/, anySession],
	[
		'GET',
		/^\/v1\/admin\/hosts$/,
		({ url, test }) =>
			ok({
				items:
					url.searchParams.get('status') === 'pending'
						? world(test).applications.map(() => ({
								...data.self,
								...data.hosts[1],
								email: 'orion@example.com',
								status: 'pending',
								statement: 'Fifteen years of charts, mostly for friends of friends.'
							}))
						: []
			})
	],
	[
		'POST',
		/^\/v1\/admin\/hosts\/([^/]+)\/(?:verify|reject)$/,
		({ test }) => {
			world(test).applications = [];
			return ok({ ...data.self, status: 'verified' });
		}
	],
	[
		'GET',
		/^\/v1\/admin\/users$/,
		() => ok({ items: Object.values(data.people).map((one) => ({ ...one, spending_locked: false })) })
	],
	[
		'POST',
		/^\/v1\/admin\/users\/find$/,
		({ body }) =>
			ok({
				items: Object.values(data.people)
					.filter((one) => one.email === body.email)
					.map((one) => ({ ...one, spending_locked: false }))
			})
	],
	[
		'PATCH',
		/^\/v1\/admin\/users\/([^/]+)$/,
		({ body }) => ok({ ...data.people.member, spending_locked: false, ...body })
	],
	[
		'GET',
		/^\/v1\/admin\/reports$/,
		({ url }) => {
			const status = url.searchParams.get('status') ?? 'open';
			return ok({ items: data.reports.filter((one) => one.status === status) });
		}
	],
	[
		'GET',
		/^\/v1\/admin\/reports\/([^/]+)$/,
		() => ok({ report: data.reports[0], messages: data.reportMessages })
	],
	['GET', /^\/v1\/admin\/audit$/, () => ok({ items: data.audit })],
	['GET', /^\/v1\/host\/payouts$/, () => ok(data.payouts)],
	[
		'GET',
		/^\/v1\/admin\/payouts$/,
		({ url }) => {
			const state = url.searchParams.get('state') ?? 'paid';
			return ok({ items: data.hostPayouts.filter((one) => one.state === state) });
		}
	],
	['GET', /^\/v1\/admin\/conservation$/, () => ok(data.conservation)],
	['GET', /^\/v1\/status$/, () => ok(data.status), 'P'],
	[
		'POST',
		/^\/v1\/admin\/refunds$/,
		({ body }) =>
			ok(
				{
					entry_id: 'x',
					session_id: body.session_id,
					minute: body.minute,
					amount_minor: 299,
					from_host_minor: 209,
					from_platform_minor: 90,
					at: data.at(0)
				},
				201
			)
	],
	['GET', /^\/v1\/admin\/sites$/, () => ok({ items: sites })],
	[
		'PUT',
		/^\/v1\/admin\/site$/,
		({ body, test }) => {
			world(test).brand = body.brand;
			return ok(sites.find((/** @type {any} */ site) => site.brand === body.brand));
		}
	]
];

/** @param {URL} url */
function hosts(url) {
	const [modality, q, cursor] = ['modality', 'q', 'cursor'].map((name) => url.searchParams.get(name));
	const found = data.hosts.filter(
		(/** @type {any} */ host) =>
			(!modality || host.rates[`${modality}_minor`]) &&
			(!q || JSON.stringify([host.name, host.specialties]).toLowerCase().includes(q.toLowerCase()))
	);
	const from = Number(cursor ?? 0);
	return ok({
		items: found.slice(from, from + 24),
		next_cursor: from + 24 < found.length ? String(from + 24) : undefined
	});
}

/** @param {import('node:http').IncomingMessage} request */
async function readBody(request) {
	const parts = [];
	for await (const part of request) parts.push(part);
	const text = Buffer.concat(parts).toString();
	return text ? JSON.parse(text) : {};
}
/** @param {import('node:http').IncomingMessage} request @param {string} name */
const cookie = (request, name) =>
	new RegExp(`(?:^|; )${name}=([^;]+)`).exec(request.headers.cookie ?? '')?.[1];

/** @param {import('node:http').IncomingMessage} request @param {URL} url @returns {Promise<Answer>} */
async function answer(request, url) {
	const test = cookie(request, 'mock_test') ?? 'none';
	const refresh = /** @type {Role | undefined} */ (cookie(request, 'parlor_refresh'));
	if (url.pathname === '/v1/tokens/refresh') return refresh ? tokens(refresh) : problem(401, 'signed-out');
	const role = /** @type {Role | undefined} */ (
		/^Bearer mock-(member|host|admin)$/.exec(request.headers.authorization ?? '')?.[1]
	);
	for (const [method, pattern, handle, access] of routes) {
		const match = pattern.exec(url.pathname);
		if (method !== request.method || !match) continue;
		if (!role && access !== 'P') return problem(401, 'not-signed-in');
		return handle({ role, url, match: [...match], test, body: await readBody(request) });
	}
	return problem(404, 'not-found');
}

/** @param {string} path */
async function file(path) {
	const clean = normalize(decodeURIComponent(path)).replace(/^(\.\.[/\\])+/, '');
	for (const name of [clean, `${clean}.html`, join(clean, 'index.html')]) {
		try {
			return { bytes: await readFile(join(build, name)), name };
		} catch {
			// The next name, and in the end the fallback page, as the CDN does it.
		}
	}
	return { bytes: await readFile(join(build, '200.html')), name: '200.html' };
}

createServer(async (request, response) => {
	const url = new URL(request.url ?? '/', `http://${request.headers.host}`);
	try {
		if (url.pathname.startsWith('/v1/')) {
			const { status, body, cookie: set } = await answer(request, url);
			const type = status >= 400 ? 'application/problem+json' : 'application/json';
			response.writeHead(status, {
				...(body === undefined ? {} : { 'Content-Type': type }),
				...(set ? { 'Set-Cookie': set } : {})
			});
			return response.end(body === undefined ? undefined : JSON.stringify(body));
		}
		if (url.pathname === '/.well-known/jwks.json') {
			response.writeHead(200, { 'Content-Type': 'application/json' });
			return response.end(JSON.stringify(keySet));
		}
		const { bytes, name } = await file(url.pathname);
		const type = types[/** @type {keyof typeof types} */ (extname(name))] ?? 'application/octet-stream';
		response.writeHead(200, { 'Content-Type': type, 'Content-Security-Policy': "frame-ancestors 'none'" });
		response.end(bytes);
	} catch (error) {
		console.error(error);
		response.writeHead(500).end();
	}
}).listen(port, '127.0.0.1', () => console.log(`mock on http://127.0.0.1:${port}`));
