import { describe, expect, it } from 'vitest';
import { defaultSite } from '$lib/brand/site';
import { wordsOf } from '$lib/brand/words';
import { problemPages } from '$lib/features/problems/catalog';
import { KeyKeeper } from './client';
import { ProblemError, unwrap } from './problem';
import { generalProblems, problemMessage } from './problem-message';
import { refusals } from './refusals';

const context = { words: wordsOf(defaultSite), currency: 'USD' };
const problem = (key: string, status = 409, extra: Record<string, unknown> = {}) =>
	new ProblemError(status, { type: `/problems/${key}`, title: key, status, ...extra });
const say = (one: ProblemError) => problemMessage(one, context, refusals);

describe('a problem', () => {
	it('names_the_figures_that_it_carries', () => {
		const funds = problem('funds-too-low', 402, { needed_minor: 299, available_minor: 120 });
		expect(say(funds)).toContain('$2.99');
		expect(say(funds)).toContain('$1.20');
		expect(say(problem('funds-too-low', 402))).not.toContain('undefined');
		expect(say(problem('code-wrong', 400, { tries_left: 1 }))).toContain('one try');
		expect(say(problem('code-wrong', 400, { tries_left: 0 }))).toContain('Ask for a new one');
	});

	it('speaks_in_the_words_of_the_brand', () => {
		const words = wordsOf({ ...defaultSite, words: { ...defaultSite.words, host: 'Teacher' } });
		expect(problemMessage(problem('host-busy'), { ...context, words }, refusals)).toContain('teacher');
	});

	it('without_a_sentence_here_uses_the_detail_of_the_server', () => {
		expect(say(problem('brand-new', 409, { detail: 'Try on Monday.' }))).toBe('Try on Monday.');
	});

	it('of_a_broken_server_never_shows_its_inner_words', () => {
		expect(say(problem('brand-new', 500, { detail: 'panic at line 3' }))).not.toContain('panic');
	});

	it('ties_field_errors_to_their_fields', () => {
		const refused = problem('invalid-request', 400, {
			errors: [{ pointer: '/email', detail: 'too long' }, { pointer: 3 }, null]
		});
		expect(refused.field('email')).toBe('too long');
		expect(refused.fields.size).toBe(1);
	});

	it.each([...generalProblems, ...Object.keys(refusals)].filter((key) => key !== 'network'))(
		'%s_has_a_page',
		(key) => expect(Object.keys(problemPages)).toContain(key)
	);
});

describe('an answer', () => {
	it('without_json_or_without_an_answer_is_a_network_problem', async () => {
		await expect(unwrap(Promise.reject(new TypeError('offline')))).rejects.toMatchObject({ key: 'network' });
		const response = new Response('<html>', { status: 502 });
		await expect(unwrap(Promise.resolve({ error: '<html>', response }))).rejects.toMatchObject({
			key: 'network'
		});
	});
});

describe('an idempotency key', () => {
	it('stays_for_retries_of_one_request_and_changes_with_it', () => {
		const keys = new KeyKeeper();
		const first = keys.keyFor({ amount_minor: 100 });
		expect(first).toMatch(/^[!-~]{8,200}$/);
		expect(keys.keyFor({ amount_minor: 100 })).toBe(first);
		const other = keys.keyFor({ amount_minor: 200 });
		expect(other).not.toBe(first);
		keys.done();
		expect(keys.keyFor({ amount_minor: 200 })).not.toBe(other);
	});
});
