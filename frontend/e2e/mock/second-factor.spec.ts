/** Two-step sign-in, on the mock: setting it up, signing in with it, being made to have it, removing it for somebody. */
import type { Page } from '@playwright/test';
import { expect, expectAccessible, expectNoSidewaysScroll, settled, test } from '../fixtures';
import { enter } from './session';

const wide = { width: 1280, height: 900 };
const narrow = { width: 360, height: 740 };
const shots = process.env.SHOTS;

/** Accessible in dark and light, and not wider than a phone. */
async function look(page: Page, name: string): Promise<void> {
	const shoot = async (look: string) => {
		if (shots) await page.screenshot({ path: `${shots}/${look}-${name}.png`, fullPage: true });
	};
	await settled(page);
	await expectAccessible(page);
	await shoot('dark');
	await page.setViewportSize(narrow);
	await expectNoSidewaysScroll(page);
	await shoot('narrow');
	await page.setViewportSize(wide);
	await page.getByRole('button', { name: 'Switch to light colors' }).click();
	await expectAccessible(page);
	await shoot('light');
	await page.getByRole('button', { name: 'Switch to dark colors' }).click();
}

test('two-step sign-in is set up, its codes are made anew, and it is turned off', async ({
	page,
	context
}, info) => {
	await enter(context, info.title, 'member');
	await page.goto('/account');
	const card = page.getByRole('region', { name: 'Two-step sign-in' });
	await card.getByRole('button', { name: 'Set up two-step sign-in' }).click();
	await expect(card.getByRole('img', { name: 'QR code for your authenticator' })).toBeVisible();
	await expect(card.getByText('GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ')).toBeVisible();
	const code = card.getByLabel('Code from your authenticator');
	await expect(code).toBeFocused();
	await expect(code).toHaveAttribute('autocomplete', 'one-time-code');
	await expect(code).toHaveAttribute('inputmode', 'numeric');
	await look(page, 'factor-setup');
	await code.fill('12');
	await page.keyboard.press('Enter');
	await expect(code).toHaveAttribute('aria-invalid', 'true');
	await code.fill('000000');
	await page.keyboard.press('Enter');
	await expect(card.getByRole('alert')).toContainText('Wait for the next one');
	await code.fill('123 456');
	await page.keyboard.press('Enter');
	await expect(card.getByRole('heading', { name: 'Your recovery codes' })).toBeFocused();
	await expect(card.getByRole('listitem')).toHaveCount(10);
	await look(page, 'factor-recovery');
	const download = page.waitForEvent('download');
	await card.getByRole('button', { name: 'Save as a file' }).click();
	expect((await download).suggestedFilename()).toBe('recovery-codes.txt');
	await page.emulateMedia({ media: 'print' });
	await expect(card.getByText('Recovery codes of mara@example.com')).toBeVisible();
	await expect(page.getByRole('banner')).toBeHidden();
	await page.emulateMedia({ media: 'screen' });
	await card.getByRole('button', { name: 'I have kept them' }).click();
	await expect(card.getByText('Two-step sign-in is on.')).toBeVisible();
	await look(page, 'factor-on');
	await card.getByRole('button', { name: 'Make new recovery codes' }).click();
	await card.getByRole('button', { name: 'Use a recovery code instead' }).click();
	await card.getByLabel('Recovery code').fill('a2kq-a3kq');
	await page.keyboard.press('Enter');
	await expect(card.getByText('A recovery code has 24 letters and digits.')).toBeVisible();
	await card.getByLabel('Recovery code').fill('a2kq-a3kq-a4kq-a5kq-a6kq-a7kq');
	await page.keyboard.press('Enter');
	await card.getByRole('button', { name: 'I have kept them' }).click();
	await card.getByRole('button', { name: 'Turn off' }).click();
	await code.fill('123456');
	await look(page, 'factor-turn-off');
	await card.getByRole('button', { name: 'Turn off' }).click();
	await expect(card.getByText('Two-step sign-in is off.')).toBeVisible();
});

test('a sign-in asks for the second step and takes a recovery code', async ({ page, context }, info) => {
	await enter(context, info.title);
	await page.goto('/sign-in?return_to=/wallet');
	const first = async () => {
		await page.getByLabel('E-mail address').fill('two@example.com');
		await page.getByRole('button', { name: 'Send me a code' }).click();
		await page.getByLabel('Code').fill('123456');
		await page.keyboard.press('Enter');
		await expect(page.getByRole('heading', { name: 'One more step' })).toBeVisible();
	};
	await first();
	await page.getByRole('button', { name: 'Start again' }).click();
	await first();
	await expect(page.getByLabel('Code from your authenticator')).toBeFocused();
	await page.keyboard.type('000000');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('alert')).toContainText('4 tries left');
	await look(page, 'second-step');
	await page.getByRole('button', { name: 'Use a recovery code instead' }).click();
	await expect(page.getByLabel('Recovery code')).toBeFocused();
	await page.keyboard.type('a2kq-a3kq-a4kq-a5kq-a6kq-a7kq');
	await page.keyboard.press('Enter');
	await expect(page).toHaveURL('/wallet');
});

test('who must have a second step and has none is led to setting it up', async ({ page, context }, info) => {
	await enter(context, info.title, 'admin');
	await page.route('**/v1/tokens/refresh', async (route) => {
		const reply = await route.fetch();
		const body = await reply.json();
		await route.fulfill({
			response: reply,
			json: { ...body, me: { ...body.me, second_factor_missing: true } }
		});
	});
	await page.goto('/admin/users');
	await expect(page.getByRole('heading', { level: 1, name: 'A second step is needed' })).toBeVisible();
	await look(page, 'factor-needed');
	await page.getByRole('main').getByRole('link', { name: 'Set up two-step sign-in' }).click();
	const card = page.getByRole('region', { name: 'Two-step sign-in' });
	await expect(card.getByText('Your role needs two-step sign-in.')).toBeVisible();
	await card.getByRole('button', { name: 'Set up two-step sign-in' }).click();
	await page.unroute('**/v1/tokens/refresh');
	await card.getByLabel('Code from your authenticator').fill('123456');
	await page.keyboard.press('Enter');
	await card.getByRole('button', { name: 'I have kept them' }).click();
	await page.getByRole('button', { name: 'Your pages, Ada' }).click();
	await page.getByRole('banner').getByRole('link', { name: 'Administration' }).click();
	await expect(page.getByRole('navigation', { name: 'Administration' })).toBeVisible();
});

test('a page that was left open asks for a new sign-in before it sets one up', async ({
	page,
	context
}, info) => {
	await enter(context, info.title, 'member');
	await page.route('**/v1/me/second-factor', (route) =>
		route.request().method() === 'POST'
			? route.fulfill({
					status: 403,
					contentType: 'application/problem+json',
					json: { type: '/problems/sign-in-again', title: 'Please sign in again first', status: 403 }
				})
			: route.fallback()
	);
	await page.goto('/account');
	const card = page.getByRole('region', { name: 'Two-step sign-in' });
	await card.getByRole('button', { name: 'Set up two-step sign-in' }).click();
	await expect(card.getByText('Please sign in again first')).toBeVisible();
	await expectAccessible(page);
	await card.getByRole('button', { name: 'Sign out and in again' }).click();
	await expect(page.getByRole('main').getByRole('link', { name: 'Sign in' })).toHaveAttribute(
		'href',
		/return_to=%2Faccount/
	);
});

test('an admin removes the second step of somebody who lost it', async ({ page, context }, info) => {
	await enter(context, info.title, 'admin');
	await page.goto('/admin/users');
	await page.getByRole('button', { name: 'Remove second step: Luna Márquez' }).click();
	const dialog = page.getByRole('dialog');
	await expectAccessible(page);
	await dialog.getByLabel('Reason').fill('Lost the phone; known by voice.');
	const answered = page.waitForResponse((reply) => reply.request().method() === 'PATCH');
	await dialog.getByRole('button', { name: 'Remove second step' }).click();
	// The mock says what it was asked.
	const asked = { second_factor: false, reason: 'Lost the phone; known by voice.' };
	expect(await (await answered).json()).toMatchObject(asked);
	await expect(dialog).toBeHidden();
});
