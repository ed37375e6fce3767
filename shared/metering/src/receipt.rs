//! Receipts: what both sides can recompute from the document alone.

use jiff::Timestamp;
use ledger::FeeRule;
use serde::{Deserialize, Serialize};

use crate::{Meter, Rule, Settlement};

/// Who took part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The user's id.
    pub id: String,
    /// The name at the time of the session.
    pub name: String,
}

/// A stretch of active time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptInterval {
    /// Begin.
    pub from: Timestamp,
    /// End.
    pub until: Timestamp,
    /// Its length in milliseconds.
    pub active_ms: i64,
}

/// One minute that was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChargedMinute {
    /// From 1.
    pub number: u32,
    /// The entry that leased it.
    pub entry_id: String,
    /// When it was leased.
    pub charged_at: Timestamp,
    /// What the member paid.
    pub rate_minor: i64,
    /// The host's part.
    pub share_minor: i64,
    /// The platform's part.
    pub fee_minor: i64,
    /// Given back later.
    pub refunded_minor: i64,
}

/// Leased minutes that never began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Released {
    /// How many.
    pub minutes: u32,
    /// What came back to the member.
    pub amount_minor: i64,
}

/// The whole document. Every figure follows from `rate_minor`, `fee_rule`, `minute_ms`, the intervals and the
/// refunds ([`Receipt::check`]).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Of which session.
    pub session_id: String,
    /// Under which brand.
    pub brand: String,
    /// `text`, `voice` or `video`.
    pub modality: String,
    /// ISO 4217.
    pub currency: ledger::Currency,
    /// Who paid.
    pub member: Party,
    /// Who was paid.
    pub host: Party,
    /// Price of a minute.
    pub rate_minor: i64,
    /// The rule in force.
    pub fee_rule: FeeRule,
    /// Length of a billed minute in milliseconds.
    pub minute_ms: i64,
    /// Active time.
    pub intervals: Vec<ReceiptInterval>,
    /// Its sum.
    pub active_ms: i64,
    /// The minutes paid.
    pub minutes: Vec<ChargedMinute>,
    /// The leased minutes given back.
    pub released: Released,
    /// Sum of the minutes' rates.
    pub gross_minor: i64,
    /// Sum of the host's parts.
    pub share_minor: i64,
    /// Sum of the platform's parts.
    pub fee_minor: i64,
    /// Sum of the refunds.
    pub refunded_minor: i64,
    /// The entry that settled it.
    pub settlement_entry_id: String,
    /// When.
    pub settled_at: Timestamp,
}

/// A lease as the journal has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseLine {
    /// The entry.
    pub entry_id: String,
    /// Its first minute.
    pub first: u32,
    /// How many minutes.
    pub count: u32,
    /// When.
    pub at_ms: i64,
}

/// What a receipt is made of.
#[derive(Clone, Debug)]
pub struct ReceiptInput<'a> {
    /// Of which session.
    pub session_id: &'a str,
    /// Under which brand.
    pub brand: &'a str,
    /// `text`, `voice` or `video`.
    pub modality: &'a str,
    /// Who paid.
    pub member: Party,
    /// Who was paid.
    pub host: Party,
    /// The facts, finalized.
    pub meter: &'a Meter,
    /// The figures of the settlement.
    pub settlement: Settlement,
    /// The leases, oldest first.
    pub leases: &'a [LeaseLine],
    /// Refunds: minute and amount.
    pub refunds: &'a [(u32, i64)],
    /// The entry that settled it.
    pub settlement_entry_id: String,
    /// When it was settled.
    pub settled_ms: i64,
}

/// What does not add up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// A figure differs from what the rules give.
    #[error("{0:?} does not hold")]
    Differs(Rule),
    /// A minute has no lease.
    #[error("minute {0} was never leased")]
    NoLease(u32),
    /// An instant or an amount out of range.
    #[error("a figure is out of range")]
    OutOfRange,
}

impl Receipt {
    /// Writes the receipt of a settled session.
    ///
    /// # Errors
    /// [`ReceiptError`] if the journal and the session do not fit together.
    pub fn write(input: &ReceiptInput<'_>) -> Result<Self, ReceiptError> {
        let terms = &input.meter.terms;
        let minutes = (1..=input.settlement.minutes)
            .map(|number| minute_line(input, number))
            .collect::<Result<Vec<_>, _>>()?;
        let intervals = input
            .meter
            .intervals
            .iter()
            .map(|interval| {
                let until_ms = interval.until_ms.ok_or(ReceiptError::OutOfRange)?;
                Ok(ReceiptInterval {
                    from: instant(interval.from_ms)?,
                    until: instant(until_ms)?,
                    active_ms: until_ms.saturating_sub(interval.from_ms),
                })
            })
            .collect::<Result<Vec<_>, ReceiptError>>()?;
        let released = input.settlement.leased.saturating_sub(input.settlement.minutes);
        let receipt = Self {
            session_id: input.session_id.to_owned(),
            brand: input.brand.to_owned(),
            modality: input.modality.to_owned(),
            currency: terms.rate.currency,
            member: input.member.clone(),
            host: input.host.clone(),
            rate_minor: terms.rate.minor,
            fee_rule: terms.fee_rule.clone(),
            minute_ms: terms.minute_ms,
            active_ms: sum(intervals.iter().map(|interval| interval.active_ms)),
            intervals,
            released: Released { minutes: released, amount_minor: input.settlement.released_minor },
            gross_minor: input.settlement.gross_minor,
            share_minor: input.settlement.share_minor,
            fee_minor: input.settlement.fee_minor,
            refunded_minor: sum(minutes.iter().map(|minute| minute.refunded_minor)),
            minutes,
            settlement_entry_id: input.settlement_entry_id.clone(),
            settled_at: instant(input.settled_ms)?,
        };
        receipt.check()?;
        Ok(receipt)
    }
}

fn minute_line(input: &ReceiptInput<'_>, number: u32) -> Result<ChargedMinute, ReceiptError> {
    let terms = &input.meter.terms;
    let lease = input
        .leases
        .iter()
        .find(|lease| (lease.first..lease.first.saturating_add(lease.count)).contains(&number))
        .ok_or(ReceiptError::NoLease(number))?;
    let split = terms.fee_rule.split(terms.rate.minor).map_err(|_| ReceiptError::OutOfRange)?;
    let refunds = input.refunds.iter().filter(|(minute, _)| *minute == number);
    Ok(ChargedMinute {
        number,
        entry_id: lease.entry_id.clone(),
        charged_at: instant(lease.at_ms)?,
        rate_minor: terms.rate.minor,
        share_minor: split.share_minor,
        fee_minor: split.fee_minor,
        refunded_minor: sum(refunds.map(|(_, amount)| *amount)),
    })
}

fn instant(ms: i64) -> Result<Timestamp, ReceiptError> {
    Timestamp::from_millisecond(ms).map_err(|_| ReceiptError::OutOfRange)
}

fn sum(amounts: impl Iterator<Item = i64>) -> i64 {
    amounts.fold(0, i64::saturating_add)
}
