/** Signs in at the mock by its cookie, with a world of the test's own. */
import type { BrowserContext } from '@playwright/test';
import type { Role } from '../fixtures';

const url = `http://127.0.0.1:${process.env.MOCK_PORT ?? 4599}`;

export async function enter(context: BrowserContext, test: string, role?: Role): Promise<void> {
	await context.addCookies([{ name: 'mock_test', value: test.replaceAll(/\W/g, ''), url }]);
	if (!role) return;
	await context.addCookies([{ name: 'parlor_refresh', value: role, url, httpOnly: true }]);
	await context.addInitScript(() => localStorage.setItem('parlor.signed-in', '1'));
}
