import { defineConfig } from '@playwright/test';

const mockUrl = `http://127.0.0.1:${process.env.MOCK_PORT ?? 4599}`;
const stack = process.env.PARLOR_URL;

export default defineConfig({
	testDir: '.',
	outputDir: '../test-results',
	forbidOnly: Boolean(process.env.CI),
	workers: 2,
	// Generous: a machine that also compiles is slow, and a wait ends as soon as what it waits for is there.
	timeout: 120_000,
	expect: { timeout: 20_000 },
	reporter: [['list']],
	use: {
		locale: 'en-US',
		timezoneId: 'Europe/Berlin',
		trace: 'retain-on-failure',
		launchOptions: {
			executablePath: process.env.PARLOR_CHROMIUM ?? '/usr/bin/chromium',
			args: [
				'--no-sandbox',
				'--disable-gpu',
				'--disable-quic',
				'--disable-background-networking',
				'--disable-component-update',
				'--disable-sync',
				'--no-first-run'
			]
		}
	},
	projects: [
		{ name: 'mock', testDir: './mock', use: { baseURL: mockUrl } },
		// Journeys against the deployed local stack; `cargo x test` says by PARLOR_URL where it answers. One at a time:
		// the brand and the issuer's people are one world for all.
		{ name: 'stack', testDir: './journeys', use: { baseURL: stack }, workers: 1 }
	],
	webServer: stack
		? undefined
		: {
				command: 'node e2e/mock/server.mjs',
				cwd: '..',
				url: `${mockUrl}/v1/site`,
				reuseExistingServer: false
			}
});
