/** Live rooms on the deployed stack: two browsers, real sockets. */
import type { Browser } from '@playwright/test';
import { expect, inspect, test } from './support';
import { begin, office, openRoom, ownBrowser, Someone } from './room-people';

const rate = 500;

let browsers: Browser[];
test.beforeEach(async () => {
	browsers = await Promise.all([ownBrowser(), ownBrowser()]);
});
test.afterEach(async () => {
	await Promise.all(browsers.map((one) => one.close()));
});

async function couple(baseURL: string | undefined, money: number) {
	const [first, second] = browsers as [Browser, Browser];
	const desk = await office(second, baseURL);
	const [member, host] = await Promise.all([
		Someone.arrive(first, baseURL, 'Ada'),
		Someone.arrive(second, baseURL, 'Mira')
	]);
	await host.openStudio(desk, rate);
	await desk.context().close();
	await member.topUp(money);
	return { member, host };
}

test('a text reading opens no device, tells delivered from read, and keeps links shut', async ({
	baseURL
}) => {
	test.setTimeout(180_000);
	const { member, host } = await couple(baseURL, 25_000);
	const asked: string[] = [];
	for (const { page, name } of [member, host]) {
		await page.exposeFunction('opened', () => asked.push(name));
		await page.addInitScript(() => {
			navigator.mediaDevices.getUserMedia = () => {
				void (window as unknown as { opened: () => void }).opened();
				return Promise.reject(new Error('no device in a text reading'));
			};
		});
	}
	const room = await openRoom(member, host, 'text');
	await begin(room);
	const write = async (page: typeof member.page, text: string) => {
		await page.getByLabel('Your message').fill(text);
		await page.getByLabel('Your message').press('Enter');
	};
	await host.page.getByLabel('Your message').pressSequentially('I am th');
	await expect(member.page.getByText(`${host.name} is writing…`)).toBeVisible();
	await write(member.page, 'Look at https://example.com/card?x=1.');
	await expect(member.page.getByTestId('delivery')).toHaveText('Read');
	await expect(host.page.getByRole('log').getByRole('link')).toHaveCount(0);
	await host.page.getByRole('button', { name: 'Open link' }).click();
	await expect(host.page.getByRole('dialog')).toContainText('example.com');
	await expect(host.page.getByRole('link', { name: /^Open example.com/ })).toHaveAttribute(
		'rel',
		/noopener noreferrer/
	);
	await inspect(host.page, '67-link');
	await host.page.keyboard.press('Escape');

	await member.page.getByRole('button', { name: 'End', exact: true }).click();
	await member.page.getByRole('button', { name: 'End now' }).click();
	await expect(host.page.getByText('The reading is over')).toBeVisible();
	await expect(host.page.getByRole('log')).toContainText('Look at');
	const [file] = await Promise.all([
		host.page.waitForEvent('download'),
		host.page.getByRole('button', { name: 'Save the conversation' }).click()
	]);
	expect(file.suggestedFilename()).toMatch(/\.txt$/);
	expect(asked).toEqual([]);
});
