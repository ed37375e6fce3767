/** The product in one story: three people, three browsers, real money of the sandbox. */
import type { Page } from '@playwright/test';
import {
	address,
	admin,
	expect,
	inspect,
	mailTo,
	askForMail,
	ownPage,
	shoot,
	signIn,
	test,
	onSchedule
} from './support';

const rate = '8.00';

async function apply(reader: Page, name: string): Promise<void> {
	await ownPage(reader, 'Become a reader');
	await reader.getByLabel('Public name').fill(name);
	await reader
		.getByLabel('About you')
		.fill('I read tarot slowly and plainly. You will leave with three sentences you can use tomorrow.');
	await reader.getByLabel('Specialties').fill('tarot, career');
	await reader
		.getByLabel('For our eyes only')
		.fill('Twelve years at fairs and by phone, references on request.');
	await inspect(reader, '02-apply');
	await reader.getByRole('button', { name: 'Send application' }).click();
	await expect(reader.getByText('Your application is being read')).toBeVisible();
	await inspect(reader, '03-applied');
}

async function verify(page: Page, name: string): Promise<void> {
	await signIn(page, admin, 'Robin Hale');
	await ownPage(page, 'Administration');
	await expect(page.getByRole('heading', { name })).toBeVisible();
	await inspect(page, '04-applications');
	await page.getByRole('button', { name: `Verify ${name}` }).click();
	await expect(page.getByRole('heading', { name })).toHaveCount(0);
}

async function goOnline(reader: Page): Promise<void> {
	await reader.goto('/studio/rates');
	await reader.getByLabel('Text, a minute').fill(rate);
	await reader.getByRole('button', { name: 'Save' }).click();
	await expect(reader.getByText('Saved', { exact: true })).toBeVisible();
	await inspect(reader, '05-rates');
	await reader.getByRole('link', { name: 'Today' }).click();
	await reader.getByRole('switch', { name: 'You are offline' }).click();
	await expect(reader.getByRole('switch', { name: 'You are online' })).toBeVisible();
	await inspect(reader, '06-studio');
}

async function topUp(member: Page): Promise<void> {
	await member.goto('/wallet');
	await expect(member.getByText('$0.00').first()).toBeVisible();
	await inspect(member, '09-wallet-empty');
	await member.getByRole('button', { name: 'Add $25.00' }).click();
	await expect(member.getByRole('heading', { name: 'Pay by card' })).toBeVisible();
	await shoot(member, '10-checkout');
	await member.getByLabel('E-mail', { exact: true }).fill('payer@example.test');
	await member.getByRole('button', { name: /^Pay/ }).click();
	await expect(member.getByText('$25.00 has arrived')).toBeVisible();
	await inspect(member, '11-wallet-paid');
}

async function ask(member: Page, name: string): Promise<void> {
	await member.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Readers' }).click();
	await member.getByLabel('Search readers').fill(name);
	await member.getByLabel('Search readers').press('Enter');
	await member.getByRole('link', { name }).first().click();
	await expect(member.getByRole('heading', { level: 1, name })).toBeVisible();
	await inspect(member, '13-profile');
	await member.getByRole('button', { name: /^ask by text/i }).click();
	await expect(member.getByRole('dialog')).toContainText('$25.00');
	await inspect(member, '14-ask');
	await member.getByRole('button', { name: 'Ask now' }).click();
	await expect(member.getByRole('heading', { name: `Waiting for ${name}` })).toBeVisible();
	await inspect(member, '15-waiting');
}

async function talk(member: Page, reader: Page): Promise<void> {
	await member.getByLabel('Your message').fill('Will the new work suit me?');
	await member.getByLabel('Your message').press('Enter');
	await expect(reader.getByRole('log')).toContainText('Will the new work suit me?');
	await reader.getByLabel('Your message').fill('It will, from the spring on.');
	await reader.getByRole('button', { name: 'Send' }).click();
	await expect(member.getByRole('log')).toContainText('It will, from the spring on.');
}

test('a new member meets a new reader, pays for minutes, and both see the same money', async ({ visit }) => {
	test.setTimeout(240_000);
	const name = `Mira ${Date.now().toString(36)}`;
	const [reader, office, member] = await Promise.all([visit(), visit(), visit()]);
	await signIn(reader, address('mira'), name);
	await inspect(reader, '01-home-signed-in');
	await apply(reader, name);
	await verify(office, name);
	await goOnline(reader);

	const email = address('ada');
	await askForMail(member, email);
	await inspect(member, '07-code');
	const mail = await mailTo(member.request, email);
	await member.goto(/https?:\/\/\S+\/sign-in\/link#token=\S+/.exec(mail)?.[0] ?? '');
	await inspect(member, '08-link');
	await member.getByRole('button', { name: 'Sign me in' }).click();
	await expect(member.getByRole('button', { name: /^Your pages/ })).toBeVisible();
	await topUp(member);
	await ask(member, name);

	const accept = reader.getByRole('button', { name: /^Accept / });
	await expect(accept).toBeVisible();
	await inspect(reader, '16-request');
	await accept.click();
	await member.getByRole('button', { name: 'Join now' }).click();
	await expect(member.getByText('Running')).toBeVisible();
	// Rooms renew by themselves; a tick beside them must not charge a minute twice.
	await Promise.all([talk(member, reader), onSchedule('billing_tick')]);
	await onSchedule('billing_tick');
	await expect(member.getByRole('main')).toContainText(/Begun and paid\s*2 minutes/);
	await expect(member.getByText('Less than two minutes left', { exact: true })).toBeVisible();
	await shoot(member, '17-room-low');
	await shoot(reader, '18-room-reader');

	await member.getByRole('button', { name: 'End', exact: true }).click();
	await shoot(member, '19-end');
	await member.getByRole('button', { name: 'End now' }).click();
	await expect(member.getByText('The reading is over')).toBeVisible();
	await inspect(member, '20-over');
	await member.getByRole('link', { name: 'Open the receipt' }).click();
	await expect(member.getByText('Every figure follows from the rest.')).toBeVisible();
	await inspect(member, '21-receipt');
	const paid = /Paid\s*\$(\d+)\.00/.exec((await member.getByRole('main').innerText()) ?? '')?.[1];
	expect([16, 24]).toContain(Number(paid));

	await reader.goto('/studio/earnings');
	const share = (Number(paid) * 0.7).toFixed(2);
	await expect(reader.getByRole('main')).toContainText(`$${share}`);
	await inspect(reader, '22-earnings');
	await member.goto('/wallet');
	await expect(member.getByRole('main')).toContainText(`$${25 - Number(paid)}.00`);
	await inspect(member, '23-wallet-after');
	await office.goto('/admin/money');
	await inspect(office, '24-money');
});
