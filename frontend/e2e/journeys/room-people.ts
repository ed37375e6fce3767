/** People with a room: signed in, paid in and verified over the API, each in a browser of their own with fake devices. */
import { chromium, expect, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { address, admin, mailTo, signIn } from './support';

export type Modality = 'text' | 'voice' | 'video';

const flags = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--use-fake-device-for-media-stream=fps=20',
	'--use-fake-ui-for-media-stream',
	'--autoplay-policy=no-user-gesture-required',
	// Two browsers on one machine without a network find each other over loopback, by its address.
	'--allow-loopback-in-peer-connection',
	'--disable-features=WebRtcHideLocalIpsWithMdns'
];

/** A browser of one's own, as everybody has. */
export async function ownBrowser(): Promise<Browser> {
	return chromium.launch({ executablePath: process.env.PARLOR_CHROMIUM ?? '/usr/bin/chromium', args: flags });
}

interface Answer {
	status: number;
	// eslint-disable-next-line -- whatever the API says
	body: any;
}

export class Someone {
	readonly name: string;
	readonly page: Page;
	readonly context: BrowserContext;
	readonly email: string;
	id = '';
	#token = '';

	private constructor(name: string, context: BrowserContext, page: Page) {
		this.name = name;
		this.context = context;
		this.page = page;
		this.email = address(name.toLowerCase().replaceAll(/\W/g, ''));
	}

	static async arrive(
		browser: Browser,
		baseURL: string | undefined,
		name: string,
		viewport = { width: 1100, height: 800 }
	): Promise<Someone> {
		const context = await browser.newContext({ baseURL, locale: 'en-US', viewport });
		const page = await context.newPage();
		const one = new Someone(name, context, page);
		await one.#signIn();
		return one;
	}

	/** In the page itself, so that the cookie is the browser's. */
	async #signIn(): Promise<void> {
		const { page, email, name } = this;
		await page.goto('/sign-in');
		await this.#post('/v1/sign-in/mail', { email });
		const code = /\b\d{6}\b/.exec(await mailTo(page.request, email))?.[0];
		const tokens = await this.#post('/v1/sign-in/code', { email, code });
		this.#token = tokens.access_token;
		this.id = tokens.me.id;
		await page.evaluate(() => localStorage.setItem('parlor.signed-in', '1'));
		await this.api('PATCH', '/v1/me', { display_name: name });
	}

	#post(path: string, body: unknown) {
		return this.page.evaluate(
			async ([path, body]) => {
				const headers = { 'Content-Type': 'application/json' };
				const reply = await fetch(path, { method: 'POST', headers, body });
				const text = await reply.text();
				return text ? JSON.parse(text) : undefined;
			},
			[path, JSON.stringify(body)] as const
		);
	}

	/** One call of the API as this person. */
	async call(method: string, path: string, body?: unknown, token = this.#token): Promise<Answer> {
		const reply = await this.page.request.fetch(path, {
			method,
			headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': randomUUID() },
			...(body === undefined ? {} : { data: body })
		});
		const text = await reply.text();
		return { status: reply.status(), body: text ? JSON.parse(text) : undefined };
	}

	async api(method: string, path: string, body?: unknown) {
		const { status, body: answer } = await this.call(method, path, body);
		expect(status, `${method} ${path}: ${JSON.stringify(answer)}`).toBeLessThan(300);
		return answer;
	}

	/** Pays by card; comes back when the money is in the wallet. */
	async topUp(amount_minor: number): Promise<void> {
		const before = (await this.api('GET', '/v1/wallet')).available_minor;
		const { checkout_url } = await this.api('POST', '/v1/wallet/top-ups', { amount_minor });
		const checkout = new URL(checkout_url);
		const pay = new URL(`/_sandbox${checkout.pathname.replace('/checkout/', '/checkouts/')}/pay`, checkout);
		const paid = await this.page.request.post(pay.href, { data: { email: 'payer@example.test' } });
		expect(paid.ok(), await paid.text()).toBe(true);
		await expect
			.poll(async () => (await this.api('GET', '/v1/wallet')).available_minor, { timeout: 40_000 })
			.toBeGreaterThan(before);
	}

	/** Becomes a host who takes requests, with one rate for every way to talk. */
	async openStudio(office: Page, rate_minor: number): Promise<void> {
		const slug = `${this.name.toLowerCase().replaceAll(/\W/g, '')}-${randomUUID().slice(0, 8)}`;
		await this.api('POST', '/v1/host/application', {
			name: this.name,
			slug,
			bio: 'I read slowly and plainly, and you will leave with three sentences for tomorrow.',
			specialties: ['tarot'],
			statement: 'Twelve years at fairs and by phone, with references on request.'
		});
		const token = await tokenOf(office);
		const verified = await this.call('POST', `/v1/admin/hosts/${this.id}/verify`, {}, token);
		expect(verified.status, JSON.stringify(verified.body)).toBe(200);
		await this.api('PUT', '/v1/host/rates', {
			text_minor: rate_minor,
			voice_minor: rate_minor,
			video_minor: rate_minor
		});
		await this.api('PUT', '/v1/host/online', { online: true });
	}
}

/** A fresh access token of whoever is signed in on this page. */
async function tokenOf(page: Page): Promise<string> {
	return page.evaluate(async () => {
		const headers = { 'Content-Type': 'application/json' };
		const reply = await fetch('/v1/tokens/refresh', { method: 'POST', headers, body: '{}' });
		return (await reply.json()).access_token;
	});
}

/** Somebody of the office, who can verify hosts. */
export async function office(browser: Browser, baseURL: string | undefined): Promise<Page> {
	const page = await (await browser.newContext({ baseURL, locale: 'en-US' })).newPage();
	await signIn(page, admin, 'Robin Hale');
	return page;
}

export interface Room {
	id: string;
	member: Someone;
	host: Someone;
}

/** Asks, and opens the room on both sides. */
export async function openRoom(member: Someone, host: Someone, modality: Modality): Promise<Room> {
	const session = await member.api('POST', '/v1/sessions', { host_id: host.id, modality });
	await Promise.all([member, host].map(({ page }) => page.goto(`/sessions/${session.id}`)));
	return { id: session.id, member, host };
}

/** Both come in: the clock runs. */
export async function begin({ member, host }: Room): Promise<void> {
	await host.page.getByRole('button', { name: 'Accept' }).click();
	await member.page.getByRole('button', { name: 'Join now' }).click();
	for (const { page } of [member, host]) await expect(page.getByText('Running')).toBeVisible();
}
