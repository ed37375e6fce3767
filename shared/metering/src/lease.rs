//! Minutes paid before they begin.

use crate::{Facts, LOW_FUNDS_MINUTES, Meter, State};

/// Minutes to lease now: `count` of them, from minute `first`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The first minute, from 1.
    pub first: u32,
    /// How many, 1 to the lease length.
    pub count: u32,
}

/// What a worker has to do for a session now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing.
    Rest,
    /// Lease these minutes.
    Lease(Lease),
    /// Store these facts: time has moved the session on.
    Store(Box<Meter>),
    /// Settle it.
    Settle,
}

/// What the member can still do with the money there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Funds {
    /// Further minutes that the spendable balance pays, beyond the leased ones.
    pub minutes_affordable: u32,
    /// Fewer than two minutes are left, counting unbegun leased ones.
    pub low: bool,
}

impl Meter {
    /// How long before `paid_until` the room renews: a quarter of a minute.
    pub fn renew_margin_ms(&self) -> i64 {
        self.terms.minute_ms.checked_div(4).unwrap_or(0)
    }

    /// The lease that must be taken if the session is to run beyond `horizon_ms` from now: none while enough is
    /// leased, or if the next minute cannot be paid. As many minutes as the terms say, or as the member can pay.
    pub fn lease_due(&self, facts: &Facts, horizon_ms: i64) -> Option<Lease> {
        if self.state != State::Active {
            return None;
        }
        let paid_until = self.paid_until_ms(facts.leased)?;
        // A lapsed lease is not renewed: the session has been paused since. Exactly at the end it is still running.
        let lapsed = facts.now_ms > paid_until;
        if lapsed || paid_until > facts.now_ms.saturating_add(horizon_ms) {
            return None;
        }
        let affordable = self.affordable(facts);
        let count = self.terms.lease_minutes.clamp(1, 5).min(affordable);
        (count > 0).then(|| Lease { first: facts.leased.saturating_add(1), count })
    }

    /// What a billing worker does now, with ticks a minute apart: leases that would end before the next tick and a
    /// margin are extended.
    pub fn step(&self, facts: &Facts) -> Step {
        let seen = self.at(facts);
        if seen != *self {
            return Step::Store(Box::new(seen));
        }
        match seen.state {
            State::Ended => Step::Settle,
            State::Active => {
                let horizon = self.terms.minute_ms.saturating_add(self.renew_margin_ms());
                seen.lease_due(facts, horizon).map_or(Step::Rest, Step::Lease)
            }
            _ => Step::Rest,
        }
    }

    /// How far the money goes.
    pub fn funds(&self, facts: &Facts) -> Funds {
        let minutes_affordable = self.affordable(facts);
        let begun = self.minutes_begun(facts.now_ms);
        let ahead = facts.leased.saturating_sub(begun);
        let low = ahead.saturating_add(minutes_affordable) < LOW_FUNDS_MINUTES;
        Funds { minutes_affordable, low }
    }

    fn affordable(&self, facts: &Facts) -> u32 {
        let minutes = facts.available_minor.max(0).checked_div(self.terms.rate.minor).unwrap_or(0);
        u32::try_from(minutes).unwrap_or(u32::MAX)
    }
}
