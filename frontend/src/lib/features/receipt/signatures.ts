/** The signatures of published roots, checked with WebCrypto: RSASSA-PKCS1-v1_5 with SHA-256, the RS256 of RFC 7518. */
import type { Report, RootLine } from './report';
import { verifier } from './verifier';

/** Everything that was found out about a document. */
export interface Verdict {
	report: Report;
	/** As `report.roots`: whether each was signed by the key that it names. */
	signed: boolean[];
	/** Fingerprints of the keys that the site says are its own; absent when it could not be asked. */
	siteKeys?: string[];
}

function bytes(base64url: string): Uint8Array<ArrayBuffer> {
	const text = atob(base64url.replaceAll('-', '+').replaceAll('_', '/'));
	return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

export async function isSigned(line: RootLine): Promise<boolean> {
	if (!line.jwk) return false;
	const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
	try {
		const key = await crypto.subtle.importKey('jwk', { ...line.jwk, ext: true }, algorithm, false, [
			'verify'
		]);
		const input = new TextEncoder().encode(line.signing_input);
		return await crypto.subtle.verify(algorithm, key, bytes(line.signature), input);
	} catch {
		// A key or a signature that cannot be read signs nothing.
		return false;
	}
}

/** Fingerprints of the keys that a key set has for roots; undefined when it is no key set. */
export function rootKeys(keySet: unknown): string[] | undefined {
	const { keys } = (keySet ?? {}) as { keys?: { kid?: unknown; purpose?: unknown }[] };
	if (!Array.isArray(keys)) return undefined;
	return keys.flatMap((key) => (key?.purpose === 'roots' && typeof key.kid === 'string' ? key.kid : []));
}

async function readSiteKeys(): Promise<string[] | undefined> {
	try {
		const reply = await fetch('/.well-known/jwks.json', { signal: AbortSignal.timeout(10_000) });
		return rootKeys(await reply.json());
	} catch {
		return undefined;
	}
}

/** Checks a receipt from the text of its file. Only the question after the site's keys needs a network. */
export async function verify(document: string): Promise<Verdict> {
	const report = (await verifier())(document);
	const signed = await Promise.all(report.roots.map(isSigned));
	const siteKeys = report.roots.length > 0 ? await readSiteKeys() : undefined;
	return { report, signed, siteKeys };
}

/** Whether a key is one that the site names, is not, or could not be asked after. */
export function keyState(verdict: Verdict, kid: string): 'ours' | 'other' | 'unknown' {
	if (!verdict.siteKeys) return 'unknown';
	return verdict.siteKeys.includes(kid) ? 'ours' : 'other';
}

/** Whether the signing keys are all known to be the site's. Anybody can make a key, so without this nothing is proven. */
export const keysKnown = (verdict: Verdict): boolean =>
	verdict.report.roots.every(({ kid }) => keyState(verdict, kid) === 'ours');

/** Whether nothing that the document proves is wrong. What is not proven yet is not wrong. */
export function proofsHold(verdict: Verdict): boolean {
	const { report, signed } = verdict;
	return (
		report.entries_hold &&
		report.proofs_hold &&
		signed.every(Boolean) &&
		report.roots.every(({ kid }) => keyState(verdict, kid) !== 'other')
	);
}
