/**
 * A brand carried by Whereby, in the sandbox's rooms: two browsers meet in the vendor's page, which goes from both at the end
 * of the paid time, comes back with more of it, and whose meeting is deleted after the session. (Agora's network is not to be
 * had on one machine; `mock/agora.spec.ts` holds that room against its SDK's interface.)
 */
import type { FrameLocator, Page } from '@playwright/test';
import { begin, couple, end, expectSound, openRoom, type Couple } from './room-people';
import { expect, inspect, onSchedule, setRoom, test } from './support';

const rate = 400;
/** What a person notices as "at once". */
const atOnceMs = 1000;

let two: Couple | undefined;
let brand = '';

test.beforeAll(async ({}, { project }) => {
	test.setTimeout(180_000);
	// Two minutes, and less than a third.
	two = await couple(project.use.baseURL, ['Wilma', 'Bo'], { rate_minor: rate, funds_minor: 1000 });
	brand = (await two.member.api('GET', '/v1/site')).brand;
	await setRoom(brand, 'whereby');
});
test.afterAll(async () => {
	if (brand) await setRoom(brand, 'peer');
	await two?.close();
});

/** Notes when the vendor's frame comes and goes, by the machine's clock, which both browsers and the server share. */
async function watchFrame(page: Page): Promise<void> {
	await page.addInitScript(() => {
		const gone: number[] = [];
		let there = false;
		Object.assign(window, { gone });
		new MutationObserver(() => {
			const now = document.querySelector('iframe') !== null;
			if (there && !now) gone.push(Date.now());
			there = now;
		}).observe(document, { childList: true, subtree: true });
	});
}

/** The vendor's page, as the room shows it. */
function inFrame(page: Page): FrameLocator {
	return page.getByTestId('frame').frameLocator('iframe');
}

/** Both are in one room of the vendor's. */
async function expectMet({ member, host }: Couple): Promise<void> {
	for (const { page, name } of [member, host]) {
		await expect(inFrame(page).getByText('The other one is here too.')).toBeVisible();
		await expect(inFrame(page).locator('#who')).toContainText(name);
		await expect(page.getByTestId('stage')).toHaveAttribute('data-link', 'connected');
	}
}

test('a reading in a room of Whereby stops at the end of paid time on both sides, and goes on with more', async () => {
	const pair = two as Couple;
	const { member, host } = pair;
	const room = await openRoom(member, host, 'video', watchFrame);
	await begin(room);
	await expectMet(pair);
	await expect(inFrame(member.page).locator('#who')).toContainText('guest');
	await expect(inFrame(host.page).locator('#who')).toContainText('host');
	await member.page.getByRole('button', { name: 'Mute' }).click();
	await expect(inFrame(member.page).getByText('Microphone off, camera on.')).toBeVisible();
	const address = await member.page.locator('iframe').getAttribute('src');
	await inspect(member.page, '71-whereby');

	const seen = () => member.api('GET', `/v1/sessions/${room.id}`);
	await expect.poll(async () => (await seen()).pause_reason, { timeout: 40_000 }).toBe('funds');
	const stoppedAt = Date.parse((await seen()).paused_at);
	for (const { page, name } of [member, host]) {
		await expect(page.getByText('The clock has stopped', { exact: true })).toBeVisible();
		await expect(page.locator('iframe')).toHaveCount(0);
		const gone = await page.evaluate(() => (window as unknown as { gone: number[] }).gone);
		console.log(`figure frame_gone_ms ${(gone.at(-1) ?? Number.NaN) - stoppedAt} ${name}`);
		expect(Math.abs((gone.at(-1) ?? Number.NaN) - stoppedAt), `${name}'s frame`).toBeLessThan(atOnceMs);
	}
	await Promise.all([inspect(host.page, '72-whereby-stopped'), member.topUp(1000)]);
	await member.page.getByRole('button', { name: 'Come back' }).click();
	await expectMet(pair);
	// What was chosen before the stop counts after it.
	await expect(inFrame(member.page).getByText('Microphone off, camera on.')).toBeVisible();
	await end(member, room);
	for (const { page } of [member, host]) await expect(page.locator('iframe')).toHaveCount(0);

	const receipts = await Promise.all([member, host].map((one) => one.receipt(room.id)));
	expect(receipts[0]).toEqual(receipts[1]);
	expectSound(receipts[0], rate);
	await onSchedule('close_meetings');
	const { origin, pathname } = new URL(address ?? '');
	const meetings = await (await member.page.request.get(`${origin}/_sandbox/whereby/meetings`)).json();
	expect(meetings.map(({ roomUrl }: { roomUrl: string }) => roomUrl)).not.toContain(origin + pathname);
	expect(room.faults).toEqual([]);
});
