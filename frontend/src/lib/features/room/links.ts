/**
 * Finds web addresses in what somebody wrote. A message never contains a link that can be pressed by accident: it stays
 * text, and beside it stands a step that shows the true host first.
 */
export interface Part {
	text: string;
	/** The address, if this part is one: `http` or `https`, normalized, its host in ASCII. */
	url?: URL;
}

const candidate = /\bhttps?:\/\/[^\s<>"'`]+/gi;
/** What ends a sentence is not part of the address before it. */
const trailing = /[.,;:!?…]+$/;
const addressMax = 2000;

function closesMore(text: string, open: string, close: string): boolean {
	return text.endsWith(close) && text.split(close).length > text.split(open).length;
}

/** The address without the punctuation of the sentence around it. */
function trimmed(text: string): string {
	let address = text;
	for (;;) {
		const before = address;
		address = address.replace(trailing, '');
		if (closesMore(address, '(', ')') || closesMore(address, '[', ']')) address = address.slice(0, -1);
		if (address === before) return address;
	}
}

function urlOf(text: string): URL | undefined {
	if (text.length > addressMax || !URL.canParse(text)) return undefined;
	const url = new URL(text);
	// A name before the host makes one address look like another.
	if (url.username || url.password || !url.hostname.includes('.')) return undefined;
	return url;
}

export function partsOf(text: string): Part[] {
	const parts: Part[] = [];
	let end = 0;
	const add = (upTo: number) => {
		if (upTo > end) parts.push({ text: text.slice(end, upTo) });
		end = upTo;
	};
	for (const found of text.matchAll(candidate)) {
		const address = trimmed(found[0]);
		const url = urlOf(address);
		if (!url) continue;
		add(found.index);
		end = found.index + address.length;
		parts.push({ text: address, url });
	}
	add(text.length);
	return parts;
}
