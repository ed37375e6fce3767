//! The stored facts of a session.

use ledger::{FeeRule, Money};
use serde::{Deserialize, Serialize};

use crate::{EndReason, PAUSES_MAX, PauseReason, Side, State, WAIT_MS};

/// What was agreed when the session was requested; later changes of rates or settings do not touch it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// Price of a minute.
    pub rate: Money,
    /// The platform's part.
    pub fee_rule: FeeRule,
    /// Length of a billed minute. 60,000 but in tests.
    pub minute_ms: i64,
    /// Minutes a lease covers, 1 to 5.
    pub lease_minutes: u32,
}

/// A value for each participant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sides<T> {
    /// The member's.
    pub member: T,
    /// The host's.
    pub host: T,
}

impl<T: Copy> Sides<T> {
    /// The value of a side.
    pub fn of(&self, side: Side) -> T {
        match side {
            Side::Member => self.member,
            Side::Host => self.host,
        }
    }

    /// Replaces the value of a side.
    pub fn set(&mut self, side: Side, value: T) {
        match side {
            Side::Member => self.member = value,
            Side::Host => self.host = value,
        }
    }
}

/// A stretch of active time; open while the clock runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// Begin.
    pub from_ms: i64,
    /// End; absent while the clock runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until_ms: Option<i64>,
}

/// One line of a session's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// As of when.
    pub at_ms: i64,
    /// Into which state.
    pub state: State,
    /// By whom; absent when time itself did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Side>,
}

/// Everything that is stored about a session's time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Meter {
    /// What was agreed.
    pub terms: Terms,
    /// The state as of the last write; [`Meter::at`] says what it is now.
    pub state: State,
    /// When it was requested.
    pub created_ms: i64,
    /// Until when a waiting session waits.
    pub expires_ms: i64,
    /// When the host accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_ms: Option<i64>,
    /// Who is in the room, as far as commands said.
    pub joined: Sides<bool>,
    /// Active time, oldest first; at most one more than there were pauses.
    pub intervals: Vec<Interval>,
    /// How often it paused.
    pub pauses: u32,
    /// How long earlier pauses lasted in all.
    pub paused_total_ms: i64,
    /// Since when it is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_ms: Option<i64>,
    /// Why it is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_reason: Option<PauseReason>,
    /// Until when it may come back; one deadline through paused and reconnecting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_until_ms: Option<i64>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_ms: Option<i64>,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_reason: Option<EndReason>,
    /// All transitions, oldest first.
    pub history: Vec<Transition>,
}

impl Meter {
    /// A request whose host has been told: created and, in the same step, waiting.
    pub fn request(terms: Terms, now_ms: i64) -> Self {
        let line = |state| Transition { at_ms: now_ms, state, by: Some(Side::Member) };
        Self {
            terms,
            state: State::Waiting,
            created_ms: now_ms,
            expires_ms: now_ms.saturating_add(WAIT_MS),
            accepted_ms: None,
            joined: Sides::default(),
            intervals: Vec::new(),
            pauses: 0,
            paused_total_ms: 0,
            paused_ms: None,
            pause_reason: None,
            grace_until_ms: None,
            ended_ms: None,
            end_reason: None,
            history: vec![line(State::Created), line(State::Waiting)],
        }
    }

    /// Active time up to `now_ms`.
    pub fn active_ms(&self, now_ms: i64) -> i64 {
        self.intervals.iter().fold(0, |sum: i64, interval| {
            let until = interval.until_ms.unwrap_or(now_ms);
            sum.saturating_add(until.saturating_sub(interval.from_ms).max(0))
        })
    }

    /// The instant as this session counts it: time never runs backwards in it. An instance whose clock is behind that of
    /// the one that wrote last takes that one's instant, or a second would count twice.
    pub fn not_before_last(&self, now_ms: i64) -> i64 {
        self.history.last().map_or(now_ms, |line| now_ms.max(line.at_ms))
    }

    /// When the clock started for the first time.
    pub fn started_ms(&self) -> Option<i64> {
        self.intervals.first().map(|interval| interval.from_ms)
    }

    /// The instant at which `leased` minutes are used up, while the clock runs.
    pub fn paid_until_ms(&self, leased: u32) -> Option<i64> {
        let open = self.intervals.last().filter(|interval| interval.until_ms.is_none())?;
        let used = self.active_ms(open.from_ms);
        Some(open.from_ms.saturating_add(self.leased_ms(leased).saturating_sub(used)))
    }

    /// The active time that `leased` minutes pay for.
    pub fn leased_ms(&self, leased: u32) -> i64 {
        self.terms.minute_ms.saturating_mul(i64::from(leased))
    }

    /// Minutes that began: every begun minute counts, and the first begins with the session (specification 4.7).
    pub fn minutes_begun(&self, now_ms: i64) -> u32 {
        if self.intervals.is_empty() {
            return 0;
        }
        let minute = self.terms.minute_ms.max(1);
        let whole = self.active_ms(now_ms).saturating_add(minute.saturating_sub(1));
        u32::try_from(whole.checked_div(minute).unwrap_or(1)).unwrap_or(u32::MAX).max(1)
    }

    /// How many more pauses it may have.
    pub fn pauses_left(&self) -> u32 {
        PAUSES_MAX.saturating_sub(self.pauses)
    }

    /// Moves to a state that the table allows, and says so in the history.
    pub(crate) fn become_state(&mut self, state: State, at_ms: i64, by: Option<Side>) {
        debug_assert!(self.state.may_become(state), "{:?} -> {state:?}", self.state);
        self.state = state;
        self.history.push(Transition { at_ms, state, by });
    }

    /// Stops the clock as of `at_ms`; the pause after the last allowed one ends the session instead.
    pub(crate) fn pause(&mut self, at_ms: i64, reason: PauseReason, by: Option<Side>) {
        self.close_interval(at_ms);
        if self.pauses_left() == 0 {
            self.end(at_ms, EndReason::PauseCap, by);
            return;
        }
        self.pauses = self.pauses.saturating_add(1);
        self.paused_ms = Some(at_ms);
        self.pause_reason = Some(reason);
        let left_ms = crate::PAUSED_MS_MAX.saturating_sub(self.paused_total_ms);
        self.grace_until_ms = Some(at_ms.saturating_add(crate::GRACE_MS.min(left_ms)));
        self.become_state(State::Paused, at_ms, by);
    }

    /// Ends the session as of `at_ms`.
    pub(crate) fn end(&mut self, at_ms: i64, reason: EndReason, by: Option<Side>) {
        self.close_interval(at_ms);
        self.ended_ms = Some(at_ms);
        self.end_reason = Some(reason);
        self.grace_until_ms = None;
        self.joined = Sides::default();
        self.become_state(State::Ended, at_ms, by);
    }

    fn close_interval(&mut self, at_ms: i64) {
        if let Some(open) = self.intervals.last_mut().filter(|open| open.until_ms.is_none()) {
            open.until_ms = Some(at_ms.max(open.from_ms));
        }
    }
}
