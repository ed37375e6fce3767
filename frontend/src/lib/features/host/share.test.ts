import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { receipt } from '../../../../e2e/mock/data.mjs';
import { instantiate } from '../receipt/verifier';
import { shareOf } from './share';

const wasm = readFileSync(new URL('../receipt/proof.wasm', import.meta.url));

it.each(['30', '12.5', '33.333333', '0', '100', '0.5'])(
	'the_estimate_at_%s_percent_is_what_the_ledger_gives',
	async (percent) => {
		const verify = await instantiate(wasm);
		for (const rate of [1, 5, 50, 99, 101, 299, 333, 1999, 9999]) {
			const fee_rule = { version: 'x', platform_percent: percent };
			const { lines } = verify(JSON.stringify({ ...receipt, rate_minor: rate, fee_rule }));
			const share = lines.find(({ rule }) => rule === 'minute_share');
			expect(shareOf(rate, percent), String(rate)).toBe(share?.computed);
		}
	}
);

it.each(['101', '-1', '30%', '', '1e1', '30.1234567'])('refuses_the_percentage_%s', (text) =>
	expect(shareOf(299, text)).toBeUndefined()
);
