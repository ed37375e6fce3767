/** Ways in, by keyboard too, and what a person is told when one of them fails. */
import {
	address,
	askForMail,
	expect,
	inspect,
	mailTo,
	mailWith,
	shoot,
	signIn,
	test,
	toIssuer,
	totp
} from './support';

test('a person of the list at the issuer is signed in under their name', async ({ visit }) => {
	const page = await visit();
	await page.goto('/sign-in?return_to=/account');
	await toIssuer(page);
	await shoot(page, '30-picker');
	await page.getByRole('button', { name: /^Esi Mensah/ }).click();
	await expect(page).toHaveURL('/account');
	await expect(page.getByRole('button', { name: 'Your pages, Esi Mensah' })).toBeVisible();
	await inspect(page, '31-account');
	// The next visit finds them signed in, and signing out ends it.
	await page.reload();
	await page.getByRole('button', { name: 'Your pages, Esi Mensah' }).click();
	await page.getByRole('banner').getByRole('button', { name: 'Sign out', exact: true }).click();
	await expect(page.getByRole('banner').getByRole('link', { name: 'Sign in' })).toBeVisible();
	await page.goto('/wallet');
	await expect(page.getByRole('heading', { name: 'Please sign in' })).toBeVisible();
});

test('who refuses at the issuer is told that nothing has changed', async ({ visit }) => {
	const page = await visit();
	await page.goto('/sign-in');
	await toIssuer(page);
	await page.getByRole('button', { name: 'Refuse' }).click();
	await expect(page.getByText('The sign-in was not completed.')).toBeVisible();
	await inspect(page, '32-refused');
	await page.getByRole('link', { name: 'Start again' }).click();
	await expect(page.getByLabel('E-mail address')).toBeVisible();
});

test('an issuer that has not verified the address signs nobody in', async ({ visit }) => {
	const page = await visit();
	await page.goto('/sign-in');
	await toIssuer(page);
	await page.getByLabel('E-mail', { exact: true }).fill(address('unverified'));
	await page.getByLabel('The address is verified').uncheck();
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByRole('alert')).toContainText(/verified/);
	await inspect(page, '33-unverified');
});

test('the code of a mail can be typed with the keyboard alone, a wrong one first', async ({ visit }) => {
	const page = await visit();
	const email = address('keys');
	await page.goto('/sign-in');
	await page.keyboard.press('Tab');
	await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
	await page.keyboard.press('Enter');
	while (!(await page.getByLabel('E-mail address').evaluate((field) => field === document.activeElement))) {
		await page.keyboard.press('Tab');
	}
	await page.keyboard.type(email);
	await page.keyboard.press('Enter');
	await expect(page.getByLabel('Code')).toBeFocused();
	const code = /\b\d{6}\b/.exec(await mailTo(page.request, email))?.[0] ?? '';
	await page.keyboard.type(code === '000000' ? '000001' : '000000');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('alert')).toContainText('4 tries left');
	await inspect(page, '34-wrong-code');
	await expect(page.getByLabel('Code')).toBeFocused();
	await page.keyboard.type(code);
	await page.keyboard.press('Enter');
	await expect(page.getByRole('button', { name: /^Your pages/ })).toBeVisible();
});

test('a mailed link works once', async ({ visit }) => {
	const [page, other] = await Promise.all([visit(), visit()]);
	const email = address('once');
	await askForMail(page, email);
	const link = /https?:\/\/\S+\/sign-in\/link#token=\S+/.exec(await mailTo(page.request, email))?.[0] ?? '';
	await page.goto(link);
	await page.getByRole('button', { name: 'Sign me in' }).click();
	await expect(page.getByRole('button', { name: /^Your pages/ })).toBeVisible();
	await other.goto(link);
	await other.getByRole('button', { name: 'Sign me in' }).click();
	await expect(other.getByRole('alert')).toContainText(/used|too old/);
	await inspect(other, '35-link-used');
});

test('a second step is set up, asked for by every way in, and replaced by a recovery code', async ({
	visit
}) => {
	const page = await visit();
	const email = address('steps');
	const out = async () => {
		await page.getByRole('button', { name: /^Your pages/ }).click();
		await page.getByRole('banner').getByRole('button', { name: 'Sign out', exact: true }).click();
		await expect(page.getByRole('banner').getByRole('link', { name: 'Sign in' })).toBeVisible();
	};
	await signIn(page, email, 'Steph Steps');
	await page.goto('/account');
	const card = page.getByRole('region', { name: 'Two-step sign-in' });
	await card.getByRole('button', { name: 'Set up two-step sign-in' }).click();
	await expect(card.getByRole('img', { name: 'QR code for your authenticator' })).toBeVisible();
	const secret = await card.locator('code').innerText();
	await card.getByLabel('Code from your authenticator').fill(totp(secret, 0));
	await page.keyboard.press('Enter');
	await expect(card.getByRole('listitem')).toHaveCount(10);
	const recoveryCode = await card.getByRole('listitem').first().innerText();
	await inspect(page, '38-recovery-codes');
	await card.getByRole('button', { name: 'I have kept them' }).click();
	await expect(card.getByText('Two-step sign-in is on.')).toBeVisible();
	await page.goto('/account');
	await out();
	// By mail, with the code of the next step: this one was used.
	await askForMail(page, email);
	await page
		.getByLabel('Code')
		.fill(/\b\d{6}\b/.exec(await mailWith(page.request, email, 'Your code'))?.[0] ?? '');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { name: 'One more step' })).toBeVisible();
	await inspect(page, '39-second-step');
	await page.getByLabel('Code from your authenticator').fill(totp(secret, 1));
	await page.keyboard.press('Enter');
	await expect(page.getByRole('button', { name: 'Your pages, Steph Steps' })).toBeVisible();
	await out();
	await page.goto('/sign-in');
	await toIssuer(page);
	await page.getByLabel('E-mail', { exact: true }).fill(email);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await page.getByRole('button', { name: 'Use a recovery code instead' }).click();
	await page.getByLabel('Recovery code').fill(recoveryCode);
	await page.keyboard.press('Enter');
	await expect(page.getByRole('button', { name: 'Your pages, Steph Steps' })).toBeVisible();
	await mailWith(page.request, email, 'A recovery code was used');
});

test('a declined card and a cancelled payment leave the wallet as it was', async ({ visit }) => {
	const page = await visit();
	await signIn(page, address('decline'), 'Dee Clined');
	await page.goto('/wallet');
	await page.getByRole('button', { name: 'Add $25.00' }).click();
	await page.getByLabel('E-mail', { exact: true }).fill('payer@example.test');
	await page.getByRole('button', { name: 'Decline' }).click();
	await expect(page.getByRole('alert')).toContainText('declined');
	await shoot(page, '36-declined');
	await page.getByRole('link', { name: 'Cancel' }).click();
	await expect(page.getByRole('heading', { level: 1, name: 'Wallet' })).toBeVisible();
	await expect(page.getByText('The payment was cancelled')).toBeVisible();
	await expect(page.getByText('Nothing has moved yet')).toBeVisible();
	await inspect(page, '37-cancelled');
});
