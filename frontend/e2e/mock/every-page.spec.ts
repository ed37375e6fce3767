/** Each page in dark, at 360 px and in light: it renders, axe finds nothing grave, nothing scrolls sideways. */
import type { Page } from '@playwright/test';
import { expectAccessible, expectNoSidewaysScroll, settled, test } from '../fixtures';
import { pages } from './pages';
import { enter } from './session';

const wide = { width: 1280, height: 900 };
const narrow = { width: 360, height: 740 };
const shots = process.env.SHOTS;

async function shoot(page: Page, name: string): Promise<void> {
	if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
}

for (const { name, path, role } of pages) {
	test(`${name} is whole and accessible in every look`, async ({ page, context }) => {
		await enter(context, name, role);
		await page.setViewportSize(wide);
		await page.goto(path);
		await settled(page);
		await shoot(page, `dark-${name}`);
		await expectAccessible(page);

		await page.setViewportSize(narrow);
		await shoot(page, `narrow-${name}`);
		await expectNoSidewaysScroll(page);

		await page.setViewportSize(wide);
		await page.getByRole('button', { name: 'Switch to light colors' }).click();
		await shoot(page, `light-${name}`);
		await expectAccessible(page);
	});
}
