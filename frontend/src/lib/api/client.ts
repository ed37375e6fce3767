/** The typed client. Every call goes to this origin; tokens are added by `tokens.ts`. */
import createClient from 'openapi-fetch';
import type { paths } from './schema';
import { authorizedFetch } from './tokens';

export const api = createClient<paths>({ baseUrl: '', fetch: authorizedFetch });

/** The header that makes repeating a call harmless. Make the key before the first try and keep it for retries. */
export function idempotent(key: string): { 'Idempotency-Key': string } {
	return { 'Idempotency-Key': key };
}

export function newKey(): string {
	const bytes = crypto.getRandomValues(new Uint8Array(16));
	return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * A key per distinct request: the same until the request was answered with success, then a new one.
 * So a second press after a lost answer repeats the first call, and another amount is another call.
 */
export class KeyKeeper {
	#body: string | undefined;
	#key: string | undefined;

	keyFor(body: unknown): string {
		const text = JSON.stringify(body);
		if (!this.#key || this.#body !== text) {
			this.#key = newKey();
			this.#body = text;
		}
		return this.#key;
	}

	done(): void {
		this.#key = undefined;
	}
}
