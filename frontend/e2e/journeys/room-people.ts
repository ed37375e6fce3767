/** People with a room: signed in, paid in and verified over the API, each in a browser of their own with fake devices. */
import { chromium, expect, type Browser, type BrowserContext, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { address, admin, mailTo, signIn, watch } from './support';

export type Modality = 'text' | 'voice' | 'video';

/** Length of a billed minute on the stack of the tests (`test_settings` in `xtask/src/dev.rs`). */
export const minuteMs = 10_000;

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

/** A browser that can be stopped as a whole, as when a lid is closed. */
export interface OwnBrowser {
	browser: Browser;
	freeze(): void;
	thaw(): void;
	close(): Promise<void>;
}

async function ownBrowser(): Promise<OwnBrowser> {
	const server = await chromium.launchServer({
		executablePath: process.env.PARLOR_CHROMIUM ?? '/usr/bin/chromium',
		args: flags
	});
	const browser = await chromium.connect(server.wsEndpoint());
	// The browser leads a process group, so its renderers and its network stop with it.
	const group = -(server.process().pid ?? 0);
	return {
		browser,
		freeze: () => process.kill(group, 'SIGSTOP'),
		thaw: () => process.kill(group, 'SIGCONT'),
		close: () => server.close()
	};
}

interface Answer {
	status: number;
	// eslint-disable-next-line -- whatever the API says
	body: any;
}

export class Someone {
	readonly name: string;
	page: Page;
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

	/** A page in place of the one before, prepared before anything loads. What breaks on it goes into `faults`. */
	async open(path: string, faults: string[], prepare?: (page: Page) => Promise<void>): Promise<void> {
		const before = this.page;
		this.page = await this.context.newPage();
		await before.close();
		await watch(this.page, faults);
		await prepare?.(this.page);
		await this.page.goto(path);
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

	/** Pays in what is missing to have this much. */
	async haveFunds(amount_minor: number): Promise<void> {
		const { available_minor } = await this.api('GET', '/v1/wallet');
		if (available_minor < amount_minor) await this.topUp(Math.max(100, amount_minor - available_minor));
	}

	async setRates(rate_minor: number): Promise<void> {
		const rates = { text_minor: rate_minor, voice_minor: rate_minor, video_minor: rate_minor };
		await this.api('PUT', '/v1/host/rates', rates);
	}

	/** The receipt, once the reading is settled. */
	async receipt(session: string) {
		const path = `/v1/sessions/${session}/receipt`;
		await expect.poll(async () => (await this.call('GET', path)).status).toBe(200);
		return this.api('GET', path);
	}

	/** Applies to be a host. */
	async apply(): Promise<void> {
		const slug = `${this.name.toLowerCase().replaceAll(/\W/g, '')}-${randomUUID().slice(0, 8)}`;
		await this.api('POST', '/v1/host/application', {
			name: this.name,
			slug,
			bio: 'I read slowly and plainly, and you will leave with three sentences for tomorrow.',
			specialties: ['tarot'],
			statement: 'Twelve years at fairs and by phone, with references on request.'
		});
	}

	/** Becomes a host who takes requests, with one rate for every way to talk. */
	async openStudio(office: Page, rate_minor: number): Promise<void> {
		await this.apply();
		const token = await tokenOf(office);
		const verified = await this.call('POST', `/v1/admin/hosts/${this.id}/verify`, {}, token);
		expect(verified.status, JSON.stringify(verified.body)).toBe(200);
		await this.setRates(rate_minor);
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
async function office(browser: Browser, baseURL: string | undefined): Promise<Page> {
	const page = await (await browser.newContext({ baseURL, locale: 'en-US' })).newPage();
	await signIn(page, admin, 'Robin Hale');
	return page;
}

/** Two who can hold a session: a member with money and a host with one rate, each in a browser of their own. */
export interface Couple {
	browsers: [OwnBrowser, OwnBrowser];
	/** The office, which has verified the host. */
	desk: Page;
	member: Someone;
	host: Someone;
	close(): Promise<void>;
}

export async function couple(
	baseURL: string | undefined,
	names: [member: string, host: string],
	money: { rate_minor: number; funds_minor: number }
): Promise<Couple> {
	const browsers = await Promise.all([ownBrowser(), ownBrowser()]);
	const close = async () => void (await Promise.all(browsers.map((one) => one.close())));
	try {
		const [first, second] = browsers;
		const [desk, member, host] = await Promise.all([
			office(second.browser, baseURL),
			Someone.arrive(first.browser, baseURL, names[0]),
			Someone.arrive(second.browser, baseURL, names[1])
		]);
		await Promise.all([host.openStudio(desk, money.rate_minor), member.topUp(money.funds_minor)]);
		return { browsers, desk, member, host, close };
	} catch (error) {
		await close();
		throw error;
	}
}

export interface Room {
	id: string;
	member: Someone;
	host: Someone;
	/** What broke on the pages of both. */
	faults: string[];
}

/** Asks, and opens the room on both sides. */
export async function openRoom(
	member: Someone,
	host: Someone,
	modality: Modality,
	prepare?: (page: Page) => Promise<void>
): Promise<Room> {
	const session = await member.api('POST', '/v1/sessions', { host_id: host.id, modality });
	const faults: string[] = [];
	const open = (one: Someone) => one.open(`/sessions/${session.id}`, faults, prepare);
	await Promise.all([open(member), open(host)]);
	return { id: session.id, member, host, faults };
}

/** Both come in: the clock runs. Gives the instant of the second one's press. */
export async function begin({ member, host }: Room): Promise<number> {
	await host.page.getByRole('button', { name: 'Accept' }).click();
	const join = member.page.getByRole('button', { name: 'Join now' });
	await join.waitFor();
	const pressed = Date.now();
	await join.click();
	for (const { page } of [member, host])
		await expect(page.getByText('Running', { exact: true })).toBeVisible();
	return pressed;
}

/** One ends it; both see that it is over. */
export async function end(by: Someone, { member, host }: Room): Promise<void> {
	await by.page.getByRole('button', { name: 'End', exact: true }).click();
	await by.page.getByRole('button', { name: 'End now' }).click();
	for (const { page } of [member, host]) await expect(page.getByText('The reading is over')).toBeVisible();
}

/** The receipt's own sums: minutes without a hole, no more than the active time began, all at the rate. */
export function expectSound(receipt: Receipt, rate_minor: number): void {
	const active = receipt.intervals.reduce(
		(sum, one) => sum + Date.parse(one.until) - Date.parse(one.from),
		0
	);
	expect(receipt.active_ms).toBe(active);
	const begun = Math.max(1, Math.ceil(active / minuteMs));
	const numbers = receipt.minutes.map(({ number }) => number);
	expect(numbers).toEqual(Array.from({ length: begun }, (_, index) => index + 1));
	expect(receipt.gross_minor).toBe(begun * rate_minor);
}

export interface Receipt {
	active_ms: number;
	gross_minor: number;
	intervals: { from: string; until: string }[];
	minutes: { number: number }[];
}

/** A camera whose pictures are small: two browsers draw and compress them on the same processors as everything else. */
export async function smallCamera(page: Page): Promise<void> {
	await page.addInitScript(() => {
		const { mediaDevices } = navigator;
		const ask = mediaDevices.getUserMedia.bind(mediaDevices);
		mediaDevices.getUserMedia = (wanted = {}) => {
			if (typeof wanted.video !== 'object') return ask(wanted);
			const video = { ...wanted.video, width: { ideal: 320 }, height: { ideal: 240 } };
			return ask({ ...wanted, video });
		};
	});
}

/** Frames of the other side that this page has shown so far. */
export function framesOf(page: Page): Promise<number> {
	return page
		.getByTestId('other-video')
		.evaluate((video: HTMLVideoElement) => video.getVideoPlaybackQuality().totalVideoFrames);
}

/** The picture of the other side moves. */
export async function expectMoving(page: Page): Promise<void> {
	await expect(page.getByTestId('stage')).toHaveAttribute('data-link', 'connected', { timeout: 40_000 });
	const before = await framesOf(page);
	await expect.poll(() => framesOf(page), { timeout: 30_000 }).toBeGreaterThan(before + 5);
}

/** Notes when each frame of the other side is shown, by the machine's clock: both browsers and the server share it. */
export async function watchFrames(page: Page): Promise<void> {
	await page.addInitScript(() => {
		const shown: number[] = ((window as unknown as { shown: number[] }).shown = []);
		const watched = new WeakSet();
		setInterval(() => {
			const video = document.querySelector<HTMLVideoElement>('[data-testid=other-video]');
			if (!video || watched.has(video)) return;
			watched.add(video);
			const note = () => {
				shown.push(Date.now());
				video.requestVideoFrameCallback(note);
			};
			video.requestVideoFrameCallback(note);
		}, 50);
	});
}

/** When frames were shown, in milliseconds since 1970. */
export function framesAt(page: Page): Promise<number[]> {
	return page.evaluate(() => (window as unknown as { shown: number[] }).shown);
}
