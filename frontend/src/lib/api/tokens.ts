/**
 * Access tokens. They live in memory only; the refresh token is an HttpOnly cookie that no script sees.
 * Refreshing rotates that cookie, so it happens once at a time: in this tab through one promise, across tabs through
 * a Web Lock, and the winner tells the other tabs through a BroadcastChannel.
 */
import { asProblem, networkProblem, ProblemError } from './problem';
import { readStored, writeStored } from '$lib/storage';
import type { Tokens } from './types';

type Listener = (tokens: Tokens | undefined) => void;
type Heard = { kind: 'tokens'; tokens: Tokens; at: number } | { kind: 'signed-out' };

/** Refresh this long before the token ends, so that no call travels with a token that dies on the way. */
const marginMs = 30_000;

/** Set from the press on "Sign out" until the server has answered: whoever asks with the cookie signs out first. */
const leavingSlot = 'parlor.signing-out';

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
	writeStored(leavingSlot, undefined);
	keep(tokens, at);
	channel?.postMessage({ kind: 'tokens', tokens, at } satisfies Heard);
}

/** Nobody is signed in any more: here and in all other tabs. */
export function forget(): void {
	drop();
	channel?.postMessage({ kind: 'signed-out' } satisfies Heard);
}

function post(path: string): Promise<Response> {
	return fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' });
}

async function leave(): Promise<void> {
	const response = await post('/v1/tokens/sign-out');
	if (!response.ok) throw networkProblem(response.status);
	writeStored(leavingSlot, undefined);
}

async function refreshNow(): Promise<boolean> {
	if (isLeaving()) {
		await leave();
		forget();
		return false;
	}
	const response = await post('/v1/tokens/refresh');
	if (response.ok) {
		adopt((await response.json()) as Tokens);
		return true;
	}
	if (response.status !== 401) throw networkProblem(response.status);
	forget();
	return false;
}

/** One tab at a time has to do with the cookie. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
	return navigator.locks ? await navigator.locks.request('parlor-refresh', work) : work();
}

async function refreshAcrossTabs(): Promise<boolean> {
	const asked = Date.now();
	return alone(() =>
		current && current.receivedAt >= asked && !isLeaving() ? Promise.resolve(true) : refreshNow()
	);
}

/** Somebody pressed "Sign out" and the server has not heard of it yet. */
export function isLeaving(): boolean {
	return readStored(leavingSlot) !== undefined;
}

/**
 * Signs this browser out. Without an answer the tokens are forgotten all the same, and the server is told before anybody
 * asks for new ones; only where that cannot be remembered the person stays signed in and reads why. True when told.
 */
export async function signOut(): Promise<boolean> {
	writeStored(leavingSlot, '1');
	try {
		await alone(leave);
	} catch (error) {
		if (!isLeaving()) throw asProblem(error);
	}
	forget();
	return !isLeaving();
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
