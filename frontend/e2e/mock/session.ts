/** Signs in at the mock by its cookie, with a world of the test's own, and stands in for the socket. */
import type { BrowserContext, WebSocketRoute } from '@playwright/test';
import type { Role } from '../fixtures';
import * as data from './data.mjs';

const url = `http://127.0.0.1:${process.env.MOCK_PORT ?? 4599}`;

export async function enter(context: BrowserContext, test: string, role?: Role): Promise<void> {
	await context.addCookies([{ name: 'mock_test', value: test.replaceAll(/\W/g, ''), url }]);
	await context.routeWebSocket('**/live?ticket=*', (socket) => answer(socket, role ?? 'member'));
	if (!role) return;
	await context.addCookies([{ name: 'parlor_refresh', value: role, url, httpOnly: true }]);
	await context.addInitScript(() => localStorage.setItem('parlor.signed-in', '1'));
}

/** Says yes to every subscription, with both sides there, and answers pings. Knows shapes, not rules, like the mock. */
function answer(socket: WebSocketRoute, you: Role): void {
	const say = (type: string, body: unknown, session_id?: string) =>
		socket.send(JSON.stringify({ v: 1, type, session_id, at: data.at(0), data: body }));
	socket.onMessage((text) => {
		const frame = JSON.parse(String(text)) as { type: string; session_id?: string };
		if (frame.type === 'ping') say('pong', { last_seq: {} });
		if (frame.type !== 'subscribe') return;
		const session = Object.values(data.sessions)
			.map((make) => make())
			.find(({ id }) => id === frame.session_id);
		if (!session) return;
		const peers = [
			{ peer_id: 'a', side: 'member' },
			{ peer_id: 'b', side: 'host' }
		];
		// Older than what the mock's API says, which knows what has happened in this test.
		const told = { ...session, you, now: data.at(-60_000) };
		say('subscribed', { peer_id: 'a', last_seq: 1, peers, session: told }, frame.session_id);
	});
}
