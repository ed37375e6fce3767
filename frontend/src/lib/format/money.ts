/** Money for people. Amounts are integer minor units with a currency; nothing here computes with fractions. */

const locale = 'en-US';
const formats = new Map<string, Intl.NumberFormat>();

function formatOf(currency: string): Intl.NumberFormat {
	let format = formats.get(currency);
	if (!format) {
		format = new Intl.NumberFormat(locale, { style: 'currency', currency });
		formats.set(currency, format);
	}
	return format;
}

/** Digits after the point: 2 for USD, 0 for JPY. */
export function minorDigits(currency: string): number {
	return formatOf(currency).resolvedOptions().maximumFractionDigits ?? 2;
}

/** `499` -> `"4.99"`: the exact decimal text of an amount, with a point. */
export function decimalText(minor: number, currency: string): string {
	const digits = minorDigits(currency);
	const sign = minor < 0 ? '-' : '';
	const text = Math.abs(minor)
		.toString()
		.padStart(digits + 1, '0');
	return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** `499, "USD"` -> `"$4.99"`. */
export function formatMoney(minor: number, currency: string): string {
	return formatOf(currency).format(decimalText(minor, currency) as Intl.StringNumericLiteral);
}

/** As `formatMoney`, with a plus sign for what comes in: statements are read by their signs. */
export function formatSigned(minor: number, currency: string): string {
	const text = formatMoney(Math.abs(minor), currency);
	return minor > 0 ? `+${text}` : minor < 0 ? `\u2212${text}` : text;
}

/** `"$"`, for the front of an input field. */
export function currencySign(currency: string): string {
	return (
		formatOf(currency)
			.formatToParts(0)
			.find((part) => part.type === 'currency')?.value ?? currency
	);
}

/** What a person typed (`12`, `12.5`, `12.50`) in minor units; undefined when it is no exact amount. */
export function parseMoney(text: string, currency: string): number | undefined {
	const digits = minorDigits(currency);
	const match = /^(\d{1,9})(?:\.(\d*))?$/.exec(text.trim().replace(/^\$/, '').replaceAll(',', ''));
	if (!match) return undefined;
	const [, whole = '', fraction = ''] = match;
	if (fraction.length > digits) return undefined;
	return Number(whole + fraction.padEnd(digits, '0'));
}
