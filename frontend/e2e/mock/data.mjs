// What the mock answers with: people, hosts, sessions in every state, one receipt that adds up.
import { proven } from './proofs.mjs';

const minute = 60_000;
const day = 86_400_000;
/** @param {number} offsetMs */
export const at = (offsetMs) => new Date(Date.now() + offsetMs).toISOString();
/** A UUID v7 look-alike that sorts by its number. @param {number} number */
export const id = (number) => `0190c000-0000-7000-8000-${String(number).padStart(12, '0')}`;

const joined = '2026-03-02T10:00:00.000Z';
export const people = {
	member: {
		id: id(1),
		email: 'mara@example.com',
		display_name: 'Mara',
		roles: ['member'],
		time_zone: 'Europe/Berlin',
		host_status: 'none',
		suspended: false,
		second_factor: false,
		created_at: joined
	},
	host: {
		id: id(2),
		email: 'luna@example.com',
		display_name: 'Luna Márquez',
		roles: ['member', 'host'],
		time_zone: 'America/New_York',
		host_status: 'verified',
		host_slug: 'luna-marquez',
		suspended: false,
		second_factor: true,
		created_at: joined
	},
	admin: {
		id: id(3),
		email: 'admin@example.com',
		display_name: 'Ada',
		roles: ['member', 'admin'],
		host_status: 'none',
		suspended: false,
		second_factor: false,
		created_at: joined
	}
};

export const signIns = [
	{
		id: id(71),
		browser:
			'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
		began_at: at(-86_400_000),
		seen_at: at(-60_000),
		current: true
	},
	{
		id: id(72),
		browser:
			'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
		began_at: at(-20 * 86_400_000),
		seen_at: at(-3 * 3_600_000),
		current: false
	},
	{ id: id(73), began_at: at(-25 * 86_400_000), seen_at: at(-25 * 86_400_000), current: false }
];

const profiles = [
	[
		'luna-marquez',
		'Luna Márquez',
		'I read what the cards leave unsaid. Twenty years at the table, mostly with people who are about to decide something.',
		['Tarot', 'Love', 'Crossroads'],
		{ text_minor: 299, voice_minor: 399, video_minor: 499 },
		true,
		'4.9',
		212
	],
	[
		'orion-vale',
		'Orion Vale',
		'Natal charts, transits and plain words. Bring your birth time and one honest question.',
		['Astrology', 'Career'],
		{ text_minor: 199, voice_minor: 349 },
		true,
		'4.7',
		88
	],
	[
		'sister-wren',
		'Sister Wren',
		'A quiet medium for those who have lost someone. We go as slowly as you need.',
		['Mediumship', 'Grief'],
		{ voice_minor: 550, video_minor: 650 },
		true,
		'5.0',
		41
	],
	[
		'tomas-de-la-huerta-y-villalobos',
		'Tomás de la Huerta y Villalobos',
		'Numerology without mystery: I show you the arithmetic.',
		['Numerology', 'Dreams', 'Family', 'Past lives', 'Moon'],
		{ text_minor: 150 },
		false,
		undefined,
		0
	],
	[
		'iris-northwood',
		'Iris Northwood',
		'Runes and rough honesty. I will not tell you what you came to hear.',
		['Runes', 'Work'],
		{ text_minor: 99, voice_minor: 199 },
		false,
		'4.4',
		17
	]
];
const fillers = Array.from({ length: 25 }, (_, index) => [
	`reader-${index + 1}`,
	`Reader ${index + 1}`,
	'Here in the evenings, with a candle and an open mind.',
	['Intuition'],
	{ text_minor: 250 + index },
	false,
	'4.1',
	index + 3
]);

export const hosts = [...profiles, ...fillers].map(
	([slug, name, bio, specialties, rates, online, rating, reviews], index) => ({
		id: id(100 + index),
		slug,
		name,
		headline: String(bio).slice(0, 140),
		specialties,
		rates,
		currency: 'USD',
		online,
		rating,
		review_count: reviews,
		session_count: Number(reviews) * 3,
		bio: `${bio}\n\nI answer in writing, and I tell you when I do not know.`,
		member_since: joined
	})
);
export const self = {
	...hosts[0],
	status: 'verified',
	statement: 'Twenty years at the table.',
	applied_at: joined,
	version: 3
};

/** @param {number} number @param {Record<string, unknown>} facts */
function session(number, facts) {
	return {
		id: id(number),
		brand: 'soulseer',
		modality: 'text',
		room: 'peer',
		state: 'waiting',
		you: 'member',
		member: { id: id(1), name: 'Mara', present: true, joined: false },
		host: { id: id(2), name: 'Luna Márquez', slug: 'luna-marquez', present: true, joined: false },
		rate_minor: 299,
		currency: 'USD',
		minute_seconds: 60,
		created_at: at(-20_000),
		pauses_left: 5,
		now: at(0),
		active_ms: 0,
		minutes_charged: 0,
		minutes_held: 0,
		held_minor: 0,
		balance_minor: 4251,
		minutes_affordable: 14,
		low_funds: false,
		heartbeat_seconds: 20,
		...facts
	};
}
const both = {
	member: { id: id(1), name: 'Mara', present: true, joined: true },
	host: { id: id(2), name: 'Luna Márquez', slug: 'luna-marquez', present: true, joined: true }
};
/** @param {number} ms */
const running = (ms) => ({
	...both,
	started_at: at(-ms),
	accepted_at: at(-ms - 9000),
	active_ms: ms,
	minutes_charged: Math.ceil(ms / minute),
	minutes_held: Math.ceil(ms / minute),
	held_minor: Math.ceil(ms / minute) * 299,
	paid_until: at(minute - (ms % minute)),
	renew_at: at(minute - (ms % minute) - 15_000)
});
const settled = {
	...both,
	state: 'finalized',
	started_at: at(-2 * day),
	ended_at: at(-2 * day + 440_000),
	end_reason: 'completed',
	active_ms: 440_000,
	minutes_charged: 8,
	settlement: { minutes: 8, gross_minor: 2392, share_minor: 1672, fee_minor: 720, released_minor: 299 }
};

/** Fresh instants at each call, so that countdowns run. @type {Record<string, () => Record<string, unknown>>} */
export const sessions = {
	waiting: () => session(201, { expires_at: at(95_000) }),
	accepted: () =>
		session(202, {
			modality: 'voice',
			expires_at: at(80_000),
			accepted_at: at(-5000),
			host: { ...both.host }
		}),
	active: () => session(203, { state: 'active', ...running(154_000) }),
	low: () =>
		session(204, {
			state: 'active',
			...running(400_000),
			low_funds: true,
			balance_minor: 120,
			minutes_affordable: 0
		}),
	paused: () =>
		session(205, {
			...running(240_000),
			state: 'paused',
			pause_reason: 'funds',
			grace_until: at(252_000),
			pauses_left: 4,
			balance_minor: 120,
			minutes_affordable: 0,
			paid_until: undefined,
			renew_at: undefined
		}),
	reconnecting: () =>
		session(206, {
			...running(200_000),
			state: 'reconnecting',
			pause_reason: 'lost',
			grace_until: at(120_000),
			pauses_left: 3,
			paid_until: undefined,
			renew_at: undefined,
			host: { ...both.host, present: false }
		}),
	video: () => session(209, { state: 'active', modality: 'video', ...running(34_000) }),
	finalized: () =>
		session(207, {
			...settled,
			created_at: at(-2 * day),
			summary: { host: 'The door you keep looking at is open. Rest first.' }
		}),
	expired: () =>
		session(208, {
			state: 'finalized',
			end_reason: 'expired',
			created_at: at(-3 * day),
			ended_at: at(-3 * day)
		})
};

const begin = Date.parse('2026-11-18T20:00:00.000Z');
const iso = (/** @type {number} */ ms) => new Date(begin + ms).toISOString();
/** A receipt whose hour is published. */
export const receipt = proven({
	session_id: id(207),
	brand: 'soulseer',
	modality: 'text',
	currency: 'USD',
	member: { id: id(1), name: 'Mara' },
	host: { id: id(2), name: 'Luna Márquez' },
	rate_minor: 299,
	fee_rule: { version: 'soulseer-1', platform_percent: '30' },
	minute_ms: 60_000,
	intervals: [
		{ from: iso(0), until: iso(300_417), active_ms: 300_417 },
		{ from: iso(360_000), until: iso(499_618), active_ms: 139_618 }
	],
	active_ms: 440_035,
	minutes: Array.from({ length: 8 }, (_, index) => ({
		number: index + 1,
		entry_id: `entry-${index + 1}`,
		charged_at: iso(index * minute + (index > 4 ? minute : 0)),
		rate_minor: 299,
		share_minor: 209,
		fee_minor: 90,
		refunded_minor: index === 1 ? 299 : 0
	})),
	released: { minutes: 1, amount_minor: 299 },
	gross_minor: 2392,
	share_minor: 1672,
	fee_minor: 720,
	refunded_minor: 299,
	settlement_entry_id: id(900),
	settled_at: iso(501_000)
});

export const messages = [
	['host', 'Hello Mara. Take a breath, and tell me what brought you here tonight.'],
	['member', 'I have been offered a job in another city. I keep making lists and they keep coming out even.'],
	[
		'host',
		'Then the lists are not asking the right question.\nWhat would you miss on the first quiet Sunday?'
	]
].map(([from, text], index) => ({
	id: id(500 + index),
	session_id: id(203),
	from,
	text,
	sent_at: at(-140_000 + index * 30_000)
}));

/** The host has read what the member wrote. */
export const marks = { member: {}, host: { delivered_up_to: id(501), read_up_to: id(501) } };

export const wallet = {
	available_minor: 4251,
	held_minor: 897,
	currency: 'USD',
	spending_locked: false,
	open_session_id: id(203),
	top_up_min_minor: 100,
	top_up_max_minor: 50_000
};
export const statement = [
	...[3, 2, 1].map((number) => ({
		entry_id: `m${number}`,
		at: at(-200_000 + number * minute),
		reason: 'session_minute',
		amount_minor: -299,
		session_id: id(203),
		minute: number,
		other_name: 'Luna Márquez'
	})),
	{ entry_id: 't1', at: at(-day), reason: 'top_up', amount_minor: 5000, top_up_id: id(301) },
	{
		entry_id: 'r1',
		at: at(-day * 2),
		reason: 'refund',
		amount_minor: 299,
		session_id: id(207),
		minute: 2,
		other_name: 'Luna Márquez',
		note: 'Connection was bad'
	},
	{
		entry_id: 's1',
		at: at(-day * 2 - 1000),
		reason: 'settlement',
		amount_minor: 299,
		session_id: id(207),
		other_name: 'Luna Márquez'
	},
	...[8, 7, 6, 5, 4, 3, 2, 1].map((number) => ({
		entry_id: `o${number}`,
		at: at(-day * 2 - 600_000 + number * minute),
		reason: 'session_minute',
		amount_minor: -299,
		session_id: id(207),
		minute: number,
		other_name: 'Luna Márquez'
	}))
];
export const earnings = [1, 2, 3].map((number) => ({
	entry_id: `e${number}`,
	at: at(-number * day),
	reason: number === 2 ? 'refund' : 'settlement',
	session_id: id(207),
	member_name: 'Mara',
	minutes: number === 2 ? 1 : 8,
	gross_minor: number === 2 ? -299 : 2392,
	share_minor: number === 2 ? -209 : 1672,
	fee_minor: number === 2 ? -90 : 720
}));
export const payouts = {
	payee: { state: 'ready', requirements_due: 0 },
	next: { at: at(3 * day), estimate_minor: 1463, minimum_minor: 500 },
	currency: 'USD',
	items: [
		{ state: 'reserved', days: 0, amount: 2100 },
		{ state: 'paid', days: 7, amount: 4200 },
		{ state: 'failed', days: 14, amount: 3990, problem: 'balance_insufficient' }
	].map(({ state, days, amount, problem }, number) => ({
		id: id(501 + number),
		period: `2026-W${48 - number}`,
		amount_minor: amount,
		returned_minor: 0,
		currency: 'USD',
		state,
		problem,
		reserved_at: at(-days * day),
		decided_at: state === 'reserved' ? undefined : at(-days * day)
	}))
};
export const hostPayouts = payouts.items.map((payout, number) => ({
	...payout,
	host_id: id(101),
	host_name: 'Luna Voss',
	attempt: 1,
	sends: 1,
	transfer_id: payout.state === 'paid' ? 'tr_7a1c09b2e35d4f6688aa0c11' : undefined,
	hold_reason: number === 1 ? 'We look into a complaint.' : undefined
}));
/** @param {string} from @param {number} number @param {string} text */
const said = (from, number, text) => ({
	id: id(700 + number),
	session_id: id(207),
	from,
	text,
	sent_at: at(-7200_000 + number * 20_000)
});
const reported = {
	id: id(750),
	status: 'open',
	session_id: id(207),
	message_id: id(702),
	text: 'You would be a fool not to ask me every single day from now on.',
	sent_at: at(-7200_000 + 40_000),
	author: { id: id(101), name: 'Luna Márquez' },
	reporter: { id: id(1), name: 'Ada' },
	reason: 'It felt like pressure to come back and pay again.',
	reported_at: at(-3600_000)
};
export const reports = [
	reported,
	{
		...reported,
		id: id(751),
		status: 'resolved',
		note: 'Spoke with the reader; a warning, the first one.',
		decided_at: at(-1800_000)
	}
];
export const reportMessages = [
	said('member', 1, 'Thank you, that is all I wanted to know.'),
	said('host', 2, reported.text),
	said('member', 3, 'Please do not say such things.')
];

export const audit = [
	{
		id: id(401),
		at: at(-3600_000),
		actor_id: id(3),
		actor_name: 'Ada',
		action: 'host.verify',
		object_type: 'host',
		object_id: id(101),
		details: {}
	},
	{
		id: id(402),
		at: at(-7200_000),
		actor_id: id(3),
		actor_name: 'Ada',
		action: 'refund',
		object_type: 'session',
		object_id: id(207),
		details: { minute: '2', reason: 'Connection was bad' }
	}
];
export const conservation = {
	started_at: at(-2000),
	at: at(0),
	conserved: true,
	accounts_checked: 42,
	entries_read: 317,
	currencies: [
		{
			currency: 'USD',
			spending_minor: 4251,
			earnings_minor: 3135,
			held_minor: 897,
			payouts_minor: 0,
			fees_minor: 1350,
			write_offs_minor: 0,
			processor_minor: -9633,
			sum_minor: 0
		}
	],
	shards: [{ shard: 3, currency: 'USD', entries: 317, sum_minor: 0 }],
	differences_count: 0,
	differences: []
};
export const status = {
	at: at(0),
	money: {
		state: 'conserved',
		checked_at: at(-1500_000),
		balances_checked: 42,
		balances_differing: 0,
		entries_read: 317,
		sums: [{ currency: 'USD', sum_minor: 0 }]
	}
};
