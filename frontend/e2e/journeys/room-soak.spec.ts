/**
 * A reading whose sockets are cut again and again: no message is lost or doubled, and the charge is right to the minute.
 * Short in every run; `PARLOR_SOAK_SECONDS=600 PARLOR_CUT_SECONDS=30` is the long one (`docs/performance.md`).
 */
import type { Page } from '@playwright/test';
import {
	begin,
	couple,
	end,
	expectSound,
	minuteMs,
	openRoom,
	type Couple,
	type Someone
} from './room-people';
import { expect, test } from './support';

const soakMs = Number(process.env.PARLOR_SOAK_SECONDS ?? 50) * 1000;
const cutMs = Number(process.env.PARLOR_CUT_SECONDS ?? 5) * 1000;
/** Both sides together; the API takes sixty messages a minute of each. */
const everyMs = 1100;
const rate = 50;
const texts = '[role=log] li > p:first-child';

/** Notes when each message was first on the page, by the machine's clock, which both browsers share. */
async function watchLog(page: Page): Promise<void> {
	await page.addInitScript((texts) => {
		const seen: Record<string, number> = {};
		Object.assign(window, { seen });
		const look = () => {
			for (const item of document.querySelectorAll(texts))
				seen[item.textContent?.trim() ?? ''] ??= Date.now();
		};
		new MutationObserver(look).observe(document, { childList: true, subtree: true });
	}, texts);
}

function quantile(sorted: number[], share: number): number {
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

let two: Couple | undefined;
test.afterEach(() => two?.close());

/** Lets each socket through until it is cut, as a network does: without a word. */
async function cuttable(people: Someone[]): Promise<() => void> {
	const cuts: (() => void)[] = [];
	for (const { context } of people) {
		await context.routeWebSocket(/\?ticket=/, (socket) => {
			const server = socket.connectToServer();
			cuts.push(() => {
				void server.close();
				void socket.close();
			});
		});
	}
	return () => {
		for (const cut of cuts.splice(0)) cut();
	};
}

/** Writes as soon as the room takes messages: while the clock runs. Gives the text, which says when it was sent. */
async function write({ page, name }: Someone, number: number): Promise<string> {
	const field = page.getByLabel('Your message');
	const send = page.getByRole('button', { name: 'Send' });
	await expect(send).not.toHaveAttribute('aria-disabled', 'true', { timeout: 60_000 });
	const text = `${name} ${number} ${Date.now()}`;
	await field.fill(text);
	const shown = async () => {
		// What is sent leaves the field at once; what is still there was refused, as the clock has just stopped.
		if ((await field.inputValue()) !== '') await field.press('Enter');
		return page.locator(texts).filter({ hasText: text }).count();
	};
	await expect.poll(shown, { timeout: 60_000 }).toBe(1);
	return text;
}

/** A message that met the very end of paid time waits for its writer to press again. */
async function sendAgain(page: Page): Promise<void> {
	const again = page.getByRole('log').getByRole('button', { name: 'Try again' });
	for (let left = await again.count(); left > 0; left--) {
		await again.first().click();
		await expect(again).toHaveCount(left - 1);
	}
}

/** From the press to the other screen, in milliseconds, sorted. */
async function delays(people: Someone[], sent: string[]): Promise<number[]> {
	const found: number[] = [];
	for (const { page, name } of people) {
		const seen = await page.evaluate(() => (window as unknown as { seen: Record<string, number> }).seen);
		for (const text of sent) {
			if (!text.startsWith(name)) found.push((seen[text] ?? Number.NaN) - Number(text.split(' ')[2]));
		}
	}
	return found.toSorted((a, b) => a - b);
}

test('cut sockets lose no message and double none, and the charge is right', async ({ baseURL }) => {
	test.setTimeout(soakMs + 180_000);
	const funds_minor = Math.max(2500, Math.ceil((soakMs / minuteMs) * rate * 2));
	two = await couple(baseURL, ['Soa', 'Kai'], { rate_minor: rate, funds_minor });
	const { desk, member, host } = two;
	await desk.context().close();
	const people = [member, host];
	const cut = await cuttable(people);
	const room = await openRoom(member, host, 'text', watchLog);
	await begin(room);

	const sent: string[] = [];
	const until = Date.now() + soakMs;
	let nextCut = Date.now() + cutMs;
	let cuts = 0;
	for (let number = 0; Date.now() < until; number++) {
		const one = number % 2 ? host : member;
		const next = Date.now() + everyMs;
		sent.push(await write(one, number));
		if (Date.now() >= nextCut) {
			nextCut += cutMs;
			cuts += 1;
			cut();
		}
		await one.page.waitForTimeout(Math.max(0, next - Date.now()));
	}
	for (const { page } of people) await sendAgain(page);
	for (const { page } of people) {
		await expect
			.poll(async () => (await page.locator(texts).allInnerTexts()).toSorted(), { timeout: 40_000 })
			.toEqual(sent.toSorted());
	}
	expect(cuts).toBeGreaterThan(2);
	const took = await delays(people, sent);
	expect(took.every(Number.isFinite)).toBe(true);
	const [middle, most] = [quantile(took, 0.5), quantile(took, 0.95)];
	console.log(`figure soak messages ${sent.length} cuts ${cuts} p50_ms ${middle} p95_ms ${most}`);

	await end(member, room);
	const receipt = await host.receipt(room.id);
	expectSound(receipt, rate);
	// A side whose cut socket counted as lost would have to press before anybody could write again: the soak would stop. What a
	// machine that is too slow for a renewal makes is a pause that ends by itself.
	console.log(`figure soak_pauses ${receipt.intervals.length - 1}`);
});
