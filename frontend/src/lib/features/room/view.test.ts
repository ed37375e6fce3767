import { describe, expect, it } from 'vitest';
import type { Session } from '$lib/api/types';
import { defaultSite } from '$lib/brand/site';
import { wordsOf } from '$lib/brand/words';
import { sessions } from '../../../../e2e/mock/data.mjs';
import { announcement } from './announce';
import { activeAt, begunAt, changesAt, flowsAt, leftAt, mayGoOn, nextRenewAt, viewOf } from './view';

const now = Date.parse('2026-11-20T15:00:00.000Z');
const iso = (offset: number) => new Date(now + offset).toISOString();
const words = wordsOf(defaultSite);
const active = (facts: Partial<Session> = {}): Session => ({
	...(sessions.active?.() as unknown as Session),
	now: iso(0),
	active_ms: 100_000,
	paid_until: iso(20_000),
	renew_at: iso(5000),
	minutes_affordable: 1,
	...facts
});

describe('the clock of the room', () => {
	it('runs_on_from_what_the_server_said', () => expect(activeAt(active(), now + 3000)).toBe(103_000));
	it('stops_at_the_end_of_the_paid_time', () => expect(activeAt(active(), now + 60_000)).toBe(120_000));
	it('stands_while_paused', () => expect(activeAt(active({ state: 'paused' }), now + 60_000)).toBe(100_000));
	it('never_runs_backwards_when_answers_are_late', () =>
		expect(activeAt(active(), now - 5000)).toBe(100_000));
	it('counts_what_is_leased_and_what_the_balance_pays_for', () => {
		expect(leftAt(active(), now)).toBe(80_000);
		expect(leftAt(active({ minutes_affordable: undefined }), now)).toBeUndefined();
	});
});

describe('the minutes of the room', () => {
	const minutes = (facts: Partial<Session> = {}) =>
		active({
			minute_seconds: 60,
			active_ms: 50_000,
			paid_until: iso(70_000),
			minutes_charged: 1,
			minutes_held: 2,
			...facts
		});
	it('begin_with_the_clock_and_not_with_the_next_answer', () => {
		expect(begunAt(minutes(), now + 9999)).toBe(1);
		expect(begunAt(minutes(), now + 10_000)).toBe(2);
	});
	it('are_never_more_than_what_is_leased_nor_fewer_than_what_was_counted', () => {
		expect(begunAt(minutes(), now + 600_000)).toBe(2);
		expect(begunAt(minutes({ minutes_charged: 2 }), now)).toBe(2);
		expect(begunAt(minutes({ state: 'paused' }), now + 600_000)).toBe(1);
	});
});

describe('proof of presence', () => {
	it('is_due_with_the_heartbeat_or_with_the_lease_whichever_is_first', () => {
		expect(nextRenewAt(active(), now, true)).toBe(now + 5000);
		expect(nextRenewAt(active({ renew_at: iso(60_000) }), now, true)).toBe(now + 20_000);
		expect(nextRenewAt(active({ renew_at: undefined }), now, true)).toBe(now + 20_000);
	});
	it('is_left_to_the_pings_of_the_socket_and_the_lease_is_not', () => {
		expect(nextRenewAt(active(), now, false)).toBe(now + 5000);
		expect(nextRenewAt(active({ renew_at: undefined }), now, false)).toBe(Number.POSITIVE_INFINITY);
	});
	it('a_host_leaves_the_lease_to_the_member_and_steps_in_when_it_does_not_come', () => {
		expect(nextRenewAt(active({ you: 'host' }), now, false)).toBe(now + 5000 + 3000);
	});
	it('does_not_become_a_stream_of_calls_when_a_lease_cannot_move_on', () => {
		expect(nextRenewAt(active({ renew_at: iso(-10_000) }), now, true)).toBe(now + 2000);
	});
});

describe('media', () => {
	it('flow_while_the_clock_runs_and_not_at_the_end_of_the_paid_time', () => {
		expect(flowsAt(active(), now)).toBe(true);
		expect(flowsAt(active(), now + 19_999)).toBe(true);
		expect(flowsAt(active(), now + 20_000)).toBe(false);
	});
	it.each(['waiting', 'paused', 'reconnecting', 'ended', 'finalized'] as const)(
		'do_not_flow_when_%s',
		(state) => expect(flowsAt(active({ state }), now)).toBe(false)
	);
});

describe('going on without a press', () => {
	const paused = (facts: Partial<Session>) =>
		mayGoOn(
			active({
				state: 'paused',
				pause_reason: 'unrenewed',
				paused_at: iso(-5000),
				paid_until: undefined,
				...facts
			}),
			now
		);
	it('is_for_a_lease_that_nobody_renewed_in_time', () => expect(paused({})).toBe(true));
	it.each(['left', 'lost', 'funds'] as const)('is_not_for_a_side_that_%s', (pause_reason) =>
		expect(paused({ pause_reason })).toBe(false)
	);
	it('is_over_after_a_minute_as_somebody_may_have_walked_away', () =>
		expect(paused({ paused_at: iso(-60_000) })).toBe(false));
	it('is_not_for_an_administrator_who_looks_on', () => expect(paused({ you: 'admin' })).toBe(false));
	it('is_not_for_who_is_waited_for_already', () => expect(paused({ state: 'reconnecting' })).toBe(false));
});

it('time_changes_a_session_at_the_end_of_what_it_waits_for', () => {
	const facts = {
		expires_at: iso(1000),
		paid_until: iso(2000),
		grace_until: iso(3000),
		accepted_at: undefined
	};
	const at = (state: Session['state']) => changesAt(active({ ...facts, state }));
	expect(['waiting', 'active', 'paused', 'reconnecting', 'ended'].map((state) => at(state as never))).toEqual(
		[now + 1000, now + 2000, now + 3000, now + 3000, undefined]
	);
});

describe('what is read out', () => {
	const moment = (facts: Partial<Session>, leftMs?: number) => ({ session: active(facts), leftMs });

	it('speaks_once_when_two_minutes_and_one_minute_are_left', () => {
		const heard = [130_000, 120_000, 119_000, 61_000, 60_000, 59_000].map((left, index, all) =>
			announcement(index ? moment({}, all[index - 1]) : undefined, moment({}, left), words)
		);
		expect(heard.map(Boolean)).toEqual([false, true, false, false, true, false]);
	});
	it('speaks_when_the_session_starts_pauses_and_ends', () => {
		const waiting = moment({ state: 'waiting', started_at: undefined });
		expect(announcement(waiting, moment({}), words)).toMatch(/started/);
		expect(announcement(moment({}), moment({ state: 'paused' }), words)).toMatch(/paused/);
		expect(announcement(moment({ state: 'paused' }), moment({}), words)).toMatch(/both back/);
		expect(announcement(moment({}), moment({ state: 'ended' }), words)).toMatch(/ended/);
	});
	it('says_nothing_while_nothing_changes', () => {
		expect(announcement(moment({}, 500_000), moment({}, 499_000), words)).toBeUndefined();
	});
});

it('shows_each_state_in_one_of_five_views', () => {
	const views = ['created', 'waiting', 'active', 'paused', 'reconnecting', 'ended', 'finalized'].map(
		(state) => viewOf(active({ state: state as Session['state'], accepted_at: undefined }))
	);
	expect(views).toEqual(['waiting', 'waiting', 'active', 'paused', 'paused', 'over', 'over']);
});
