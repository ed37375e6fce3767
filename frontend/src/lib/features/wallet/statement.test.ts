import { expect, it } from 'vitest';
import { statement } from '../../../../e2e/mock/data.mjs';
import type { StatementLine, Wallet } from '$lib/api/types';
import { readAmount } from './amount';
import { groupByCause } from './statement';

const lines = statement as unknown as StatementLine[];

it('keeps_all_lines_of_one_session_together_and_adds_them_up', () => {
	const causes = groupByCause(lines);
	expect(causes.map((cause) => cause.lines.length)).toEqual([3, 1, 10]);
	expect(causes.map((cause) => cause.amount_minor)).toEqual([-897, 5000, -1794]);
	const total = lines.reduce((sum, line) => sum + line.amount_minor, 0);
	expect(causes.reduce((sum, cause) => sum + cause.amount_minor, 0)).toBe(total);
});

it('refuses_amounts_outside_the_range_before_they_are_sent', () => {
	const wallet = { currency: 'USD', top_up_min_minor: 100, top_up_max_minor: 50_000 } as Wallet;
	expect(readAmount('1', wallet)).toEqual({ minor: 100 });
	expect(readAmount('500', wallet)).toEqual({ minor: 50_000 });
	for (const text of ['0.99', '500.01', 'abc', '']) expect(readAmount(text, wallet)).toHaveProperty('error');
});
