/** Who is looking: unknown until asked, then signed out or a person. */
import { api } from '$lib/api/client';
import { unwrap } from '$lib/api/problem';
import { adopt, forget, isLeaving, onTokens, refresh, signOut } from '$lib/api/tokens';
import { useZone } from '$lib/format/time';
import { readStored, writeStored } from '$lib/storage';
import type { Me, Role, Tokens } from '$lib/api/types';

export type AuthState =
	| { status: 'unknown' }
	| { status: 'signed-out' }
	| { status: 'unreachable' }
	| { status: 'signed-in'; me: Me };

/** Not a secret: says that asking for a session is worth a call. Protected pages ask in any case. */
const hintSlot = 'parlor.signed-in';

class Auth {
	state = $state.raw<AuthState>({ status: 'unknown' });
	#known = $state(false);
	/** Being asked for in a browser that was signed in before: most likely a person. */
	expected = $derived(this.#known && this.state.status === 'unknown');
	#asked: Promise<void> | undefined;

	constructor() {
		onTokens((tokens) => {
			writeStored(hintSlot, tokens ? '1' : undefined);
			useZone(tokens?.me.time_zone);
			this.state = tokens ? { status: 'signed-in', me: tokens.me } : { status: 'signed-out' };
		});
	}

	get me(): Me | undefined {
		return this.state.status === 'signed-in' ? this.state.me : undefined;
	}

	is(role: Role): boolean {
		return this.me?.roles.includes(role) ?? false;
	}

	/** On a public page: asks only a browser that has been signed in before, or is still to be signed out. */
	start(): void {
		addEventListener('pageshow', this.#cameBack);
		addEventListener('online', () => isLeaving() && void refresh().catch(() => undefined));
		this.#known = readStored(hintSlot) !== undefined;
		if (this.#known || isLeaving()) void this.ensure();
		else if (this.state.status === 'unknown') this.state = { status: 'signed-out' };
	}

	/** Asks the server once. A protected page calls it whatever the hint says. */
	ensure = (): Promise<void> => {
		if (this.state.status === 'signed-in') return Promise.resolve();
		this.#asked ??= refresh()
			.then(() => undefined)
			.catch(() => {
				this.state = { status: 'unreachable' };
				this.#asked = undefined;
			});
		return this.#asked;
	};

	signedIn(tokens: Tokens): void {
		this.#asked = undefined;
		adopt(tokens);
	}

	use(me: Me): void {
		useZone(me.time_zone);
		this.state = { status: 'signed-in', me };
	}

	async reload(): Promise<void> {
		this.use(await unwrap(api.GET('/v1/me')));
	}

	/** The page begins anew, so that nothing of what was read stays in its memory. */
	async signOut(): Promise<void> {
		if (await signOut()) location.reload();
	}

	async signOutEverywhere(): Promise<void> {
		await unwrap(api.POST('/v1/tokens/sign-out-everywhere', { body: {} }));
		forget();
		location.reload();
	}

	/** A page that the browser had kept as it stood comes back, and meanwhile its person has signed out. */
	#cameBack = (event: PageTransitionEvent): void => {
		if (event.persisted && this.me && !readStored(hintSlot)) location.reload();
	};
}

export const auth = new Auth();
