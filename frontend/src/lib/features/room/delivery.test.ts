import { describe, expect, it } from 'vitest';
import type { Message } from '$lib/api/types';
import { deliveryOf, further, lastOf } from './delivery';

const message = (id: string, from: Message['from'] = 'member'): Message => ({
	id,
	session_id: 's',
	from,
	text: '',
	sent_at: ''
});

describe('how far a message has come', () => {
	const marks = { member: {}, host: { delivered_up_to: 'c', read_up_to: 'b' } };
	it('is_told_by_the_marks_of_the_other_side', () => {
		const all = ['a', 'b', 'c', 'd'].map((id) => deliveryOf(message(id), marks));
		expect(all).toEqual(['read', 'read', 'delivered', 'sent']);
	});
	it('is_not_told_by_ones_own', () => expect(deliveryOf(message('a', 'host'), marks)).toBe('sent'));
});

it('marks_only_move_on', () => {
	const before = { member: { read_up_to: 'c' }, host: {} };
	const heard = { member: { read_up_to: 'b', delivered_up_to: 'b' }, host: { read_up_to: 'a' } };
	expect(further(before, heard)).toEqual({
		member: { read_up_to: 'c', delivered_up_to: 'b' },
		host: { read_up_to: 'a', delivered_up_to: undefined }
	});
	expect(further(heard, before).member.read_up_to).toBe('c');
});

it('the_last_message_of_a_side_is_what_there_is_to_mark', () => {
	const messages = [message('a'), message('b', 'host'), message('c')];
	expect([lastOf(messages, 'member'), lastOf(messages, 'host'), lastOf([], 'host')]).toEqual([
		'c',
		'b',
		undefined
	]);
});
