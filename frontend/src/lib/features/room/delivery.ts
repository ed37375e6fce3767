/** How far a message has come, from the marks of the other side. Ids are in order of time, so a mark covers all before it. */
import type { Message } from '$lib/api/types';

export type Delivery = 'sent' | 'delivered' | 'read';

export interface Mark {
	delivered_up_to?: string;
	read_up_to?: string;
}

export interface Marks {
	member: Mark;
	host: Mark;
}

export function deliveryOf(message: Message, marks: Marks): Delivery {
	const other = marks[message.from === 'member' ? 'host' : 'member'];
	if (other.read_up_to !== undefined && message.id <= other.read_up_to) return 'read';
	if (other.delivered_up_to !== undefined && message.id <= other.delivered_up_to) return 'delivered';
	return 'sent';
}

/** Marks only ever move on: an older word about them changes nothing. */
export function further(before: Marks, heard: Marks): Marks {
	const later = (a: string | undefined, b: string | undefined) =>
		a === undefined || (b !== undefined && b > a) ? b : a;
	const mark = (a: Mark, b: Mark): Mark => ({
		delivered_up_to: later(a.delivered_up_to, b.delivered_up_to),
		read_up_to: later(a.read_up_to, b.read_up_to)
	});
	return { member: mark(before.member, heard.member), host: mark(before.host, heard.host) };
}

/** The last message of the other side: what there is to mark. */
export function lastOf(messages: readonly Message[], from: 'member' | 'host'): string | undefined {
	return messages.findLast((message) => message.from === from)?.id;
}
