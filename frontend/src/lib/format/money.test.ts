import { describe, expect, it } from 'vitest';
import { currencySign, decimalText, formatMoney, formatSigned, minorDigits, parseMoney } from './money';

describe('formatting money', () => {
	it('shows_minor_units_exactly', () => {
		expect(formatMoney(0, 'USD')).toBe('$0.00');
		expect(formatMoney(5, 'USD')).toBe('$0.05');
		expect(formatMoney(299, 'USD')).toBe('$2.99');
		expect(formatMoney(-299, 'USD')).toBe('-$2.99');
		expect(formatMoney(123456789, 'USD')).toBe('$1,234,567.89');
	});

	it('does_not_lose_a_cent_beyond_what_a_float_can_hold', () => {
		expect(formatMoney(9007199254740991, 'USD')).toBe('$90,071,992,547,409.91');
	});

	it('knows_currencies_without_and_with_three_digits', () => {
		expect(minorDigits('JPY')).toBe(0);
		expect(formatMoney(500, 'JPY')).toBe('¥500');
		expect(decimalText(1234, 'KWD')).toBe('1.234');
	});

	it('signs_what_comes_in_and_what_goes_out', () => {
		expect(formatSigned(299, 'USD')).toBe('+$2.99');
		expect(formatSigned(-299, 'USD')).toBe('\u2212$2.99');
		expect(formatSigned(0, 'USD')).toBe('$0.00');
		expect(currencySign('USD')).toBe('$');
	});
});

describe('reading money', () => {
	it.each([
		['25', 2500],
		['25.5', 2550],
		['25.50', 2550],
		[' $25.50 ', 2550],
		['1,000', 100000],
		['25.', 2500],
		['0.01', 1]
	])('reads_%s_as_%i_cents', (text, minor) => expect(parseMoney(text, 'USD')).toBe(minor));

	it.each(['', '.', '.5', '25.505', '-5', '1e3', 'ten', '0x10', '12 34', '99999999999'])(
		'refuses_%s_instead_of_guessing',
		(text) => expect(parseMoney(text, 'USD')).toBeUndefined()
	);

	it('refuses_a_fraction_of_a_currency_that_has_none', () => {
		expect(parseMoney('500', 'JPY')).toBe(500);
		expect(parseMoney('500.5', 'JPY')).toBeUndefined();
	});

	it('reads_what_it_writes', () => {
		for (const minor of [0, 1, 99, 100, 12345, 50000]) {
			expect(parseMoney(decimalText(minor, 'USD'), 'USD')).toBe(minor);
		}
	});
});
