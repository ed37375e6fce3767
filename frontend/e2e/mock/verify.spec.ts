/** The page that checks a downloaded receipt: good, tampered with, not a receipt, without a connection, and in every look. */
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { expect, expectAccessible, expectNoSidewaysScroll, settled, test } from '../fixtures';
import { id, receipt } from './data.mjs';
import { enter } from './session';

const shots = process.env.SHOTS;
type Receipt = typeof receipt;

async function choose(page: Page, text: string, name = 'receipt.json'): Promise<void> {
	const file = { name, mimeType: 'application/json', buffer: Buffer.from(text) };
	await page.getByLabel('Choose a receipt', { exact: true }).and(page.locator('input')).setInputFiles(file);
}
/** The receipt as the mock serves it, signed by the key that the mock names, with something changed in it. */
async function chooseChanged(page: Page, change: (receipt: Receipt) => void): Promise<void> {
	const headers = { authorization: 'Bearer mock-member' };
	const reply = await page.request.get(`/v1/sessions/${id(207)}/receipt`, { headers });
	const changed = (await reply.json()) as Receipt;
	change(changed);
	await choose(page, JSON.stringify(changed));
}
async function shoot(page: Page, name: string): Promise<void> {
	if (shots) await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
}

test('a downloaded receipt proves itself', async ({ page, context }, info) => {
	await enter(context, info.title, 'member');
	await page.goto(`/sessions/${id(207)}/receipt`);
	await expect(page.getByText('Every figure follows from the rest.')).toBeVisible();
	await expect(page.getByText('Every entry is in the public record.')).toBeVisible();
	await shoot(page, 'dark-receipt');
	await page.setViewportSize({ width: 360, height: 740 });
	await shoot(page, 'narrow-receipt');
	await expectNoSidewaysScroll(page);
	await page.setViewportSize({ width: 1280, height: 900 });
	const download = page.waitForEvent('download');
	await page.getByRole('button', { name: 'Download receipt' }).click();
	const text = await readFile(await (await download).path(), 'utf8');
	await page.getByRole('link', { name: 'Check a downloaded receipt' }).click();
	await choose(page, text);
	await expect(page.getByText('This receipt is right and proven')).toBeVisible();
	await expect(page.getByText('The signing key is the one that this site names')).toBeVisible();
	await shoot(page, 'dark-verify-good');
	await expectAccessible(page);
	await page.setViewportSize({ width: 360, height: 740 });
	await shoot(page, 'narrow-verify-good');
	await expectNoSidewaysScroll(page);
	await page.setViewportSize({ width: 1280, height: 900 });
	await page.getByRole('button', { name: 'Switch to light colors' }).click();
	await shoot(page, 'light-verify-good');
	await expectAccessible(page);
});

test('a receipt that was tampered with says which line differs', async ({ page, context }, info) => {
	await enter(context, info.title);
	await page.goto('/verify');
	await settled(page);
	await chooseChanged(page, () => undefined);
	await expect(page.getByText('This receipt is right and proven')).toBeVisible();
	await chooseChanged(page, (changed) => (changed.minutes[4].share_minor = 300));
	await expect(page.getByText('This receipt does not hold')).toBeVisible();
	await expect(page.getByText('Minute 5: says $3.00, is $2.09')).toBeVisible();
	await shoot(page, 'dark-verify-bad');
	await expectAccessible(page);
	await page.setViewportSize({ width: 360, height: 740 });
	await expectNoSidewaysScroll(page);
	// Figures that agree with each other but not with what the ledger has.
	await chooseChanged(page, (changed) => {
		changed.proofs.entries[0]!.postings[0]!.amount_minor = -1;
	});
	await expect(page.getByText('The proofs do not hold')).toBeVisible();
	await expect(page.getByText(`Entry ${id(207)}:MINUTE#00001`).first()).toBeVisible();
	await chooseChanged(page, (changed) => (changed.proofs.roots[0]!.signature = 'AAAA'));
	await expect(page.getByText(/has no good signature/)).toBeVisible();
});

test('what is no receipt is refused and the next file is still checked', async ({ page, context }, info) => {
	await enter(context, info.title);
	await page.goto('/verify');
	await settled(page);
	for (const text of ['', '{}', 'not json', JSON.stringify({ ...receipt, rate_minor: 'free' })]) {
		await choose(page, text, 'other.json');
		await expect(page.getByText('This file is no receipt')).toBeVisible();
	}
	await choose(page, JSON.stringify(receipt));
	await expect(page.getByText('Every figure follows from the rest.')).toBeVisible();
});

test('the page checks without a connection once it is open', async ({ page, context }, info) => {
	await enter(context, info.title);
	await page.goto('/verify', { waitUntil: 'networkidle' });
	await context.setOffline(true);
	await choose(page, JSON.stringify(receipt));
	await expect(page.getByText('Everything in this receipt agrees')).toBeVisible();
	await expect(page.getByText('This receipt is right and proven')).toBeHidden();
	await expect(page.getByText('This site could not be asked for its key').first()).toBeVisible();
});

test('a receipt can be dropped on the page', async ({ page, context }, info) => {
	await enter(context, info.title);
	await page.goto('/verify');
	await settled(page);
	const data = await page.evaluateHandle((text) => {
		const transfer = new DataTransfer();
		transfer.items.add(new File([text], 'dropped.json', { type: 'application/json' }));
		return transfer;
	}, JSON.stringify(receipt));
	await page.getByText('or drop the file here').dispatchEvent('drop', { dataTransfer: data });
	await expect(page.getByText('Checked: dropped.json')).toBeVisible();
});
