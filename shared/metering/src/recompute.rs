//! A receipt recomputed: every figure beside what follows from the rest of the document.
//!
//! This is the one implementation of "does the receipt add up": [`Receipt::write`] asks it before a receipt leaves the
//! server, and the browser asks it again, compiled to WebAssembly.

use ledger::{Money, Shares};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::receipt::{ChargedMinute, Receipt, ReceiptError};

/// A rule that a figure of a receipt follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// An interval is as long as its ends are apart, and not negative (milliseconds; numbered from 1).
    IntervalLength,
    /// An interval begins no earlier than the one before ended (Unix milliseconds; numbered from 1).
    IntervalOrder,
    /// Active time is the sum of the intervals (milliseconds).
    ActiveTime,
    /// Each begun minute is paid, at least one if the session ran at all (a count).
    MinutesOwed,
    /// Minutes are numbered from 1 without a gap.
    MinuteNumber,
    /// A minute costs the rate (minor units).
    MinuteRate,
    /// The host's part of a minute, rounded half up (minor units).
    MinuteShare,
    /// The platform's part of a minute: the rest (minor units).
    MinuteFee,
    /// No more of a minute is given back than it cost (minor units; `computed` is the most that may be).
    MinuteRefund,
    /// What came back is the rate times the leased minutes that never began (minor units).
    Released,
    /// The price is the sum of the minutes (minor units).
    Gross,
    /// The host's part is the sum of the minutes' (minor units).
    Share,
    /// The fee is the sum of the minutes' (minor units).
    Fee,
    /// The host's part and the fee make the price (minor units).
    Whole,
    /// The refunds are the sum of the minutes' (minor units).
    Refunded,
}

/// One figure of a receipt, as it is written and as it follows from the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Which rule.
    pub rule: Rule,
    /// Of which minute or interval, from 1; absent for figures of the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// What the receipt says.
    pub said: i64,
    /// What follows; absent when nothing follows (a percentage above 100, a figure that fits no 64 bits).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computed: Option<i64>,
    /// Whether they agree.
    pub holds: bool,
}

impl Line {
    fn equal(rule: Rule, number: Option<u32>, said: i64, computed: Option<i64>) -> Self {
        Self { rule, number, said, computed, holds: computed == Some(said) }
    }
}

impl Receipt {
    /// Recomputes every figure from the document itself. The same lines in the same order for the same document:
    /// intervals, active time, minutes, each minute, totals.
    pub fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        self.time(&mut lines);
        let split = self.split();
        for (minute, number) in self.minutes.iter().zip(1_u32..) {
            self.minute(minute, number, split, &mut lines);
        }
        self.totals(&mut lines);
        lines
    }

    /// Whether every figure follows from the rest.
    ///
    /// # Errors
    /// [`ReceiptError::Differs`] with the first rule that does not hold.
    pub fn check(&self) -> Result<(), ReceiptError> {
        match self.lines().into_iter().find(|line| !line.holds) {
            Some(line) => Err(ReceiptError::Differs(line.rule)),
            None => Ok(()),
        }
    }

    fn time(&self, lines: &mut Vec<Line>) {
        let mut ended_ms = i64::MIN;
        for (interval, number) in self.intervals.iter().zip(1_u32..) {
            let (from, until) = (interval.from.as_millisecond(), interval.until.as_millisecond());
            let length = until.checked_sub(from);
            let line = Line::equal(Rule::IntervalLength, Some(number), interval.active_ms, length);
            lines.push(Line { holds: line.holds && interval.active_ms >= 0, ..line });
            if number > 1 {
                let rule = Rule::IntervalOrder;
                let (number, computed) = (Some(number), Some(ended_ms));
                lines.push(Line { rule, number, said: from, computed, holds: from >= ended_ms });
            }
            ended_ms = until;
        }
        let active = sum(self.intervals.iter().map(|interval| interval.active_ms));
        lines.push(Line::equal(Rule::ActiveTime, None, self.active_ms, active));
        let count = i64::try_from(self.minutes.len()).unwrap_or(i64::MAX);
        lines.push(Line::equal(Rule::MinutesOwed, None, count, self.minutes_owed()));
    }

    fn minute(
        &self,
        minute: &ChargedMinute,
        number: u32,
        split: Option<Shares>,
        lines: &mut Vec<Line>,
    ) {
        let mut equal = |rule, said, computed| {
            lines.push(Line::equal(rule, Some(number), said, computed));
        };
        equal(Rule::MinuteNumber, i64::from(minute.number), Some(i64::from(number)));
        equal(Rule::MinuteRate, minute.rate_minor, Some(self.rate_minor));
        equal(Rule::MinuteShare, minute.share_minor, split.map(|split| split.share_minor));
        equal(Rule::MinuteFee, minute.fee_minor, split.map(|split| split.fee_minor));
        lines.push(Line {
            rule: Rule::MinuteRefund,
            number: Some(number),
            said: minute.refunded_minor,
            computed: Some(self.rate_minor),
            holds: (0..=self.rate_minor).contains(&minute.refunded_minor),
        });
    }

    fn totals(&self, lines: &mut Vec<Line>) {
        let total = |of: fn(&ChargedMinute) -> i64| sum(self.minutes.iter().map(of));
        let rate = Money::new(self.rate_minor, self.currency);
        let released = rate.times(self.released.minutes).ok().map(|money| money.minor);
        let whole = self.share_minor.checked_add(self.fee_minor);
        for (rule, said, computed) in [
            (Rule::Released, self.released.amount_minor, released),
            (Rule::Gross, self.gross_minor, total(|minute| minute.rate_minor)),
            (Rule::Share, self.share_minor, total(|minute| minute.share_minor)),
            (Rule::Fee, self.fee_minor, total(|minute| minute.fee_minor)),
            (Rule::Whole, self.gross_minor, whole),
            (Rule::Refunded, self.refunded_minor, total(|minute| minute.refunded_minor)),
        ] {
            lines.push(Line::equal(rule, None, said, computed));
        }
    }

    /// How one minute is shared; nothing for what is no rate or no percentage.
    fn split(&self) -> Option<Shares> {
        let percent = self.fee_rule.platform_percent;
        let is_percent = (Decimal::ZERO..=Decimal::ONE_HUNDRED).contains(&percent);
        if self.rate_minor < 0 || !is_percent {
            return None;
        }
        self.fee_rule.split(self.rate_minor).ok()
    }

    fn minutes_owed(&self) -> Option<i64> {
        if self.intervals.is_empty() {
            return Some(0);
        }
        if self.minute_ms <= 0 {
            return None;
        }
        let begun = self.active_ms.checked_add(self.minute_ms.checked_sub(1)?)?;
        Some(begun.checked_div(self.minute_ms)?.max(1))
    }
}

fn sum(mut amounts: impl Iterator<Item = i64>) -> Option<i64> {
    amounts.try_fold(0_i64, i64::checked_add)
}
