/**
 * A reading whose sockets are cut again and again: no message is lost or doubled, and the charge is right to the minute.
 * Short in every run; PARLOR_SOAK_SECONDS=600 PARLOR_CUT_SECONDS=30 is the long one.
 */
import { expect, test } from './support';
import { begin, office, openRoom, ownBrowser, Someone, type OwnBrowser } from './room-people';

const soakMs = Number(process.env.PARLOR_SOAK_SECONDS ?? 30) * 1000;
const cutMs = Number(process.env.PARLOR_CUT_SECONDS ?? 5) * 1000;
/** The API takes sixty messages a minute. */
const everyMs = 1300;
const minuteMs = 5000;
const rate = 50;

/** When each message was first on the page, and how often it is there. */
async function watchLog(page: Someone['page']): Promise<void> {
	await page.addInitScript(() => {
		const seen: Record<string, number> = ((window as unknown as { seen: object }).seen = {}) as never;
		const look = () => {
			for (const item of document.querySelectorAll('[role=log] li > p:first-child')) {
				seen[item.textContent?.trim() ?? ''] ??= Date.now();
			}
		};
		new MutationObserver(look).observe(document, { childList: true, subtree: true });
	});
}

function quantile(sorted: number[], share: number): number {
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

test('cut sockets lose no message and double none, and the charge is right', async ({ baseURL }) => {
	test.setTimeout(soakMs + 180_000);
	const browsers = await Promise.all([ownBrowser(), ownBrowser()]);
	const [first, second] = browsers as [OwnBrowser, OwnBrowser];
	const desk = await office(second.browser, baseURL);
	const [member, host] = await Promise.all([
		Someone.arrive(first.browser, baseURL, 'Soa'),
		Someone.arrive(second.browser, baseURL, 'Kai')
	]);
	await host.openStudio(desk, rate);
	await desk.context().close();
	await member.topUp(Math.max(2500, Math.ceil((soakMs / minuteMs) * rate * 1.3)));
	const cuts: (() => void)[] = [];
	for (const { context, page } of [member, host]) {
		await watchLog(page);
		await context.routeWebSocket(/\?ticket=/, (socket) => {
			const server = socket.connectToServer();
			cuts.push(() => {
				void server.close();
				void socket.close();
			});
		});
	}
	const room = await openRoom(member, host, 'text');
	await begin(room);

	const sent: string[] = [];
	const until = Date.now() + soakMs;
	let nextCut = Date.now() + cutMs;
	let times = 0;
	for (let number = 0; Date.now() < until; number++) {
		const one = number % 2 ? host : member;
		const text = `${one.name} ${number} ${Date.now()}`;
		sent.push(text);
		await one.page.getByLabel('Your message').fill(text);
		await one.page.getByLabel('Your message').press('Enter');
		if (Date.now() >= nextCut) {
			nextCut += cutMs;
			times += 1;
			for (const cut of cuts.splice(0)) cut();
		}
		await one.page.waitForTimeout(everyMs / 2);
	}
	for (const { page } of [member, host]) {
		await expect(page.getByRole('log').getByText(sent.at(-1) ?? '')).toBeVisible();
		await expect
			.poll(async () => (await page.locator('[role=log] li > p:first-child').allInnerTexts()).toSorted())
			.toEqual(sent.toSorted());
	}
	expect(times).toBeGreaterThan(2);

	const delays: number[] = [];
	for (const { page, name } of [member, host]) {
		const seen = await page.evaluate(() => (window as unknown as { seen: Record<string, number> }).seen);
		for (const text of sent) {
			if (text.startsWith(name)) continue;
			delays.push((seen[text] ?? Number.NaN) - Number(text.split(' ')[2]));
		}
	}
	delays.sort((a, b) => a - b);
	console.log(
		`${sent.length} messages, ${times} cuts; from the press to the other screen: p50 ${quantile(delays, 0.5)} ms, p95 ${quantile(delays, 0.95)} ms`
	);

	await member.page.getByRole('button', { name: 'End', exact: true }).click();
	await member.page.getByRole('button', { name: 'End now' }).click();
	await expect(host.page.getByText('The reading is over')).toBeVisible();
	await expect
		.poll(async () => (await member.call('GET', `/v1/sessions/${room.id}/receipt`)).status)
		.toBe(200);
	const receipt = await host.api('GET', `/v1/sessions/${room.id}/receipt`);
	expect(receipt.minutes.map((minute: { number: number }) => minute.number)).toEqual(
		Array.from({ length: Math.ceil(receipt.active_ms / minuteMs) }, (_, index) => index + 1)
	);
	expect(receipt.gross_minor).toBe(receipt.minutes.length * rate);
	// A socket that is cut and back is no pause: the whole time is one stretch.
	expect(receipt.intervals).toHaveLength(1);
	await Promise.all(browsers.map((one) => one.close()));
});
