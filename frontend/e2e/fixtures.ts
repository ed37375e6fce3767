/** What every browser test has: a listener for CSP violations and script errors, sign-in, axe, the overflow check. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test as base, type Page } from '@playwright/test';

export { expect };
export type Role = 'member' | 'host' | 'admin';

export const test = base.extend<{ faults: string[] }>({
	/** Faults of the page itself: uncaught errors and refused resources. A test fails when there is one. */
	faults: [
		async ({ page }, use) => {
			const faults: string[] = [];
			page.on('pageerror', (error) => faults.push(String(error)));
			page.on('console', (message) => {
				if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) {
					faults.push(message.text());
				}
			});
			await use(faults);
			expect(faults).toEqual([]);
		},
		{ auto: true }
	]
});

/** No serious or critical finding of any rule; none is switched off. */
export async function expectAccessible(page: Page): Promise<void> {
	const { violations } = await new AxeBuilder({ page }).analyze();
	const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
	const found = grave.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
	expect(found).toEqual([]);
}

export async function expectNoSidewaysScroll(page: Page): Promise<void> {
	const { wide, width } = await page.evaluate(() => ({
		wide: document.documentElement.scrollWidth,
		width: document.documentElement.clientWidth
	}));
	expect(wide, 'the page is wider than the window').toBeLessThanOrEqual(width);
}

/** Waits until nothing is loading any more. */
export async function settled(page: Page): Promise<void> {
	await page.locator('h1').first().waitFor();
	await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
	await page.evaluate(() => document.fonts.ready);
}
