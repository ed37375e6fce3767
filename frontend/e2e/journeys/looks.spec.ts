/** The main pages as a person has them: small, large, dark, light; and the brand as a record. */
import type { Page } from '@playwright/test';
import { settled } from '../fixtures';
import { address, admin, expect, inspect, signIn, test } from './support';

const open = ['/', '/readers', '/about', '/help', '/sign-in', '/problems', '/nowhere'];
const own = ['/wallet', '/sessions', '/account', '/become-a-host'];
const office = [
	'/admin',
	'/admin/users',
	'/admin/sessions',
	'/admin/reports',
	'/admin/money',
	'/admin/payouts',
	'/admin/audit',
	'/admin/site'
];

async function look(page: Page, paths: string[], as: string): Promise<void> {
	for (const path of paths) {
		await page.goto(path);
		await inspect(page, `${as}-${path.slice(1).replaceAll('/', '-') || 'home'}`);
	}
}

for (const colorScheme of ['dark', 'light'] as const) {
	test(`the pages are whole at 360 pixels in ${colorScheme}`, async ({ visit }) => {
		test.setTimeout(180_000);
		const page = await visit({ viewport: { width: 360, height: 740 } });
		await page.goto('/');
		await settled(page);
		if (colorScheme === 'light') {
			// Until the page is alive a press does nothing.
			await expect(async () => {
				await page.getByRole('button', { name: 'Switch to light colors' }).click({ timeout: 1000 });
				await expect(page.getByRole('button', { name: 'Switch to dark colors' })).toBeVisible({
					timeout: 1000
				});
			}).toPass();
		}
		await look(page, open, `40-${colorScheme}`);
		await signIn(page, address('small'), 'Sam Small');
		await look(page, own, `41-${colorScheme}`);
	});
}

test('the administration is whole', async ({ visit }) => {
	test.setTimeout(180_000);
	const page = await visit();
	await signIn(page, admin, 'Robin Hale');
	await look(page, office, '42');
});

test('another brand is one record: title, words, colors and navigation change without a build', async ({
	visit
}) => {
	test.setTimeout(240_000);
	const page = await visit();
	await signIn(page, admin, 'Robin Hale');
	// A guest's browser keeps the record for a minute, so each look is another guest's.
	const guest = async (name: string) => {
		const one = await visit();
		await one.goto('/');
		await expect(one.getByRole('banner').getByRole('link', { name }).first()).toBeVisible();
		await inspect(one, `51-${name.toLowerCase()}`);
		return {
			color: await one.getByRole('heading', { level: 1 }).evaluate((title) => getComputedStyle(title).color),
			title: await one.title(),
			navigation: await one.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts(),
			words: await one.getByRole('main').innerText()
		};
	};
	const use = async (name: string) => {
		await page.goto('/admin/site');
		await expect(page.getByRole('button', { name: `Use ${name}` })).toBeEnabled();
		await page.getByRole('button', { name: `Use ${name}` }).click();
		const dialog = page.getByRole('dialog');
		await expect(dialog).toContainText(name);
		await dialog.getByRole('button', { name: `Use ${name}` }).click();
		await expect(dialog).toBeHidden();
		await expect(page.getByRole('banner').getByRole('link', { name }).first()).toBeVisible();
		await page.reload();
		await expect(page.getByRole('banner').getByRole('link', { name }).first()).toBeVisible();
		await inspect(page, `50-admin-${name.toLowerCase()}`);
	};
	const before = await guest('SoulSeer');
	try {
		for (const [name, host] of [
			['HepCat', /teacher/i],
			['Neuromancers', /peer/i]
		] as const) {
			await use(name);
			const now = await guest(name);
			expect(now.title).not.toBe(before.title);
			expect(now.color).not.toBe(before.color);
			expect(now.navigation).not.toEqual(before.navigation);
			expect(now.words).toMatch(host);
			expect(now.words).not.toMatch(/\breaders?\b/i);
		}
	} finally {
		await use('SoulSeer');
	}
	expect((await guest('SoulSeer')).title).toBe(before.title);
});
