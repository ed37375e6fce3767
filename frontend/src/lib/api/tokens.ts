/**
 * Access tokens. They live in memory only; the refresh token is an HttpOnly cookie that no script sees.
 * Refreshing rotates that cookie, so it happens once at a time: in this tab through one promise, across tabs through
 * a Web Lock, and the winner tells the other tabs through a BroadcastChannel.
 */
import { asProblem, networkProblem, ProblemError } from './problem';
import type { Tokens } from './types';

type Listener = (tokens: Tokens | undefined) => void;
type Heard = { kind: 'tokens'; tokens: Tokens; at: number } | { kind: 'signed-out' };

/** Refresh this long before the token ends, so that no call travels with a token that dies on the way. */
const marginMs = 30_000;

let current: { token: string; until: number; receivedAt: number } | undefined;
let flight: Promise<boolean> | undefined;
const listeners = new Set<Listener>();
const channel = typeof BroadcastChannel === 'undefined' ? undefined : new BroadcastChannel('parlor-tokens');

channel?.addEventListener('message', (event: MessageEvent<Heard>) => {
	if (event.data.kind === 'tokens') keep(event.data.tokens, event.data.at);
	else drop();
});

function keep(tokens: Tokens, at: number): void {
	current = { token: tokens.access_token, until: at + tokens.expires_in_seconds * 1000, receivedAt: at };
	for (const listener of listeners) listener(tokens);
}

function drop(): void {
	current = undefined;
	for (const listener of listeners) listener(undefined);
}

export function onTokens(listener: Listener): void {
	listeners.add(listener);
}

/** Tokens that a sign-in returned: for this tab and all others. */
export function adopt(tokens: Tokens): void {
	const at = Date.now();
	keep(tokens, at);
	channel?.postMessage({ kind: 'tokens', tokens, at } satisfies Heard);
}

/** Signed out: here and in all other tabs. */
export function forget(): void {
	drop();
	channel?.postMessage({ kind: 'signed-out' } satisfies Heard);
}

async function refreshNow(): Promise<boolean> {
	const response = await fetch('/v1/tokens/refresh', {
		method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: '{}'
	});
	if (response.ok) {
		adopt((await response.json()) as Tokens);
		return true;
	}
	if (response.status !== 401) throw networkProblem(response.status);
	forget();
	return false;
}

async function refreshAcrossTabs(): Promise<boolean> {
	const asked = Date.now();
	const unlessDone = () => (current && current.receivedAt >= asked ? Promise.resolve(true) : refreshNow());
	return navigator.locks ? navigator.locks.request('parlor-refresh', unlessDone) : unlessDone();
}

/** True when there is a session again, false when the person is signed out; throws when nobody could be asked. */
export function refresh(): Promise<boolean> {
	flight ??= refreshAcrossTabs()
		.catch((error: unknown) => {
			throw asProblem(error);
		})
		.finally(() => (flight = undefined));
	return flight;
}

function isAnonymous(url: string): boolean {
	const path = new URL(url).pathname;
	return path.startsWith('/v1/sign-in/') || (path.startsWith('/v1/tokens/') && !path.endsWith('everywhere'));
}

function send(request: Request): Promise<Response> {
	const copy = request.clone();
	if (current) copy.headers.set('Authorization', `Bearer ${current.token}`);
	return fetch(copy);
}

/** `fetch` with the access token: refreshed shortly before it ends, and once after a 401. */
export async function authorizedFetch(request: Request): Promise<Response> {
	if (isAnonymous(request.url)) return fetch(request);
	if (current && current.until - marginMs <= Date.now()) await refresh().catch(ignoreNetwork);
	const used = current?.token;
	const response = await send(request);
	if (response.status !== 401 || !used) return response;
	// Another tab or call may have refreshed meanwhile; then only the new token is tried.
	const again = current !== undefined && current.token !== used ? true : await refresh();
	return again ? send(request) : response;
}

function ignoreNetwork(error: unknown): boolean {
	if (error instanceof ProblemError && error.key === 'network') return false;
	throw error;
}
