import { expect, it, vi } from 'vitest';
import { Chat } from './chat.svelte';

const sent: string[] = [];
const answers: (() => void)[] = [];
vi.mock('$lib/api/client', () => ({
	newKey: () => String(Math.random()),
	idempotent: (key: string) => ({ 'Idempotency-Key': key }),
	api: {
		POST: (_path: string, { body }: { body: { text: string } }) => {
			sent.push(body.text);
			return new Promise((resolve) =>
				answers.push(() =>
					resolve({
						response: new Response(),
						data: {
							id: body.text === 'first' ? '01' : '02',
							session_id: 's',
							from: 'member',
							text: body.text,
							sent_at: ''
						}
					})
				)
			);
		}
	}
}));
vi.mock('$lib/live/live', () => ({ live: { send: () => true } }));

it('sends_one_message_after_another_so_that_they_stand_in_the_order_they_were_written', async () => {
	const chat = new Chat('s');
	chat.send('first');
	chat.send('second');
	await vi.waitFor(() => expect(sent).toEqual(['first']));
	answers[0]?.();
	await vi.waitFor(() => expect(sent).toEqual(['first', 'second']));
	answers[1]?.();
	await vi.waitFor(() => expect(chat.messages.map((message) => message.text)).toEqual(['first', 'second']));
	chat.stop();
});
