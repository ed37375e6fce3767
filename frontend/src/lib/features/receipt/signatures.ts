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

async function readSiteKeys(): Promise<string[] | undefined> {
	try {
		const reply = await fetch('/.well-known/jwks.json', { signal: AbortSignal.timeout(10_000) });
		const { keys } = (await reply.json()) as { keys: { kid?: string }[] };
		return keys.flatMap(({ kid }) => kid ?? []);
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
