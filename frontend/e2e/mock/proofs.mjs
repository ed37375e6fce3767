// Proofs for a mock receipt, made as docs/proofs.md says and not by the code under test: a second pair of eyes on the format.
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto';

/** @param {(string | Buffer)[]} parts */
const sha256 = (...parts) =>
	parts
		.reduce((/** @type {import('node:crypto').Hash} */ hash, part) => hash.update(part), createHash('sha256'))
		.digest();
/** @param {string} data */
export const leafHash = (data) => sha256(Buffer.of(0), data);
/** @param {Buffer} left @param {Buffer} right */
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right);
/** @param {number} count */
const middle = (count) => 2 ** Math.floor(Math.log2(count - 1));

/** @param {Buffer[]} hashes @returns {Buffer} */
export function rootOf(hashes) {
	if (hashes.length === 0) return sha256();
	if (hashes.length === 1) return /** @type {Buffer} */ (hashes[0]);
	const at = middle(hashes.length);
	return nodeHash(rootOf(hashes.slice(0, at)), rootOf(hashes.slice(at)));
}

/** @param {Buffer[]} hashes @param {number} index @returns {Buffer[]} */
function pathOf(hashes, index) {
	if (hashes.length === 1) return [];
	const at = middle(hashes.length);
	const [left, right] = [hashes.slice(0, at), hashes.slice(at)];
	return index < at ? [...pathOf(left, index), rootOf(right)] : [...pathOf(right, index - at), rootOf(left)];
}

/** @typedef {{ id: string, reason: string, currency: string, at: string, postings: { account: string, amount_minor: number }[] }} Entry */

/** @param {Entry} entry @param {string} salt */
export const leafData = (entry, salt) =>
	[
		'parlor-entry-1',
		`id=${entry.id}`,
		`reason=${entry.reason}`,
		`currency=${entry.currency}`,
		`at_ms=${Date.parse(entry.at)}`,
		...entry.postings.flatMap(({ account, amount_minor }) => [
			`account=${account}`,
			`amount_minor=${amount_minor}`
		]),
		`salt=${salt}`,
		''
	].join('\n');

const pair = generateKeyPairSync('rsa', { modulusLength: 3072 });
const { e, kty, n } = pair.publicKey.export({ format: 'jwk' });
const jwk = { e, kty, n };
export const kid = sha256(JSON.stringify(jwk)).toString('base64url');
export const keySet = { keys: [{ ...jwk, kid, alg: 'RS256', use: 'sig', purpose: 'roots' }] };

/** @param {unknown} value */
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** @param {object} root @param {object} [header] */
export function sign(root, header = {}) {
	const protectedHeader = part({ alg: 'RS256', jwk, kid, typ: 'parlor-root', ...header });
	const payload = part(root);
	const signer = createSign('RSA-SHA256').update(`${protectedHeader}.${payload}`);
	return {
		payload,
		protected: protectedHeader,
		signature: signer.sign(pair.privateKey).toString('base64url')
	};
}

/**
 * The receipt with the entries that it would have, proven in one hour.
 * @template {{ session_id: string, currency: string, member: { id: string }, host: { id: string }, rate_minor: number, minutes: any[], released: { minutes: number, amount_minor: number }, share_minor: number, fee_minor: number, settled_at: string }} R
 * @param {R} receipt
 */
export function proven(receipt) {
	const { session_id, currency, rate_minor } = receipt;
	const held = `session:${session_id}:held`;
	const spending = `member:${receipt.member.id}:spending`;
	const earnings = `host:${receipt.host.id}:earnings`;
	/** @param {number} number */
	const place = (number) => String(number).padStart(5, '0');
	const minutes = receipt.minutes.map((minute) => ({
		...minute,
		entry_id: `${session_id}:MINUTE#${place(minute.number)}`
	}));
	const leased = minutes.length + receipt.released.minutes;
	/** @type {Entry[]} */
	const entries = Array.from({ length: leased }, (_, index) => ({
		id: `${session_id}:MINUTE#${place(index + 1)}`,
		reason: 'session_minute',
		currency,
		at: (minutes[index] ?? minutes[minutes.length - 1]).charged_at,
		postings: [
			{ account: spending, amount_minor: -rate_minor },
			{ account: held, amount_minor: rate_minor }
		]
	}));
	for (const { number, refunded_minor, share_minor, fee_minor } of minutes) {
		if (!refunded_minor) continue;
		entries.push({
			id: `${session_id}:REFUND#${place(number)}`,
			reason: 'refund',
			currency,
			at: receipt.settled_at,
			postings: [
				{ account: earnings, amount_minor: -share_minor },
				{ account: 'platform:fees', amount_minor: -fee_minor },
				{ account: spending, amount_minor: refunded_minor }
			]
		});
	}
	entries.push({
		id: `${session_id}:SETTLEMENT`,
		reason: 'settlement',
		currency,
		at: receipt.settled_at,
		postings: [
			{ account: held, amount_minor: -rate_minor * leased },
			{ account: earnings, amount_minor: receipt.share_minor },
			{ account: 'platform:fees', amount_minor: receipt.fee_minor },
			{ account: spending, amount_minor: receipt.released.amount_minor }
		].filter(({ amount_minor }) => amount_minor !== 0)
	});
	const hour = receipt.settled_at.slice(0, 13);
	const leaves = entries.map((entry) => {
		const salt = randomBytes(32).toString('hex');
		return { entry, salt, hash: leafHash(leafData(entry, salt)) };
	});
	const others = Array.from({ length: 6 }, () => randomBytes(32));
	const hashes = [...leaves.map(({ hash }) => hash), ...others].sort(Buffer.compare);
	const root = {
		format: 'parlor-root-1',
		issuer: 'http://127.0.0.1:4599',
		hour,
		count: hashes.length,
		root: rootOf(hashes).toString('hex'),
		previous: sha256('the hour before').toString('hex')
	};
	const proofs = {
		entries: leaves.map(({ entry, salt, hash }) => {
			const index = hashes.indexOf(hash);
			const path = pathOf(hashes, index).map((one) => one.toString('hex'));
			return { ...entry, proof: { hour, index, salt, path } };
		}),
		roots: [sign(root)]
	};
	return { ...receipt, minutes, settlement_entry_id: `${session_id}:SETTLEMENT`, proofs };
}
