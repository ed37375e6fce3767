//! The meter's laws, and the specification's timings read off the pure rules.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

use ledger::{Currency, FeeRule, Money};
use metering::{
    EndReason, Facts, Lease, Meter, PauseReason, Presence, Refusal, Side, Sides, State, Step, Terms,
};
use proptest::prelude::*;

fn terms(rate: i64) -> Terms {
    Terms {
        rate: Money::new(rate, Currency::USD),
        fee_rule: FeeRule::new("soulseer", "30").unwrap(),
        minute_ms: 60_000,
        lease_minutes: 1,
    }
}

fn facts(now_ms: i64, leased: u32, available_minor: i64) -> Facts {
    let presence = Presence { member: Some(now_ms), host: Some(now_ms) };
    Facts { leased, available_minor, presence, now_ms }
}

/// Active since 0 with one minute leased.
fn active(rate: i64) -> Meter {
    let seen = facts(0, 0, 100_000);
    let meter = Meter::request(terms(rate), 0).accept(0).unwrap();
    let meter = meter.join(Side::Member, &seen).unwrap();
    meter.join(Side::Host, &seen).unwrap()
}

#[test]
fn a_request_that_nobody_answers_expires_after_two_minutes() {
    let meter = Meter::request(terms(300), 0);
    assert_eq!(meter.at(&facts(120_000, 0, 0)).state, State::Waiting);
    let expired = meter.at(&facts(500_000, 0, 0));
    assert_eq!((expired.state, expired.ended_ms), (State::Ended, Some(120_000)));
    assert_eq!(expired.settlement(0).unwrap().gross_minor, 0);
}

#[test]
fn the_clock_starts_when_both_have_joined_and_not_before_acceptance() {
    let seen = facts(0, 0, 300);
    let meter = Meter::request(terms(300), 0);
    assert_eq!(meter.clone().join(Side::Host, &seen), Err(Refusal::NotAccepted));
    let meter = meter.join(Side::Member, &seen).unwrap();
    assert_eq!(meter.state, State::Waiting);
    let meter = meter.accept(0).unwrap().join(Side::Host, &seen).unwrap();
    assert_eq!(meter.state, State::Active);
    assert_eq!(meter.lease_due(&seen, 0), Some(Lease { first: 1, count: 1 }));
}

#[test]
fn a_member_who_cannot_pay_the_first_minute_does_not_start() {
    let meter = Meter::request(terms(300), 0).accept(0).unwrap();
    assert_eq!(meter.join(Side::Member, &facts(0, 0, 299)), Err(Refusal::FundsTooLow));
}

#[test]
fn a_lapsed_lease_pauses_as_of_its_end_whoever_looks_and_whenever() {
    let meter = active(300);
    for now in [60_001, 75_000, 300_000] {
        let seen = meter.at(&facts(now, 1, 100));
        assert_eq!((seen.state, seen.paused_ms), (State::Paused, Some(60_000)), "{now}");
        assert_eq!(seen.pause_reason, Some(PauseReason::Funds));
        assert_eq!(seen.grace_until_ms, Some(360_000));
    }
    assert_eq!(meter.at(&facts(60_001, 1, 300)).pause_reason, Some(PauseReason::Unrenewed));
    let over = meter.at(&facts(400_000, 1, 100));
    assert_eq!((over.state, over.ended_ms), (State::Ended, Some(360_000)));
    assert_eq!(over.end_reason, Some(EndReason::GraceOver));
}

#[test]
fn a_lapsed_lease_is_never_caught_up() {
    let meter = active(300);
    assert_eq!(meter.lease_due(&facts(60_000, 1, 3000), 0), Some(Lease { first: 2, count: 1 }));
    assert_eq!(meter.lease_due(&facts(60_001, 1, 3000), 0), None);
    assert!(matches!(meter.step(&facts(200_000, 1, 3000)), Step::Store(_)));
}

#[test]
fn a_side_that_is_lost_stops_the_clock_when_it_was_last_heard_of() {
    let meter = active(300);
    let presence = Sides { member: Some(20_000), host: Some(80_000) };
    let seen = Facts { leased: 3, available_minor: 0, presence, now_ms: 80_000 };
    let paused = meter.at(&seen);
    assert_eq!((paused.state, paused.paused_ms), (State::Paused, Some(20_000)));
    assert_eq!(paused.pause_reason, Some(PauseReason::Lost));
    assert_eq!(paused.joined, Sides { member: false, host: true });
    assert_eq!(paused.active_ms(80_000), 20_000);
}

#[test]
fn a_lapse_that_came_before_a_loss_was_noticed_stays_the_cause() {
    let meter = active(300);
    // Last heard of at 40 s, so missed from 90 s on; the lease had lapsed at 60 s.
    let presence = Sides { member: Some(40_000), host: Some(40_000) };
    for now_ms in [61_000, 91_000, 200_000] {
        let seen = meter.at(&Facts { leased: 1, available_minor: 2_700, presence, now_ms });
        let cause = (seen.paused_ms, seen.pause_reason);
        assert_eq!(cause, (Some(60_000), Some(PauseReason::Unrenewed)), "{now_ms}");
    }
}

#[test]
fn coming_back_in_a_paid_minute_needs_no_money_but_a_due_minute_does() {
    let left = active(300).leave(Side::Member, 30_000).unwrap();
    let back = left.reconnect(Side::Member, &facts(40_000, 1, 0)).unwrap();
    assert_eq!((back.state, back.paid_until_ms(1)), (State::Active, Some(70_000)));

    let dry = active(300).at(&facts(61_000, 1, 0));
    for side in [Side::Member, Side::Host] {
        let refused = dry.clone().reconnect(side, &facts(70_000, 1, 299));
        assert_eq!(refused, Err(Refusal::FundsTooLow));
    }
    let back = dry.reconnect(Side::Member, &facts(70_000, 1, 300)).unwrap();
    assert_eq!(back.lease_due(&facts(70_000, 1, 300), 0), Some(Lease { first: 2, count: 1 }));
}

#[test]
fn the_deadline_itself_is_in_time_and_a_second_later_is_not() {
    let left = active(300).leave(Side::Member, 30_000).unwrap();
    let at_deadline = facts(330_000, 1, 0);
    let back = left.at(&at_deadline).reconnect(Side::Member, &at_deadline);
    assert_eq!(back.unwrap().state, State::Active);
    let late = facts(331_000, 1, 0);
    let over = left.at(&late);
    assert_eq!(over.state, State::Ended);
    assert_eq!(over.reconnect(Side::Member, &late), Err(Refusal::GraceOver));
}

#[test]
fn coming_back_alone_waits_for_the_other_within_one_deadline() {
    let left = active(300).leave(Side::Host, 30_000).unwrap();
    let mut seen = facts(100_000, 1, 0);
    seen.presence.member = Some(30_000);
    let waiting = left.reconnect(Side::Host, &seen).unwrap();
    assert_eq!((waiting.state, waiting.grace_until_ms), (State::Reconnecting, Some(330_000)));
    let both = waiting.reconnect(Side::Member, &facts(110_000, 1, 0)).unwrap();
    assert_eq!(both.state, State::Active);
}

#[test]
fn the_sixth_pause_ends_the_session() {
    let mut meter = active(300);
    let mut now = 0;
    for _ in 0..5 {
        meter = meter.leave(Side::Member, now + 1_000).unwrap();
        meter = meter.reconnect(Side::Member, &facts(now + 2_000, 1, 0)).unwrap();
        now += 2_000;
    }
    let ended = meter.leave(Side::Member, now + 1_000).unwrap();
    assert_eq!((ended.state, ended.end_reason), (State::Ended, Some(EndReason::PauseCap)));
}

#[test]
fn ten_minutes_of_pauses_are_all_there_is() {
    let mut meter = active(300).leave(Side::Member, 1_000).unwrap();
    meter = meter.reconnect(Side::Member, &facts(291_000, 1, 0)).unwrap();
    meter = meter.leave(Side::Member, 292_000).unwrap();
    meter = meter.reconnect(Side::Member, &facts(582_000, 1, 0)).unwrap();
    meter = meter.leave(Side::Member, 583_000).unwrap();
    assert_eq!(meter.grace_until_ms, Some(583_000 + 20_000));
}

#[test]
fn every_begun_minute_is_owed_and_the_first_always() {
    for (active_ms, minutes) in [(0, 1), (1_000, 1), (60_000, 1), (61_000, 2), (275_000, 5)] {
        let ended = active(300).finish(Side::Member, active_ms).unwrap();
        let figures = ended.settlement(9).unwrap();
        assert_eq!(figures.minutes, minutes, "{active_ms}");
        assert_eq!(figures.gross_minor + figures.released_minor, 9 * 300);
    }
}

#[test]
fn a_longer_lease_takes_what_the_member_can_pay() {
    let mut meter = active(300);
    meter.terms.lease_minutes = 5;
    let due = |available| meter.lease_due(&facts(50_000, 1, available), 75_000);
    assert_eq!(due(3_000), Some(Lease { first: 2, count: 5 }));
    assert_eq!(due(700), Some(Lease { first: 2, count: 2 }));
    assert_eq!(due(299), None);
}

/// What may happen to a session, with the seconds that pass before it.
fn commands() -> impl Strategy<Value = Vec<(i64, u8, bool)>> {
    prop::collection::vec((0_i64..90, 0_u8..6, any::<bool>()), 1..40)
}

proptest! {
    /// Who looks in between, and stores what was seen, changes nothing for who looks later.
    #[test]
    fn a_late_observer_finds_what_a_punctual_one_found(
        leased in 1_u32..4,
        funds in 0_i64..2,
        seen in (0_i64..200, 0_i64..200),
        (between, later) in (0_i64..700, 0_i64..700),
    ) {
        let meter = active(300);
        let presence = Sides { member: Some(seen.0 * 1_000), host: Some(seen.1 * 1_000) };
        let at = |now_ms| Facts { leased, available_minor: funds * 300, presence, now_ms };
        let between = between.max(seen.0).max(seen.1) * 1_000;
        let later = between + later * 1_000;
        prop_assert_eq!(meter.at(&at(between)).at(&at(later)), meter.at(&at(later)));
    }

    /// Laws 3 and 4, the table, and that observing twice is observing once.
    #[test]
    fn whatever_happens_no_second_runs_unleased(script in commands(), funds in 1_i64..20) {
        let mut meter = active(300);
        let (mut leased, mut available, mut now) = (1_u32, funds * 300, 0_i64);
        for (seconds, what, host) in script {
            now += seconds * 1_000;
            let side = if host { Side::Host } else { Side::Member };
            let seen = facts(now, leased, available);
            let before = meter.at(&seen);
            prop_assert_eq!(&before.at(&seen), &before);
            let next = match what {
                0 => before.clone().leave(side, now),
                1 => before.clone().reconnect(side, &seen),
                2 => before.clone().join(side, &seen),
                3 => before.clone().accept(now),
                4 if now % 7 == 0 => before.clone().finish(side, now),
                _ => Ok(before.clone()),
            };
            meter = next.unwrap_or(before);
            if let Some(lease) = meter.lease_due(&facts(now, leased, available), 75_000) {
                available -= i64::from(lease.count) * 300;
                leased += lease.count;
            }
            prop_assert!(available >= 0);
            let observed = meter.at(&facts(now, leased, available));
            prop_assert!(observed.active_ms(now) <= observed.leased_ms(leased));
        }
        for pair in meter.history.windows(2) {
            prop_assert!(pair[0].state.may_become(pair[1].state));
            prop_assert!(pair[0].at_ms <= pair[1].at_ms);
        }
        prop_assert!(meter.pauses <= 5);
        if !meter.state.is_open() {
            let figures = meter.settlement(leased).unwrap();
            let ceil = (meter.active_ms(now) + 59_999) / 60_000;
            prop_assert_eq!(i64::from(figures.minutes), ceil.max(1));
            prop_assert_eq!(figures.share_minor + figures.fee_minor, figures.gross_minor);
        }
    }
}
