/** The main pages as a person has them: small, large, dark, light; and the brand as a record. */
import type { Page } from '@playwright/test';
import { address, admin, expect, inspect, signIn, test } from './support';

const open = ['/', '/readers', '/about', '/help', '/sign-in', '/problems', '/nowhere'];
const own = ['/wallet', '/sessions', '/account', '/become-a-host'];
const office = ['/admin', '/admin/users', '/admin/sessions', '/admin/audit', '/admin/money', '/admin/site'];

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
		const other = page.getByRole('button', { name: `Switch to ${colorScheme} colors` });
		if (await other.isVisible()) await other.click();
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
	const [page, guest] = await Promise.all([visit(), visit()]);
	await signIn(page, admin, 'Robin Hale');
	const look = async () => ({
		color: await guest.evaluate(() => getComputedStyle(document.body).backgroundColor),
		title: await guest.title(),
		navigation: await guest.getByRole('navigation', { name: 'Main' }).getByRole('link').allInnerTexts()
	});
	const use = async (name: string) => {
		await page.goto('/admin/site');
		await page.getByRole('button', { name: `Use ${name}` }).click();
		await expect(page.getByRole('banner').getByRole('link', { name }).first()).toBeVisible();
		await inspect(page, `50-admin-${name.toLowerCase()}`);
	};
	await guest.goto('/');
	await expect(guest.getByRole('heading', { level: 1 })).toBeVisible();
	const before = await look();
	try {
		for (const [name, host] of [
			['HepCat', /teacher/i],
			['Neuromancers', /peer/i]
		] as const) {
			await use(name);
			await guest.goto('/');
			await expect(guest.getByRole('banner').getByRole('link', { name }).first()).toBeVisible();
			await inspect(guest, `51-${name.toLowerCase()}`);
			const now = await look();
			expect(now.title).not.toBe(before.title);
			expect(now.color).not.toBe(before.color);
			expect(now.navigation).not.toEqual(before.navigation);
			await expect(guest.getByRole('main')).toContainText(host);
			await expect(guest.getByRole('main')).not.toContainText(/\breaders?\b/i);
		}
	} finally {
		await use('SoulSeer');
	}
	await guest.goto('/');
	await expect(guest.getByRole('banner').getByRole('link', { name: 'SoulSeer' }).first()).toBeVisible();
	expect(await look()).toEqual(before);
});
