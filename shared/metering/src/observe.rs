//! What a session is at an instant: time's own transitions, found by whoever asks.

use crate::{EndReason, LOST_AFTER_MS, Meter, PauseReason, Side, Sides, State};

/// The last proof of presence of each side; absent before the first.
pub type Presence = Sides<Option<i64>>;

/// What is stored beside the meter and bears on its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Minutes leased so far.
    pub leased: u32,
    /// What the member could spend now.
    pub available_minor: i64,
    /// When each side was last heard of.
    pub presence: Presence,
    /// The time of asking.
    pub now_ms: i64,
}

impl Facts {
    /// Whether a side was heard of recently enough.
    pub fn is_present(&self, side: Side) -> bool {
        self.presence.of(side).is_some_and(|seen| self.now_ms <= seen.saturating_add(LOST_AFTER_MS))
    }
}

impl Meter {
    /// The facts as of now. The same for everybody who asks at the same time, and whoever asks later finds the same
    /// past: a lapsed lease or a lost side paused the session then, not now.
    #[must_use]
    pub fn at(&self, facts: &Facts) -> Self {
        let mut meter = self.clone();
        if matches!(meter.state, State::Created | State::Waiting) && facts.now_ms > meter.expires_ms
        {
            meter.end(meter.expires_ms, EndReason::Expired, None);
        }
        if meter.state == State::Active
            && let Some((at_ms, reason, lost)) = meter.stopped(facts)
        {
            meter.pause(at_ms, reason, None);
            if let Some(side) = lost {
                meter.joined.set(side, false);
            }
        }
        if matches!(meter.state, State::Paused | State::Reconnecting)
            && let Some(deadline) = meter.grace_until_ms
            && facts.now_ms > deadline
        {
            meter.end(deadline, EndReason::GraceOver, None);
        }
        meter
    }

    /// When and why an active session has stopped by itself, if it has. The cause that could be noticed first counts: a
    /// lapse at the end of the lease, a loss only when the side has been missed for long enough. So a late observer
    /// finds what a punctual one stored.
    fn stopped(&self, facts: &Facts) -> Option<(i64, PauseReason, Option<Side>)> {
        let paid_until = self.paid_until_ms(facts.leased)?;
        let lapse = (facts.now_ms > paid_until).then(|| {
            let affordable = facts.available_minor >= self.terms.rate.minor;
            let reason = if affordable { PauseReason::Unrenewed } else { PauseReason::Funds };
            (paid_until, (paid_until, reason, None))
        });
        let lost = [Side::Member, Side::Host].into_iter().filter_map(|side| {
            let at_ms = self.last_proof_ms(facts, side);
            let noticed_ms = at_ms.saturating_add(LOST_AFTER_MS);
            let missed = facts.now_ms > noticed_ms;
            missed.then_some((noticed_ms, (at_ms, PauseReason::Lost, Some(side))))
        });
        let first = lost.chain(lapse).min_by_key(|(noticed_ms, (at_ms, ..))| (*noticed_ms, *at_ms));
        first.map(|(_, stop)| stop)
    }

    /// The last proof of a side's presence; the running interval's begin is one, as it needed both.
    fn last_proof_ms(&self, facts: &Facts, side: Side) -> i64 {
        let begin = self.intervals.last().map_or(self.created_ms, |interval| interval.from_ms);
        facts.presence.of(side).unwrap_or(begin).max(begin)
    }
}
