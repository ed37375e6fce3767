import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { receipt as example } from '../../../../e2e/mock/data.mjs';
import { keySet, kid, sign } from '../../../../e2e/mock/proofs.mjs';
import { minuteMarks, type Line, type Rule } from './report';
import { isSigned, keysKnown, proofsHold, rootKeys, type Verdict } from './signatures';
import { DOCUMENT_BYTES_MAX, NotAReceipt, instantiate, type Verifier } from './verifier';

const wasm = readFileSync(new URL('./proof.wasm', import.meta.url));
let verify: Verifier;
beforeAll(async () => {
	verify = await instantiate(wasm);
});

type Receipt = Omit<typeof example, 'minutes'> & { minutes: Record<string, number | string>[] };
const copy = () => structuredClone(example) as Receipt;
const check = (receipt: unknown) => verify(JSON.stringify(receipt));
const wrong = (receipt: unknown): Line[] => check(receipt).lines.filter(({ holds }) => !holds);

it('is_small_enough_to_be_fetched_for_a_receipt', () => {
	expect(gzipSync(wasm, { level: 9 }).length).toBeLessThan(150 * 1024);
});

describe('a receipt', () => {
	it('that_adds_up_passes_line_by_line', () => {
		const report = check(copy());
		expect(report.figures_hold).toBe(true);
		// Two stretches and their order, two figures of time, five a minute, six totals.
		expect(report.lines).toHaveLength(2 + 1 + 2 + 5 * 8 + 6);
	});

	const changes: [Rule, (receipt: Receipt) => unknown][] = [
		['interval_length', (receipt) => (receipt.intervals[0]!.active_ms += 1)],
		['interval_order', (receipt) => receipt.intervals.reverse()],
		['active_time', (receipt) => (receipt.active_ms += 1)],
		['minutes_owed', (receipt) => receipt.minutes.pop()],
		['minute_number', (receipt) => (receipt.minutes[3]!.number = 9)],
		['minute_rate', (receipt) => (receipt.minutes[0]!.rate_minor = 300)],
		['minute_share', (receipt) => (receipt.minutes[0]!.share_minor = 210)],
		['minute_fee', (receipt) => (receipt.minutes[0]!.fee_minor = 89)],
		['minute_refund', (receipt) => (receipt.minutes[1]!.refunded_minor = 300)],
		['released', (receipt) => (receipt.released.amount_minor -= 1)],
		['gross', (receipt) => (receipt.gross_minor += 299)],
		['share', (receipt) => (receipt.share_minor += 1)],
		['fee', (receipt) => (receipt.fee_minor -= 1)],
		['whole', (receipt) => (receipt.fee_minor += 1)],
		['refunded', (receipt) => (receipt.refunded_minor = 0)],
		['minute_share', (receipt) => (receipt.fee_rule.platform_percent = '130')]
	];
	it.each(changes)('is_caught_by_the_rule_%s', (rule, change) => {
		const receipt = copy();
		change(receipt);
		expect(wrong(receipt).map((line) => line.rule)).toContain(rule);
		expect(check(receipt).figures_hold).toBe(false);
	});

	it('says_which_minute_differs_and_what_it_should_be', () => {
		const receipt = copy();
		receipt.minutes[4]!.share_minor = 300;
		const line = { rule: 'minute_share', number: 5, said: 300, computed: 209, holds: false };
		expect(wrong(receipt)).toContainEqual(line);
		const marks = minuteMarks(check(receipt));
		expect([...marks].filter(([, holds]) => !holds)).toEqual([[5, false]]);
	});

	it.each([
		'',
		'{}',
		'null',
		'[]',
		'{"session_id":1}',
		'\u0000',
		JSON.stringify({ ...example, rate_minor: 1.5 })
	])('that_is_none_is_refused: %j', (text) => expect(() => verify(text)).toThrow(NotAReceipt));

	it('that_is_too_long_is_refused_and_the_next_one_still_checked', () => {
		expect(() => verify(' '.repeat(DOCUMENT_BYTES_MAX + 1))).toThrow(NotAReceipt);
		expect(check(copy()).figures_hold).toBe(true);
	});

	it('of_a_whole_day_is_checked_without_a_wait', () => {
		const receipt = copy();
		const minutes = 1440;
		receipt.intervals = [
			{ from: '2026-11-18T00:00:00Z', until: '2026-11-19T00:00:00Z', active_ms: 86_400_000 }
		];
		receipt.active_ms = 86_400_000;
		receipt.minutes = Array.from({ length: minutes }, (_, at) => ({
			...receipt.minutes[0]!,
			number: at + 1,
			refunded_minor: 0
		}));
		receipt.gross_minor = 299 * minutes;
		receipt.share_minor = 209 * minutes;
		receipt.fee_minor = 90 * minutes;
		receipt.refunded_minor = 0;
		expect(wrong(receipt)).toEqual([]);
	});
});

describe('the proofs of a receipt', () => {
	type Proven = typeof example;
	const proven = () => structuredClone(example);
	async function verdict(receipt: unknown): Promise<Verdict> {
		const report = check(receipt);
		return { report, signed: await Promise.all(report.roots.map(isSigned)), siteKeys: rootKeys(keySet) };
	}

	it('hold_and_are_signed_by_the_key_of_the_site', async () => {
		const found = await verdict(proven());
		expect(found.report.entries.map(({ included }) => included)).toEqual(Array(11).fill('yes'));
		expect(found.signed).toEqual([true]);
		expect(found.report.roots[0]?.kid).toBe(kid);
		expect(proofsHold(found)).toBe(true);
		expect(found.report.pending).toBe(false);
	});

	it('do_not_hold_by_a_key_that_the_site_does_not_name_but_may_when_it_cannot_be_asked', async () => {
		const found = await verdict(proven());
		expect(proofsHold({ ...found, siteKeys: ['another'] })).toBe(false);
		expect(proofsHold({ ...found, siteKeys: undefined })).toBe(true);
		expect(keysKnown({ ...found, siteKeys: undefined })).toBe(false);
		expect(keysKnown(found)).toBe(true);
	});

	it('are_signed_by_no_key_that_the_site_has_for_something_else', () => {
		const [key] = keySet.keys;
		expect(rootKeys({ keys: [{ ...key, purpose: undefined }, null, { ...key, kid: 1 }] })).toEqual([]);
		expect(rootKeys(keySet)).toEqual([kid]);
		for (const none of [null, 'keys', {}, { keys: 'many' }]) expect(rootKeys(none)).toBeUndefined();
	});

	const root = (receipt: Proven) =>
		JSON.parse(Buffer.from(receipt.proofs.roots[0]!.payload, 'base64url').toString()) as object;
	const changes: [string, (receipt: Proven) => unknown][] = [
		['an_amount', ({ proofs }) => (proofs.entries[0]!.postings[0]!.amount_minor -= 1)],
		['a_salt', ({ proofs }) => (proofs.entries[0]!.proof.salt = '0'.repeat(64))],
		['a_path', ({ proofs }) => proofs.entries[0]!.proof.path.reverse()],
		['an_hour', ({ proofs }) => (proofs.entries[0]!.proof.hour = '2026-11-18T19')],
		['an_entry_left_out', ({ proofs }) => proofs.entries.splice(3, 1)],
		['an_entry_twice', ({ proofs }) => proofs.entries.push(proofs.entries[0]!)],
		['no_root', ({ proofs }) => proofs.roots.pop()],
		['a_signature', ({ proofs }) => (proofs.roots[0]!.signature = 'A'.repeat(342))],
		[
			'another_root_well_signed',
			(receipt) => {
				receipt.proofs.roots = [sign({ ...root(receipt), root: '0'.repeat(64) })];
			}
		],
		[
			'a_root_that_was_changed',
			(receipt) => {
				const payload = Buffer.from(JSON.stringify({ ...root(receipt), count: 18 })).toString('base64url');
				receipt.proofs.roots[0]!.payload = payload;
			}
		],
		[
			'a_token_of_the_same_key',
			(receipt) => {
				receipt.proofs.roots = [sign(root(receipt), { typ: 'at+jwt' })];
			}
		],
		[
			'a_key_under_the_name_of_another',
			(receipt) => {
				receipt.proofs.roots = [sign(root(receipt), { kid: 'another' })];
			}
		]
	];
	it.each(changes)('do_not_hold_with_%s', async (_, change) => {
		const receipt = proven();
		change(receipt);
		expect(proofsHold(await verdict(receipt))).toBe(false);
	});

	it('are_pending_when_they_are_missing', async () => {
		const { proofs, ...bare } = proven();
		expect(check(bare)).toMatchObject({ figures_hold: true, pending: true, entries: [] });
		const entries = proofs.entries.map(({ proof: _, ...entry }) => entry);
		const found = await verdict({
			...bare,
			proofs: { provable_at: '2026-11-18T22:10:00Z', entries, roots: [] }
		});
		expect(found.report).toMatchObject({ figures_hold: true, entries_hold: true, pending: true });
		expect(proofsHold(found)).toBe(true);
	});
});
