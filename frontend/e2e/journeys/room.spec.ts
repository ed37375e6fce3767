/** Live rooms on the deployed stack: real browsers, real sockets, WebRTC over loopback, minutes of five seconds. */
import { expect, inspect, shoot, test } from './support';
import {
	begin,
	expectMoving,
	framesAt,
	framesOf,
	office,
	openRoom,
	ownBrowser,
	Someone,
	watchFrames,
	type OwnBrowser
} from './room-people';

const rate = 500;
const minuteMs = 5000;
/** What a person notices as "at once", and what this test is about. */
const atOnceMs = 1000;

let browsers: OwnBrowser[];
test.beforeEach(async () => {
	browsers = await Promise.all([ownBrowser(), ownBrowser()]);
});
test.afterEach(async () => {
	await Promise.all(browsers.map((one) => one.close()));
});

async function couple(baseURL: string | undefined, money: number) {
	const [first, second] = browsers as [OwnBrowser, OwnBrowser];
	const desk = await office(second.browser, baseURL);
	const [member, host] = await Promise.all([
		Someone.arrive(first.browser, baseURL, 'Ada'),
		Someone.arrive(second.browser, baseURL, 'Mira')
	]);
	await host.openStudio(desk, rate);
	await desk.context().close();
	await member.topUp(money);
	return { member, host, lid: first };
}

test('a video reading moves, is charged, survives a closed lid, stops with the money and goes on with more', async ({
	baseURL
}) => {
	test.setTimeout(240_000);
	const { member, host, lid } = await couple(baseURL, 7000);
	await Promise.all([watchFrames(member.page), watchFrames(host.page)]);
	const room = await openRoom(member, host, 'video');
	await member.page.getByRole('button', { name: 'Check microphone and camera' }).click();
	await expect(member.page.getByText('You can be heard.')).toBeVisible();
	await inspect(member.page, '60-precall');

	const joined = Date.now();
	await begin(room);
	await Promise.all([expectMoving(member.page), expectMoving(host.page)]);
	const first = (await framesAt(member.page))[0] ?? Number.NaN;
	console.log(`first frame ${first - joined} ms after the press on Accept, which comes before Join`);
	await expect(member.page.getByRole('main')).toContainText(/Begun and paid\s*[1-9]/);
	await shoot(member.page, '61-video-member');
	await shoot(host.page, '62-video-host');

	// The member's machine stops for ten seconds: no picture, no ping, no answer.
	lid.freeze();
	await expect(host.page.getByTestId('stage')).toHaveAttribute('data-link', 'reconnecting', {
		timeout: 15_000
	});
	await shoot(host.page, '63-video-interrupted');
	await host.page.waitForTimeout(4000);
	lid.thaw();
	await Promise.all([expectMoving(member.page), expectMoving(host.page)]);

	// The money ends: the picture stops on both sides when the paid time does.
	await expect(host.page.getByText('The clock has stopped', { exact: true })).toBeVisible({
		timeout: 90_000
	});
	await expect(member.page.getByText('The clock has stopped', { exact: true })).toBeVisible();
	const paused = await member.api('GET', `/v1/sessions/${room.id}`);
	expect(paused.pause_reason).toBe('funds');
	const stoppedAt = Date.parse(paused.paused_at);
	for (const { page, name } of [member, host]) {
		const last = (await framesAt(page)).filter((at) => at < stoppedAt + 60_000).at(-1) ?? 0;
		console.log(`last frame at ${name}'s: ${last - stoppedAt} ms after the end of the paid time`);
		expect(Math.abs(last - stoppedAt)).toBeLessThan(atOnceMs);
		const frames = await framesOf(page);
		await page.waitForTimeout(1200);
		expect(await framesOf(page)).toBe(frames);
	}
	await inspect(member.page, '64-video-stopped-member');
	await inspect(host.page, '65-video-stopped-host');

	await member.topUp(1500);
	await member.page.getByRole('button', { name: 'Come back' }).click();
	await Promise.all([expectMoving(member.page), expectMoving(host.page)]);
	await member.page.getByRole('button', { name: 'End', exact: true }).click();
	await member.page.getByRole('button', { name: 'End now' }).click();
	for (const { page } of [member, host]) await expect(page.getByText('The reading is over')).toBeVisible();

	await expect
		.poll(async () => (await member.call('GET', `/v1/sessions/${room.id}/receipt`)).status)
		.toBe(200);
	const receipts = await Promise.all(
		[member, host].map((one) => one.api('GET', `/v1/sessions/${room.id}/receipt`))
	);
	expect(receipts[0]).toEqual(receipts[1]);
	const [receipt] = receipts;
	const intervals: { from: string; until: string; active_ms: number }[] = receipt.intervals;
	const active = intervals.reduce((sum, one) => sum + Date.parse(one.until) - Date.parse(one.from), 0);
	expect(receipt.active_ms).toBe(active);
	expect(receipt.minutes).toHaveLength(Math.ceil(active / minuteMs));
	expect(receipt.gross_minor).toBe(receipt.minutes.length * rate);
	// What was seen lies within what was paid.
	for (const { page } of [member, host]) {
		const outside = (await framesAt(page)).filter(
			(at) => !intervals.some((one) => at >= Date.parse(one.from) && at <= Date.parse(one.until) + atOnceMs)
		);
		expect(outside).toEqual([]);
	}
	await member.page.getByRole('link', { name: 'Open the receipt' }).click();
	await expect(member.page.getByText('Every figure follows from the rest.')).toBeVisible();
});

test('a voice reading opens no camera, and mute, devices and a second window do what they say', async ({
	baseURL
}) => {
	test.setTimeout(180_000);
	const { member, host } = await couple(baseURL, 25_000);
	const room = await openRoom(member, host, 'voice');
	await begin(room);
	for (const { page } of [member, host]) {
		await expect(page.getByTestId('stage')).toHaveAttribute('data-link', 'connected', { timeout: 40_000 });
		await expect(page.getByRole('button', { name: 'Stop camera' })).toHaveCount(0);
	}
	// Sound arrives: the element that plays it has a live track, and its clock moves.
	const played = () =>
		host.page.getByTestId('other-video').evaluate((one: HTMLVideoElement) => one.currentTime);
	const before = await played();
	await expect.poll(played).toBeGreaterThan(before);
	const kinds = await host.page
		.getByTestId('other-video')
		.evaluate((one: HTMLVideoElement) => (one.srcObject as MediaStream).getTracks().map(({ kind }) => kind));
	expect(kinds).toEqual(['audio']);

	await member.page.getByRole('button', { name: 'Mute' }).click();
	await expect(host.page.getByText(`${member.name} is muted`)).toBeVisible();
	await member.page.getByTestId('stage').press('m');
	await expect(host.page.getByText(`${member.name} is muted`)).toHaveCount(0);
	await member.page.getByRole('button', { name: 'Devices' }).click();
	await expect(member.page.getByLabel('Microphone', { exact: true })).toBeVisible();
	await inspect(member.page, '66-voice');

	const second = await member.context.newPage();
	await second.goto(`/sessions/${room.id}`);
	await expect(second.getByTestId('stage')).toHaveAttribute('data-link', 'connected', { timeout: 40_000 });
	await expect(member.page.getByText('Sound and picture go on in another window of yours.')).toBeVisible();
	await second.close();
	await member.page.getByRole('button', { name: 'Take it back here' }).click();
	await expect(member.page.getByTestId('stage')).toHaveAttribute('data-link', 'connected', {
		timeout: 40_000
	});
	await member.page.getByRole('button', { name: 'End', exact: true }).click();
	await member.page.getByRole('button', { name: 'End now' }).click();
	await expect(host.page.getByText('The reading is over')).toBeVisible();
});

test('a text reading opens no device, tells delivered from read, and keeps links shut', async ({
	baseURL
}) => {
	test.setTimeout(180_000);
	const { member, host } = await couple(baseURL, 25_000);
	const asked: string[] = [];
	for (const { page, name } of [member, host]) {
		await page.exposeFunction('opened', () => asked.push(name));
		await page.addInitScript(() => {
			navigator.mediaDevices.getUserMedia = () => {
				void (window as unknown as { opened: () => void }).opened();
				return Promise.reject(new Error('no device in a text reading'));
			};
		});
	}
	const room = await openRoom(member, host, 'text');
	await begin(room);
	const write = async (page: typeof member.page, text: string) => {
		await page.getByLabel('Your message').fill(text);
		await page.getByLabel('Your message').press('Enter');
	};
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
	await inspect(host.page, '67-link');
	await host.page.keyboard.press('Escape');

	await member.page.getByRole('button', { name: 'End', exact: true }).click();
	await member.page.getByRole('button', { name: 'End now' }).click();
	await expect(host.page.getByText('The reading is over')).toBeVisible();
	await expect(host.page.getByRole('log')).toContainText('Look at');
	const [file] = await Promise.all([
		host.page.waitForEvent('download'),
		host.page.getByRole('button', { name: 'Save the conversation' }).click()
	]);
	expect(file.suggestedFilename()).toMatch(/\.txt$/);
	expect(asked).toEqual([]);
});

test('where sockets are refused the room asks instead', async ({ baseURL }) => {
	test.setTimeout(180_000);
	const { member, host } = await couple(baseURL, 25_000);
	let sockets = 0;
	await member.context.routeWebSocket(/\?ticket=/, (socket) => {
		sockets += 1;
		void socket.close();
	});
	const room = await openRoom(member, host, 'text');
	await begin(room);
	await expect(member.page.getByText('Live updates do not get through.')).toBeVisible();
	await host.page.getByLabel('Your message').fill('Can you read this?');
	await host.page.getByLabel('Your message').press('Enter');
	await expect(member.page.getByRole('log')).toContainText('Can you read this?');
	await expect(member.page.getByRole('main')).toContainText(/Begun and paid\s*[2-9]/);
	expect(sockets).toBeGreaterThan(1);
	await host.page.getByRole('button', { name: 'End', exact: true }).click();
	await host.page.getByRole('button', { name: 'End now' }).click();
	await expect(member.page.getByText('The reading is over')).toBeVisible();
});
