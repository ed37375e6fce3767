/**
 * Live rooms on the deployed stack: two real browsers with devices that make a picture and a beep, real sockets, WebRTC over
 * loopback. The people are the same for all readings of this file; each has its own session. Lines that begin with `figure`
 * are measurements (`docs/performance.md`).
 */
import type { Page } from '@playwright/test';
import { expectNoSidewaysScroll } from '../fixtures';
import {
	begin,
	couple,
	end,
	expectMoving,
	expectSound,
	framesAt,
	framesOf,
	openRoom,
	smallCamera,
	watchFrames,
	type Couple,
	type Room,
	type Someone
} from './room-people';
import { expect, inspect, ownPage, shoot, test } from './support';

const rate = 100;
/** What a person notices as "at once". */
const atOnceMs = 1000;
/** How long the news of somebody's press may take on a busy machine. */
const toldMs = 10_000;

let two: Couple | undefined;
let desk: Page;
let member: Someone;
let host: Someone;

test.beforeAll(async ({}, { project }) => {
	test.setTimeout(180_000);
	two = await couple(project.use.baseURL, ['Ada', 'Mira'], { rate_minor: rate, funds_minor: 4000 });
	({ desk, member, host } = two);
});
test.afterAll(() => two?.close());

async function write(page: Page, text: string): Promise<void> {
	await page.getByLabel('Your message').fill(text);
	await page.getByLabel('Your message').press('Enter');
}

/** The picture stopped on both sides when the paid time did, and stays stopped. */
async function expectStoppedAt(room: Room, stoppedAt: number): Promise<void> {
	for (const { page, name } of [member, host]) {
		const last = (await framesAt(page)).filter((at) => at < stoppedAt + 60_000).at(-1) ?? 0;
		console.log(`figure cut_delay_ms ${last - stoppedAt} ${name}`);
		expect(Math.abs(last - stoppedAt), `last frame at ${name}'s`).toBeLessThan(atOnceMs);
	}
	const before = await Promise.all([member, host].map(({ page }) => framesOf(page)));
	await member.page.waitForTimeout(1000);
	expect(await Promise.all([member, host].map(({ page }) => framesOf(page)))).toEqual(before);
	const other = await room.member.page
		.getByTestId('other-video')
		.evaluate((video: HTMLVideoElement) => video.srcObject);
	expect(other).toBeNull();
}

test('a video reading moves, is charged, survives a closed lid, stops with the money and goes on with more', async () => {
	test.setTimeout(240_000);
	// Three minutes and a half of money.
	const { available_minor } = await member.api('GET', '/v1/wallet');
	const dear = Math.floor(available_minor / 3.5);
	await host.setRates(dear);
	const room = await openRoom(member, host, 'video', async (page) => {
		await smallCamera(page);
		await watchFrames(page);
	});
	await member.page.getByRole('button', { name: 'Check microphone and camera' }).click();
	await expect(member.page.getByText('You can be heard.')).toBeVisible();
	await inspect(member.page, '60-check');

	const joined = await begin(room);
	await Promise.all([expectMoving(member.page), expectMoving(host.page)]);
	for (const { page, name } of [member, host]) {
		console.log(`figure join_ms ${((await framesAt(page))[0] ?? Number.NaN) - joined} ${name}`);
	}
	await expect(member.page.getByRole('main')).toContainText(/Begun and paid\s*[1-9]/);
	await member.page.setViewportSize({ width: 360, height: 740 });
	await expectNoSidewaysScroll(member.page);
	await shoot(member.page, '61-video-member-360');
	await member.page.setViewportSize({ width: 1100, height: 800 });
	await shoot(host.page, '62-video-host');

	// The member's machine stops for ten seconds: no picture, no ping, no answer.
	const lid = two?.browsers[0];
	const closedAt = Date.now();
	lid?.freeze();
	try {
		await expect(host.page.getByTestId('stage')).toHaveAttribute('data-link', 'reconnecting');
		await shoot(host.page, '63-video-interrupted');
		await host.page.waitForTimeout(Math.max(0, closedAt + 10_000 - Date.now()));
	} finally {
		lid?.thaw();
	}
	await Promise.all([expectMoving(member.page), expectMoving(host.page)]);

	// The money ends.
	const seen = () => member.api('GET', `/v1/sessions/${room.id}`);
	await expect.poll(async () => (await seen()).pause_reason, { timeout: 90_000 }).toBe('funds');
	const paused = await seen();
	for (const { page } of [member, host]) {
		await expect(page.getByText('The clock has stopped', { exact: true })).toBeVisible();
	}
	await expectStoppedAt(room, Date.parse(paused.paused_at));
	await inspect(member.page, '64-video-stopped-member');
	await inspect(host.page, '65-video-stopped-host');

	await member.topUp(dear * 2);
	await member.page.getByRole('button', { name: 'Come back' }).click();
	await Promise.all([expectMoving(member.page), expectMoving(host.page)]);
	await end(member, room);
	await shoot(member.page, '66-video-over');

	const receipts = await Promise.all([member, host].map((one) => one.receipt(room.id)));
	expect(receipts[0]).toEqual(receipts[1]);
	const [receipt] = receipts;
	expectSound(receipt, dear);
	const intervals: { from: string; until: string }[] = receipt.intervals;
	expect(intervals.at(-2)?.until).toBe(paused.paused_at);
	// What was seen lies within what was paid: the end of paid time is known before, that of the reading has to be told.
	const isPaid = (at: number) =>
		intervals.some(({ from, until }, index) => {
			const late = index === intervals.length - 1 ? toldMs : atOnceMs;
			return at >= Date.parse(from) && at <= Date.parse(until) + late;
		});
	for (const { page } of [member, host]) {
		expect((await framesAt(page)).filter((at) => !isPaid(at))).toEqual([]);
	}
	await member.page.getByRole('link', { name: 'Open the receipt' }).click();
	await expect(member.page.getByText('Every figure follows from the rest.')).toBeVisible();
	expect(room.faults).toEqual([]);
});

test('a voice reading is heard, opens no camera, and mute, devices and a second window do what they say', async () => {
	test.setTimeout(180_000);
	await host.setRates(rate);
	await member.haveFunds(3000);
	const room = await openRoom(member, host, 'voice');
	await begin(room);
	for (const { page } of [member, host]) {
		await expect(page.getByTestId('stage')).toHaveAttribute('data-link', 'connected', { timeout: 40_000 });
		await expect(page.getByRole('button', { name: 'Stop camera' })).toHaveCount(0);
		// The element plays: it was silent when its stream came before the sound.
		const other = page.getByTestId('other-video');
		const played = () => other.evaluate((one: HTMLVideoElement) => one.currentTime);
		await expect.poll(played).toBeGreaterThan(0);
		const before = await played();
		await expect.poll(played).toBeGreaterThan(before);
		const kinds = await other.evaluate((one: HTMLVideoElement) =>
			(one.srcObject as MediaStream).getTracks().map(({ kind }) => kind)
		);
		expect(kinds).toEqual(['audio']);
	}
	await expect.poll(() => loudness(host.page)).toBeGreaterThan(0.01);

	await member.page.getByRole('button', { name: 'Mute' }).click();
	await expect(host.page.getByText(`${member.name} is muted`)).toBeVisible();
	await expect.poll(() => loudness(host.page)).toBeLessThan(0.001);
	await member.page.getByTestId('stage').press('m');
	await expect(host.page.getByText(`${member.name} is muted`)).toHaveCount(0);
	await member.page.getByRole('button', { name: 'Devices' }).click();
	await expect(member.page.getByLabel('Microphone', { exact: true })).toBeVisible();
	await inspect(member.page, '67-voice');

	const second = await member.context.newPage();
	await second.goto(`/sessions/${room.id}`);
	await expect(second.getByTestId('stage')).toHaveAttribute('data-link', 'connected', { timeout: 40_000 });
	await expect(member.page.getByText('Sound and picture go on in another window of yours.')).toBeVisible();
	await second.close();
	await member.page.getByRole('button', { name: 'Take it back here' }).click();
	await expect(member.page.getByTestId('stage')).toHaveAttribute('data-link', 'connected', {
		timeout: 40_000
	});
	await end(member, room);
	expectSound(await host.receipt(room.id), rate);
	expect(room.faults).toEqual([]);
});

/** The loudest sample of the other side within a second and a half; the device beeps once a second. */
function loudness(page: Page): Promise<number> {
	return page.getByTestId('other-video').evaluate(async (one: HTMLVideoElement) => {
		const context = new AudioContext();
		const ear = context.createAnalyser();
		context.createMediaStreamSource(one.srcObject as MediaStream).connect(ear);
		const samples = new Float32Array(ear.fftSize);
		let peak = 0;
		for (let look = 0; look < 75; look++) {
			await new Promise((done) => setTimeout(done, 20));
			ear.getFloatTimeDomainData(samples);
			peak = Math.max(peak, ...samples);
		}
		await context.close();
		return peak;
	});
}

test('a text reading opens no device, tells delivered from read, keeps links shut, and its messages can be reported', async () => {
	test.setTimeout(180_000);
	await host.setRates(rate);
	await member.haveFunds(2000);
	const asked: string[] = [];
	const room = await openRoom(member, host, 'text', async (page) => {
		await page.exposeFunction('opened', () => asked.push('a device'));
		await page.addInitScript(() => {
			navigator.mediaDevices.getUserMedia = () => {
				void (window as unknown as { opened: () => void }).opened();
				return Promise.reject(new Error('no device in a text reading'));
			};
		});
	});
	await begin(room);
	const polls: string[] = [];
	const begun = Date.now();
	member.page.on('request', (request) => {
		const isPoll = new RegExp(`/v1/sessions/${room.id}(/messages)?(\\?|$)`).test(request.url());
		if (request.method() === 'GET' && isPoll) polls.push(request.url());
	});
	await host.page.getByLabel('Your message').pressSequentially('I am th');
	await expect(member.page.getByText(`${host.name} is writing…`)).toBeVisible();
	await write(member.page, 'Look at https://example.com/card?x=1.');
	await expect(member.page.getByTestId('delivery')).toHaveText('Read');
	await expect(host.page.getByRole('log').getByRole('link')).toHaveCount(0);
	await host.page.getByRole('button', { name: 'Open link' }).click();
	await expect(host.page.getByRole('dialog')).toContainText('example.com');
	await expect(host.page.getByRole('link', { name: /^Open example.com/ })).toHaveAttribute(
		'rel',
		/noopener noreferrer/
	);
	await inspect(host.page, '68-link');
	await host.page.keyboard.press('Escape');

	const rude = `Only a fool would not ask me every day. ${Date.now()}`;
	await write(host.page, rude);
	await expect(member.page.getByRole('log')).toContainText(rude);
	await member.page.getByRole('button', { name: `Report this message of ${host.name}` }).click();
	const dialog = member.page.getByRole('dialog');
	await expect(dialog.getByRole('button', { name: 'Send report' })).toHaveAttribute('aria-disabled', 'true');
	await dialog.getByLabel('What is wrong with it?').fill('It is pressure to pay again.');
	await inspect(member.page, '69-report');
	await dialog.getByRole('button', { name: 'Send report' }).click();
	await expect(member.page.getByText('Reported. Thank you; our team will look at it.')).toBeVisible();

	// The socket tells: asking every two seconds, as where it is refused, would be many more.
	const seconds = (Date.now() - begun) / 1000;
	expect(polls.length, `in ${seconds} s: ${polls.join(' ')}`).toBeLessThan(2 + seconds / 10);
	await end(member, room);
	await expect(host.page.getByRole('log')).toContainText('Look at');
	const [file] = await Promise.all([
		host.page.waitForEvent('download'),
		host.page.getByRole('button', { name: 'Save the conversation' }).click()
	]);
	expect(file.suggestedFilename()).toMatch(/\.txt$/);
	expect(asked).toEqual([]);
	expect(room.faults).toEqual([]);
	await decide(rude);
});

/** The office opens the report of these words, reads around it, and resolves it with a note. */
async function decide(words: string): Promise<void> {
	await ownPage(desk, 'Administration');
	await desk.getByRole('link', { name: 'Reports', exact: true }).click();
	const card = desk.getByRole('listitem').filter({ hasText: 'It is pressure to pay again.' });
	await expect(card).toContainText(words);
	await card.getByRole('button', { name: 'Show the conversation' }).click();
	const around = card.getByRole('list', { name: 'What was said around the message' });
	await expect(around.getByRole('listitem')).toHaveCount(2);
	await expect(around.getByRole('listitem').filter({ hasText: words })).toContainText('Reported');
	await inspect(desk, '70-reports');
	await card.getByRole('button', { name: 'Resolve' }).click();
	const dialog = desk.getByRole('dialog');
	await dialog.getByLabel('Reason').fill('ok');
	await dialog.getByRole('button', { name: 'Resolve' }).click();
	await expect(dialog.getByText('At least 3 characters.')).toBeVisible();
	await dialog.getByLabel('Reason').fill('Spoke with the reader.');
	await dialog.getByRole('button', { name: 'Resolve' }).click();
	await expect(desk.getByText(`The report of a message of ${host.name} is resolved.`)).toBeVisible();
	await expect(card).toHaveCount(0);
	await desk.getByLabel('Status').selectOption('resolved');
	await expect(card).toContainText('Spoke with the reader.');
	await desk.getByRole('link', { name: 'Audit', exact: true }).click();
	for (const action of ['read_report', 'decide_report']) {
		await expect(desk.getByText(action, { exact: true }).first()).toBeVisible();
	}
}

test('where sockets are refused the room asks instead, and a missed lease is taken up again without a press', async () => {
	test.setTimeout(180_000);
	await host.setRates(rate);
	await member.haveFunds(2000);
	let sockets = 0;
	await member.context.routeWebSocket(/\?ticket=/, (socket) => {
		sockets += 1;
		void socket.close();
	});
	const room = await openRoom(member, host, 'text');
	await begin(room);
	await expect(member.page.getByText('Live updates do not get through.')).toBeVisible();
	await write(host.page, 'Can you read this?');
	await expect(member.page.getByRole('log')).toContainText('Can you read this?');
	expect(sockets).toBeGreaterThan(1);

	// No renewal gets through until the paid time is over; nobody presses anything.
	const renewal = '**/renew';
	for (const { context } of [member, host]) await context.route(renewal, (route) => route.abort());
	const seen = () => host.api('GET', `/v1/sessions/${room.id}`);
	const { pauses_left } = await seen();
	const wentOn = async () => {
		const now = await seen();
		return now.state === 'active' && now.pauses_left < pauses_left;
	};
	await expect.poll(wentOn, { timeout: 40_000 }).toBe(true);
	for (const { context } of [member, host]) await context.unroute(renewal);
	for (const { page } of [member, host])
		await expect(page.getByText('Running', { exact: true })).toBeVisible();
	await end(host, room);
	const receipt = await member.receipt(room.id);
	expect(receipt.intervals.length).toBeGreaterThan(1);
	expectSound(receipt, rate);
	// The calls that were cut off are errors of the console; nothing else is.
	expect(room.faults.filter((fault) => !/net::ERR_FAILED|WebSocket/.test(fault))).toEqual([]);
});
