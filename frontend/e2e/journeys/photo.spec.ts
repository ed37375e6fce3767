/** An applicant's photo: chosen in the form, made smaller, uploaded to S3 with a signed address, checked and shown. */
import { Someone } from './room-people';
import { expect, inspect, test, watch } from './support';

test('an applicant uploads a photo and is told what cannot be one', async ({ browser, baseURL }) => {
	const one = await Someone.arrive(browser, baseURL, 'Pia');
	const { page } = one;
	const faults: string[] = [];
	await watch(page, faults);
	await one.apply();
	await page.goto('/studio/profile');
	const choose = page.getByRole('button', { name: 'Choose a photo' });
	await expect(choose).toBeVisible();
	const input = page.locator('input[type=file]');
	const refuse = async (mimeType: string, buffer: Buffer, words: string) => {
		await input.setInputFiles({ name: 'chosen', mimeType, buffer });
		await expect(page.getByRole('alert')).toHaveText(words);
	};
	await refuse('application/pdf', Buffer.from('%PDF-1.7'), 'Choose a JPEG, PNG or WebP picture.');
	await refuse('image/jpeg', Buffer.alloc(31 * 1024 * 1024), 'This picture is larger than 30 MB.');
	await refuse('image/png', Buffer.alloc(0), 'This file is empty.');
	await refuse(
		'image/png',
		Buffer.from('no picture at all'),
		'This browser cannot read the picture. Save it as a JPEG and try again.'
	);
	const photo = page.getByRole('main').locator('img');
	await expect(photo).toHaveCount(0);

	// What the browser draws is a picture of its own, larger than what is kept.
	const buffer = await page.screenshot({ type: 'jpeg', clip: { x: 0, y: 0, width: 1100, height: 700 } });
	await input.setInputFiles({ name: 'me.jpg', mimeType: 'image/jpeg', buffer });
	await expect(page.getByText('Your new photo is in place.')).toBeVisible();
	await expect(page.getByRole('alert')).toHaveCount(0);
	const width = () => photo.evaluate((image: HTMLImageElement) => image.naturalWidth);
	await expect.poll(width).toBeGreaterThan(100);
	expect(await width()).toBeLessThanOrEqual(1024);
	await inspect(page, '71-photo');

	await page.reload();
	await expect.poll(width).toBeGreaterThan(100);
	expect(faults).toEqual([]);
	await page.context().close();
});
