import { describe, expect, it } from 'vitest';
import { partsOf } from './links';

const links = (text: string) => partsOf(text).flatMap((part) => (part.url ? [part.url.href] : []));

describe('addresses in a message', () => {
	it.each([
		['see https://example.com/a?b=1#c now', ['https://example.com/a?b=1#c']],
		['Two: http://a.example, https://b.example.', ['http://a.example/', 'https://b.example/']],
		['(https://a.example/x)', ['https://a.example/x']],
		['https://a.example/wiki/Moon_(card)', ['https://a.example/wiki/Moon_(card)']],
		['HTTPS://A.EXAMPLE', ['https://a.example/']]
	])('%s', (text, found) => expect(links(text)).toEqual(found));

	it.each([
		'javascript:alert(1)',
		'data:text/html,x',
		'www.example.com',
		'https://',
		'https://localhost/x',
		'https://user@evil.example/',
		'https://bank.example@evil.example/',
		`https://a.example/${'x'.repeat(2000)}`,
		'file:///etc/passwd',
		'plain words'
	])('%s has none', (text) => expect(links(text)).toEqual([]));

	it('show_the_host_as_it_is_and_not_as_it_looks', () => {
		const [part] = partsOf('https://аpple.example/');
		expect(part?.url?.host).toBe('xn--pple-43d.example');
	});

	it('lose_and_change_no_character_of_the_text', () => {
		const texts = [
			'',
			'a https://b.example, c (https://d.example/e) f',
			'https://a.example\nhttps://b.example'
		];
		for (const text of texts)
			expect(
				partsOf(text)
					.map((part) => part.text)
					.join('')
			).toBe(text);
	});
});
