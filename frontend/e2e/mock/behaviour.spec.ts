/** What pages do, on the mock: brands, keyboard, sign-in, the request dialog, the wallet and the room. */
import { expect, expectAccessible, expectNoSidewaysScroll, settled, test } from '../fixtures';
import { id } from './data.mjs';
import { enter } from './session';

test('a switched brand changes title words colours and navigation without a rebuild', async ({
	page,
	context
}, info) => {
	await enter(context, info.title, 'admin');
	await page.goto('/admin/site');
	await settled(page);
	const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
	const before = await ground();
	await page.getByRole('button', { name: 'Use HepCat' }).click();
	const dialog = page.getByRole('dialog');
	await expect(dialog).toContainText('30% → 20%');
	await expectAccessible(page);
	await page.keyboard.press('Escape');
	await expect(page).toHaveTitle(/SoulSeer/);
	await page.getByRole('button', { name: 'Use HepCat' }).click();
	await dialog.getByRole('button', { name: 'Use HepCat' }).click();
	await expect(page).toHaveTitle(/HepCat/);
	await expect(
		page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Teachers' })
	).toHaveAttribute('href', '/teachers');
	expect(await ground()).not.toBe(before);
	await expectAccessible(page);
	await page.goto('/');
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('Find your swing');
	await expectAccessible(page);
	await page.setViewportSize({ width: 360, height: 740 });
	await expectNoSidewaysScroll(page);
});

test('the keyboard alone reaches the content and a host', async ({ page, context }, info) => {
	await enter(context, info.title);
	await page.goto('/readers');
	await settled(page);
	await page.keyboard.press('Tab');
	await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(page.locator('main')).toBeFocused();
	const host = page.getByRole('link', { name: 'Luna Márquez' });
	for (let press = 0; press < 12; press++) {
		await page.keyboard.press('Tab');
		if (await host.evaluate((link) => link === document.activeElement)) break;
	}
	await expect(host).toBeFocused();
	await page.keyboard.press('Enter');
	await expect(page.getByRole('heading', { level: 1, name: 'Luna Márquez' })).toBeVisible();
});

test('filters live in the address and more can be loaded', async ({ page, context }, info) => {
	await enter(context, info.title);
	await page.goto('/readers?modality=nonsense');
	await settled(page);
	await expect(page.getByRole('article')).toHaveCount(24);
	await page.getByRole('button', { name: 'Show more' }).click();
	await expect(page.getByRole('article')).toHaveCount(30);
	await page.getByLabel('Talk by').selectOption('video');
	await expect(page).toHaveURL(/\?modality=video$/);
	await expect(page.getByRole('article')).toHaveCount(2);
	await page.goBack();
	await expect(page.getByRole('article')).toHaveCount(24);
});

test('a code signs in and leads back to where the person was', async ({ page, context }, info) => {
	await enter(context, info.title);
	await page.goto('/wallet');
	await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
	await page.getByRole('button', { name: 'Send me a code' }).click();
	await expect(page.getByLabel('E-mail address')).toHaveAttribute('aria-invalid', 'true');
	await page.getByLabel('E-mail address').fill('mara@example.com');
	await page.getByRole('button', { name: 'Send me a code' }).click();
	await page.getByLabel('Code').fill('000000');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('alert')).toContainText('4 tries left');
	await page.getByLabel('Code').fill('123 456');
	await page.keyboard.press('Enter');
	await expect(page).toHaveURL('/wallet');
	await expect(page.getByText('$42.51')).toBeVisible();
	await page.reload();
	await expect(page.getByText('$42.51')).toBeVisible();
});

test('a reload keeps the place for the mailed code until another address is wanted', async ({
	page,
	context
}, info) => {
	await enter(context, info.title);
	await page.goto('/sign-in');
	await page.getByLabel('E-mail address').fill('mara@example.com');
	await page.getByRole('button', { name: 'Send me a code' }).click();
	await expect(page.getByLabel('Code')).toBeFocused();
	await page.reload();
	await expect(page.getByText('mara@example.com')).toBeVisible();
	await page.getByLabel('Code').fill('999999');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('alert')).toContainText('Ask for a new one');
	await expect(page.getByRole('button', { name: 'Sign in' })).toHaveAttribute('aria-disabled', 'true');
	await page.getByRole('button', { name: 'Use another address' }).click();
	await page.reload();
	await expect(page.getByLabel('E-mail address')).toHaveValue('');
});

test('a mailed link waits for a press and its token leaves the address', async ({ page, context }, info) => {
	await enter(context, info.title);
	await page.goto('/sign-in/link#token=good');
	await expect(page.getByRole('button', { name: 'Sign me in' })).toBeVisible();
	await expect(page).toHaveURL('/sign-in/link');
	await page.getByRole('button', { name: 'Sign me in' }).click();
	await expect(page.getByRole('button', { name: 'Your pages, Mara' })).toBeVisible();
});

test('a browser that is signed in elsewhere is seen and signed out', async ({ page, context }, info) => {
	await enter(context, info.title, 'member');
	await page.goto('/account');
	const card = page.getByRole('region', { name: 'Where you are signed in' });
	await expect(card.getByRole('listitem')).toHaveCount(3);
	await expect(card.getByRole('listitem').filter({ hasText: 'This browser' })).toContainText(
		'Chrome on Linux'
	);
	await expect(card.getByRole('button', { name: 'Sign out: Chrome on Linux' })).toHaveCount(0);
	await card.getByRole('button', { name: 'Sign out: Safari on iPhone' }).click();
	await expect(card.getByText('Safari on iPhone is signed out.')).toBeVisible();
	await expect(card.getByRole('listitem')).toHaveCount(2);
});

test('signing out leaves nothing on the page, and the server hears of it later if it must', async ({
	page,
	context
}, info) => {
	await enter(context, info.title, 'member');
	await page.goto('/account');
	await expect(page.getByText('mara@example.com')).toBeVisible();
	await page.route('**/v1/tokens/sign-out', (route) => route.abort());
	await page.getByRole('button', { name: 'Your pages, Mara' }).click();
	await page.getByRole('list').getByRole('button', { name: 'Sign out', exact: true }).click();
	await expect(page.getByRole('heading', { name: 'Please sign in' })).toBeVisible();
	expect(await page.content()).not.toContain('mara@example.com');
	// The cookie is still there: as long as the server cannot be told, it opens nothing.
	await page.reload();
	await expect(page.getByRole('heading', { name: 'We cannot reach the server' })).toBeVisible();
	await page.unroute('**/v1/tokens/sign-out');
	const told = page.waitForRequest('**/v1/tokens/sign-out');
	await page.getByRole('button', { name: 'Try again' }).click();
	await told;
	await expect(page.getByRole('heading', { name: 'Please sign in' })).toBeVisible();
	expect(await context.cookies()).not.toContainEqual(expect.objectContaining({ name: 'parlor_refresh' }));
});

test('a page that comes back after a sign-out shows nothing of before', async ({ page, context }, info) => {
	await enter(context, info.title, 'member');
	await page.goto('/account');
	await expect(page.getByText('mara@example.com')).toBeVisible();
	// Another tab signed out while the browser kept this page as it stood.
	await context.clearCookies({ name: 'parlor_refresh' });
	await page.evaluate(() => {
		localStorage.removeItem('parlor.signed-in');
		dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
	});
	await expect(page.getByRole('heading', { name: 'Please sign in' })).toBeVisible();
	expect(await page.content()).not.toContain('mara@example.com');
});

test('a menu opened while the page is still on its way stays open', async ({ page, context }, info) => {
	await enter(context, info.title);
	await page.goto('/sign-in/link#token=good');
	let arrive = () => {};
	const held = new Promise<void>((resolve) => (arrive = resolve));
	await page.route('**/_app/immutable/nodes/*.js', (route) => held.then(() => route.continue()));
	await page.getByRole('button', { name: 'Sign me in' }).click();
	await page.getByRole('button', { name: 'Your pages, Mara' }).click();
	await expect(page.getByRole('link', { name: 'Account' })).toBeVisible();
	await expect(page).toHaveURL('/sign-in/link');
	arrive();
	await expect(page.getByRole('heading', { level: 1, name: 'The answer is already near you' })).toBeVisible();
	await page.getByRole('link', { name: 'Account' }).click();
	await expect(page).toHaveURL('/account');
	await expect(page.getByRole('link', { name: 'Account' })).toBeHidden();
});

test('asking shows the price first and opens the room', async ({ page, context }, info) => {
	await enter(context, info.title, 'member');
	await page.goto('/readers/luna-marquez');
	await page.getByRole('button', { name: 'Ask by text' }).click();
	const dialog = page.getByRole('dialog');
	await expect(dialog).toContainText('$2.99 a minute');
	await expect(dialog).toContainText('14 minutes');
	await expectAccessible(page);
	await page.keyboard.press('Escape');
	await expect(dialog).toBeHidden();
	await page.getByRole('button', { name: 'Ask by text' }).click();
	await dialog.getByRole('button', { name: 'Ask now' }).click();
	await expect(page).toHaveURL(`/sessions/${id(201)}`);
	await expect(page.getByRole('heading', { name: 'Waiting for Luna Márquez' })).toBeVisible();
});

test('a request reaches a host on any page and is answered there', async ({ page, context }, info) => {
	await enter(context, info.title, 'host');
	await page.goto('/help');
	const panel = page.getByRole('region', { name: 'Requests' });
	await expect(panel).toContainText('Mara');
	await expect(panel).toContainText(/Answer within\s*\d:\d\d/);
	await expect(page).toHaveTitle(/^\(1\) Help/);
	await expectAccessible(page);
	await page.setViewportSize({ width: 360, height: 740 });
	await expectNoSidewaysScroll(page);
	await page.goto('/studio');
	await expect(page.getByRole('button', { name: 'Accept Mara' })).toHaveCount(1);
	await page.getByRole('link', { name: 'Earnings' }).click();
	await panel.getByRole('button', { name: 'Accept Mara' }).click();
	await expect(page).toHaveURL(`/sessions/${id(201)}`);
});

test('an application says how much is missing before it is sent', async ({ page, context }, info) => {
	await enter(context, info.title, 'member');
	await page.goto('/become-a-host');
	const statement = page.getByLabel('For our eyes only');
	await expect(page.getByText('At least 20 more characters')).toBeVisible();
	await statement.fill('Twelve years at fairs');
	await expect(page.getByText('At least 20 more characters')).toBeHidden();
	await expect(
		page.getByText('1,979 characters left').or(page.getByText('1979 characters left'))
	).toBeVisible();
});

test('a suspended host reads it wherever they would work', async ({ page, context }, info) => {
	await enter(context, info.title, 'host');
	await page.route('**/v1/tokens/refresh', async (route) => {
		const reply = await route.fetch();
		const tokens = await reply.json();
		await route.fulfill({ response: reply, json: { ...tokens, me: { ...tokens.me, suspended: true } } });
	});
	await page.goto('/studio');
	await expect(page.getByText('You are suspended')).toBeVisible();
	await expect(page.getByText('You are offline')).toHaveCount(0);
	await expect(page.getByText('Your account is suspended', { exact: true })).toBeVisible();
	await page.goto('/readers/orion-vale');
	await expect(page.getByText(/^Your account is suspended\. Write to us/).first()).toBeVisible();
});

test('a refusal for money says how much is missing', async ({ page, context }, info) => {
	await enter(context, info.title, 'member');
	await page.goto('/readers/orion-vale');
	await page.getByRole('button', { name: 'Ask by text' }).click();
	await page.getByRole('button', { name: 'Ask now' }).click();
	await expect(page.getByRole('alert')).toContainText('One minute costs $1.99 and your wallet holds $1.20');
	await expect(page.getByRole('dialog').getByRole('link', { name: 'Add funds' })).toBeVisible();
});

test('a top-up is checked, paid elsewhere and waited for', async ({ page, context }, info) => {
	await enter(context, info.title, 'member');
	await page.goto('/wallet');
	await page.getByLabel('Or another amount').fill('0.5');
	await page.getByRole('button', { name: 'Add funds' }).click();
	await expect(page.getByLabel('Or another amount')).toHaveAttribute('aria-invalid', 'true');
	await page.getByRole('button', { name: '$25', exact: true }).click();
	await page.getByRole('button', { name: 'Add $25.00' }).click();
	await expect(page.getByText('$25.00 is on its way')).toBeVisible();
	await expect(page.getByText('$25.00 has arrived')).toBeVisible();
});

test('in the room people write keep notes and end', async ({ page, context }, info) => {
	await enter(context, info.title, 'member');
	await page.goto(`/sessions/${id(203)}`);
	await page.getByLabel('Your message').fill('The river.');
	await page.keyboard.press('Enter');
	await expect(page.getByRole('log')).toContainText('The river.');
	await page.getByRole('textbox', { name: 'Private note' }).fill('Ask about Sunday.');
	await expect(page.getByText(/Saved at/)).toBeVisible();
	await page.getByLabel('Your message').fill('x'.repeat(501));
	await expect(page.getByText('1 character too many')).toBeVisible();
	await page.getByRole('button', { name: 'End', exact: true }).click();
	await expect(page.getByRole('dialog')).toBeVisible();
	await expectAccessible(page);
	await page.getByRole('button', { name: 'End now' }).click();
	await expect(page.getByRole('heading', { name: 'The reading is over' })).toBeVisible();
	await expect(page.getByTestId('announcer')).toHaveText('The reading has ended.');
});

test('the announcer says that little is left, once, and not each second', async ({ page, context }, info) => {
	await enter(context, info.title, 'member');
	await page.goto(`/sessions/${id(204)}`);
	await expect(page.getByTestId('announcer')).toHaveText('One minute left.');
	await expect(page.getByText('Less than two minutes left')).toBeVisible();
});

test('a page without an answer offers to try again', async ({ page, context }, info) => {
	await enter(context, info.title, 'member');
	await page.route('**/v1/wallet', (route) => route.abort());
	await page.goto('/wallet');
	await expect(page.getByRole('alert').first()).toContainText('No answer from the server');
	await page.unroute('**/v1/wallet');
	await page.getByRole('button', { name: 'Try again' }).first().click();
	await expect(page.getByText('$42.51')).toBeVisible();
});

test('a navigation moves focus and announces the page', async ({ page, context }, info) => {
	await enter(context, info.title);
	await page.goto('/');
	await settled(page);
	await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Help' }).click();
	await expect(page.getByRole('heading', { level: 1 })).toHaveText('How can we help?');
	await expect(page.locator('#svelte-announcer')).toHaveText(/Help/);
});
