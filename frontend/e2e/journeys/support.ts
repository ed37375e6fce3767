/** People on the deployed stack, each in a browser of their own, and what a page may not do while they use it. */
import { expect, test as base, type APIRequestContext, type Browser, type Page } from '@playwright/test';
import { execFile } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { expectAccessible, expectNoSidewaysScroll, settled } from '../fixtures';

export { expect };

/** The local stack's `AdminEmails`. */
export const admin = 'admin@parlor.example';

export const address = (name: string): string => `${name}-${randomUUID().slice(0, 8)}@parlor.example`;

export interface Options {
	/** Width and height of the window. */
	viewport?: { width: number; height: number };
	colorScheme?: 'dark' | 'light';
}

/** Opens a browser with nobody signed in. */
export type Visit = (options?: Options) => Promise<Page>;

/** What no page may do: break, be refused something by its own policy, or get a 5xx. */
export async function watch(page: Page, faults: string[]): Promise<void> {
	await page.addInitScript(() =>
		document.addEventListener('securitypolicyviolation', (event) =>
			console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`)
		)
	);
	page.on('pageerror', (error) => faults.push(`${page.url()}: ${String(error)}`));
	page.on('response', (reply) => {
		if (reply.status() >= 500) faults.push(`${reply.status()} ${reply.url()}`);
	});
	page.on('console', (message) => {
		// A refusal of the API is an answer, and the page says what it means.
		const refusal = /Failed to load resource: .* status of 4\d\d/.test(message.text());
		if (message.type() === 'error' && !refusal) faults.push(`${page.url()}: ${message.text()}`);
	});
}

async function open(browser: Browser, baseURL: string | undefined, options: Options): Promise<Page> {
	const context = await browser.newContext({ baseURL, locale: 'en-US', ...options });
	return context.newPage();
}

export const test = base.extend<{ visit: Visit }>({
	visit: async ({ browser, baseURL }, use) => {
		const faults: string[] = [];
		const pages: Page[] = [];
		await use(async (options = {}) => {
			const page = await open(browser, baseURL, options);
			await watch(page, faults);
			pages.push(page);
			return page;
		});
		await Promise.all(pages.map((page) => page.context().close()));
		expect(faults).toEqual([]);
	}
});

/** A picture of a step, kept among the results. */
export async function shoot(page: Page, name: string): Promise<void> {
	await page.evaluate(() => scrollTo(0, 0));
	await page.screenshot({ path: `test-results/shots/${name}.png`, fullPage: true, animations: 'disabled' });
}

/** Nothing serious by axe, nothing wider than the window; and a picture. */
export async function inspect(page: Page, name: string): Promise<void> {
	await settled(page);
	await shoot(page, name);
	await expectAccessible(page);
	await expectNoSidewaysScroll(page);
}

/** The newest mail to an address. Mails take the stack's own way: outbox, bus, sender. */
export const mailTo = (request: APIRequestContext, email: string): Promise<string> =>
	mailWith(request, email, '');

/** The newest mail to an address that has these words. */
export async function mailWith(request: APIRequestContext, email: string, words: string): Promise<string> {
	let text = '';
	await expect
		.poll(
			async () => {
				const reply = await request.get(`/_dev/mailbox.json?to=${encodeURIComponent(email)}`);
				const items: { text?: string }[] = (await reply.json()).items;
				text = items.find((mail) => mail.text?.includes(words))?.text ?? '';
				return text;
			},
			{ message: `a mail to ${email}`, timeout: 40_000 }
		)
		.not.toBe('');
	return text;
}

/** What an authenticator shows so many steps from now (RFC 6238), for the secret as the page shows it. */
export function totp(secret: string, steps: number): string {
	const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
	const bits = [...secret.replaceAll(' ', '')].map((letter) =>
		alphabet.indexOf(letter).toString(2).padStart(5, '0')
	);
	const bytes =
		bits
			.join('')
			.match(/.{8}/g)
			?.map((byte) => parseInt(byte, 2)) ?? [];
	const counter = Buffer.alloc(8);
	counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
	const tag = createHmac('sha1', Buffer.from(bytes)).update(counter).digest();
	const number = tag.readUInt32BE((tag.at(-1) ?? 0) & 15) & 0x7fffffff;
	return String(number % 1_000_000).padStart(6, '0');
}

/** Asks for a mail on the sign-in page. */
export async function askForMail(page: Page, email: string): Promise<void> {
	await page.goto('/sign-in');
	// What the API has told is on the page: it is alive.
	await expect(page.getByRole('button', { name: 'Continue with Sandbox' })).toBeVisible();
	await page.getByLabel('E-mail address').fill(email);
	await page.getByRole('button', { name: 'Send me a code' }).click();
	await expect(page.getByText(`We have sent a mail to ${email}`)).toBeVisible();
}

/** Goes from the sign-in page to the issuer's list of people. */
export async function toIssuer(page: Page): Promise<void> {
	await page.getByRole('button', { name: 'Continue with Sandbox' }).click();
	await expect(page.getByRole('heading', { name: 'Choose who you are' })).toBeVisible();
}

/** Signs in through the issuer: the quick way in for everybody whose sign-in is not the story. */
export async function signIn(page: Page, email: string, name: string): Promise<void> {
	await page.goto('/sign-in');
	await toIssuer(page);
	await page.getByLabel('E-mail', { exact: true }).fill(email);
	await page.getByLabel('Name', { exact: true }).fill(name);
	await page.getByRole('button', { name: 'Sign in' }).click();
	await expect(page.getByRole('button', { name: /^Your pages/ })).toBeVisible();
	// One's name is there before the page that the sign-in leads to.
	await expect(page).not.toHaveURL(/\/sign-in/);
}

/** Goes to one of one's own pages through the menu behind one's name. */
export async function ownPage(page: Page, name: string): Promise<void> {
	const menu = page.getByRole('button', { name: /^Your pages/ });
	await menu.click();
	await expect(menu).toHaveAttribute('aria-expanded', 'true');
	await page.getByRole('banner').getByRole('link', { name, exact: true }).click();
}

/** One task of `tools/publish.py` on the deployed stack, as `cargo x` does it. */
async function publish(...task: string[]): Promise<void> {
	const python = process.env.PARLOR_PYTHON;
	if (!python) throw new Error('`cargo x test` says by PARLOR_PYTHON what runs tools/publish.py');
	const root = new URL('../../../', import.meta.url).pathname;
	await promisify(execFile)(python, ['tools/publish.py', ...task], { cwd: root });
}

/** Calls a function that a schedule would call: the tests' stack has no schedules. */
export function onSchedule(route: string): Promise<void> {
	return publish('invoke', 'parlor', route, `events/${route}.json`);
}

/** What carries a brand's sessions from now on: `cargo x room`. */
export function setRoom(brand: string, adapter: 'peer' | 'agora' | 'whereby'): Promise<void> {
	return publish('room', 'parlor', brand, adapter);
}
