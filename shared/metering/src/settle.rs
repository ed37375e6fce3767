//! What a finished session costs.

use ledger::MoneyError;
use serde::{Deserialize, Serialize};

use crate::{Meter, State};

/// The final figures, in minor units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settlement {
    /// Minutes paid: every begun one.
    pub minutes: u32,
    /// Minutes that were leased.
    pub leased: u32,
    /// What the member pays.
    pub gross_minor: i64,
    /// What the host earns.
    pub share_minor: i64,
    /// What the platform keeps.
    pub fee_minor: i64,
    /// Leased minutes that never began, given back.
    pub released_minor: i64,
}

impl Meter {
    /// The figures of an ended session: max(1, ceil(active / minute)) minutes if it ever began, else none; never more
    /// than were leased, as no second runs unleased (law 4).
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] for absurd amounts.
    pub fn settlement(&self, leased: u32) -> Result<Settlement, MoneyError> {
        debug_assert!(matches!(self.state, State::Ended | State::Finalized));
        let minutes = self.minutes_begun(self.ended_ms.unwrap_or(self.created_ms)).min(leased);
        let rate = self.terms.rate;
        let one = self.terms.fee_rule.split(rate.minor)?;
        let times = |minor: i64, count: u32| ledger::Money::new(minor, rate.currency).times(count);
        Ok(Settlement {
            minutes,
            leased,
            gross_minor: rate.times(minutes)?.minor,
            share_minor: times(one.share_minor, minutes)?.minor,
            fee_minor: times(one.fee_minor, minutes)?.minor,
            released_minor: rate.times(leased.saturating_sub(minutes))?.minor,
        })
    }
}
