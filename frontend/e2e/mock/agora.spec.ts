/**
 * The room at Agora on the real page, with the vendor's SDK replaced by one of the same shape that notes what is asked of it:
 * its network is not to be had on one machine. The other side is a moving picture from a canvas.
 */
import type { BrowserContext, Page } from '@playwright/test';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, expectAccessible, expectNoSidewaysScroll, test } from '../fixtures';
import { at, id, sessions } from './data.mjs';
import { enter } from './session';

/** A lease that is renewed goes on for so long; once it is not, the rest is shorter. */
const leaseMs = 60_000;
const restMs = 6000;
/** What a person notices as "at once". */
const atOnceMs = 1000;
const session = id(209);

/** The SDK's file in the built site: the one that exports what we use of it. */
function sdkFile(): string {
	const folder = new URL('../../build/_app/immutable/chunks/', import.meta.url);
	const isSdk = (name: string) =>
		/ as createCustomAudioTrack\b/.test(readFileSync(new URL(name, folder), 'utf8'));
	const found = readdirSync(folder).filter((name) => name.endsWith('.js') && isSdk(name));
	expect(found).toHaveLength(1);
	return found[0] as string;
}

/** What the page asked of the SDK, and what it could send. */
interface Seen {
	calls: string[];
	copies: MediaStreamTrack[];
	/** When frames of the other side were shown. */
	shown: number[];
	tell: (event: string, ...told: unknown[]) => void;
}

/** A stand-in with the names of the real one. */
const sdk = `
const seen = window.seen;
export const setLogLevel = () => undefined;
const local = ({ mediaStreamTrack }) => {
	seen.copies.push(mediaStreamTrack);
	return { kind: mediaStreamTrack.kind, close: () => mediaStreamTrack.stop() };
};
export const createCustomAudioTrack = local;
export const createCustomVideoTrack = local;
const canvas = document.createElement('canvas');
const pen = canvas.getContext('2d');
setInterval(() => { pen.fillStyle = 'hsl(' + (Date.now() / 10) % 360 + ' 60% 40%)'; pen.fillRect(0, 0, 320, 180); }, 40);
export function createClient() {
	const listeners = new Map();
	const note = (text) => void seen.calls.push(text);
	seen.tell = (event, ...told) => listeners.get(event)?.(...told);
	return {
		remoteUsers: [],
		on: (event, listener) => listeners.set(event, listener),
		removeAllListeners: () => listeners.clear(),
		join: async (app, channel, token, uid) => note(['join', app, channel, token, uid].join(' ')),
		leave: async () => note('leave'),
		renewToken: async (token) => note('renew ' + token),
		publish: async (tracks) => tracks.forEach(({ kind }) => note('publish ' + kind)),
		unpublish: async (tracks) => tracks.forEach(({ kind }) => note('unpublish ' + kind)),
		subscribe: async (user, type) => ({ getMediaStreamTrack: () => canvas.captureStream(25).getTracks()[0] })
	};
}
`;

/** A video session at Agora that is renewed until the money is said to end, and again when somebody comes back. */
async function world(page: Page, context: BrowserContext, title: string) {
	await enter(context, title, 'member');
	const file = sdkFile();
	let loads = 0;
	await page.route(`**/chunks/${file}`, (route) => {
		loads += 1;
		return route.fulfill({ contentType: 'text/javascript', body: sdk });
	});
	let stopsAt = Number.POSITIVE_INFINITY;
	let tokens = 0;
	const now = () => {
		// Asked for again and again, so that the page soon knows when the end is.
		const facts = { ...sessions.video?.(), room: 'agora', active_ms: 30_000, renew_at: at(1000), now: at(0) };
		const paid_until = new Date(Math.min(stopsAt, Date.now() + leaseMs)).toISOString();
		if (Date.now() < stopsAt) return { ...facts, paid_until };
		const stopped = { state: 'paused', pause_reason: 'funds', paused_at: paid_until, balance_minor: 1000 };
		return { ...facts, ...stopped, grace_until: at(120_000), paid_until: undefined, renew_at: undefined };
	};
	await page.route(new RegExp(`/v1/sessions/${session}(/renew|/reconnect|/media)?$`), (route) => {
		const path = new URL(route.request().url()).pathname;
		if (path.endsWith('/media')) {
			tokens += 1;
			const access = { adapter: 'agora', app_id: 'app', channel: session, uid: 1, renew_after_ms: 1500 };
			const rest = { rtc_token: `t${tokens}`, rtm_user_id: 'me', rtm_token: 'r', expires_at: at(leaseMs) };
			return route.fulfill({ json: { ...access, ...rest } });
		}
		if (path.endsWith('/reconnect')) stopsAt = Number.POSITIVE_INFINITY;
		return route.fulfill({ json: now() });
	});
	await page.addInitScript(() => {
		const seen: Seen = { calls: [], copies: [], shown: [], tell: () => undefined };
		Object.assign(window, { seen });
		const { mediaDevices } = navigator;
		mediaDevices.getUserMedia = async ({ video } = {}) => {
			if (video) return Object.assign(document.createElement('canvas'), { width: 320 }).captureStream(10);
			const context = new AudioContext();
			const { stream } = context.createMediaStreamDestination();
			return stream;
		};
		let watched: HTMLVideoElement | undefined;
		setInterval(() => {
			const video = document.querySelector<HTMLVideoElement>('[data-testid=other-video]');
			if (!video || video === watched) return;
			watched = video;
			const note = () => {
				seen.shown.push(Date.now());
				video.requestVideoFrameCallback(note);
			};
			video.requestVideoFrameCallback(note);
		}, 20);
	});
	return { loads: () => loads, endMoney: () => (stopsAt = Date.now() + restMs) };
}

const calls = (page: Page) => page.evaluate(() => (window as unknown as { seen: Seen }).seen.calls);
const shown = (page: Page) => page.evaluate(() => (window as unknown as { seen: Seen }).seen.shown);
const tell = (page: Page, ...event: [string, ...unknown[]]) =>
	page.evaluate(([name, ...told]) => (window as unknown as { seen: Seen }).seen.tell(name, ...told), event);

test('a room at Agora joins renews stops at the end of paid time and comes back', async ({ page, context }, {
	title
}) => {
	const { loads, endMoney } = await world(page, context, title);
	await page.goto(`/sessions/${session}`);
	await expect.poll(() => calls(page)).toContain('publish video');
	expect((await calls(page)).slice(0, 3)).toEqual([
		`join app ${session} t1 1`,
		'publish audio',
		'publish video'
	]);
	expect(loads()).toBe(1);
	await tell(page, 'user-joined', {});
	await tell(page, 'user-published', {}, 'video');
	await expect(page.getByTestId('stage')).toHaveAttribute('data-link', 'connected');
	await expect.poll(async () => (await shown(page)).length).toBeGreaterThan(5);
	await expect.poll(() => calls(page)).toContain('renew t2');
	const isSmall = () => page.evaluate(() => document.pictureInPictureElement !== null);
	await page.getByRole('button', { name: 'Small window' }).click();
	await expect.poll(isSmall).toBe(true);

	const stopsAt = endMoney();
	await expect(page.getByText('The clock has stopped', { exact: true })).toBeVisible();
	await expect.poll(() => calls(page)).toContain('leave');
	await expect.poll(isSmall).toBe(false);
	const last = (await shown(page)).at(-1) ?? 0;
	expect(Math.abs(last - stopsAt), 'the last frame').toBeLessThan(atOnceMs);
	const sent = await page.evaluate(() =>
		(window as unknown as { seen: Seen }).seen.copies.map(({ readyState }) => readyState)
	);
	expect(sent).toEqual(['ended', 'ended']);
	await expectAccessible(page);
	await page.setViewportSize({ width: 360, height: 740 });
	await expectNoSidewaysScroll(page);

	const before = (await calls(page)).length;
	await page.getByRole('button', { name: 'Come back' }).click();
	await expect.poll(async () => (await calls(page)).slice(before)).toContain('publish video');
	expect((await calls(page))[before]).toMatch(/^join app \S+ t\d+ 1$/);
});

test('a room between two browsers loads nothing of a vendor', async ({ page, context }, { title }) => {
	await enter(context, title, 'member');
	const loaded: string[] = [];
	page.on('request', (request) => loaded.push(new URL(request.url()).pathname.split('/').at(-1) ?? ''));
	await page.goto(`/sessions/${session}`);
	await expect(page.getByTestId('stage')).toHaveAttribute('data-link', 'looking');
	expect(loaded.length).toBeGreaterThan(5);
	expect(loaded).not.toContain(sdkFile());
});
