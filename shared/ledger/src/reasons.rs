//! The entries that Parlor knows, one function a reason.
//!
//! Each returns an [`Entry`] that balances by construction and whose key makes it happen once.

use crate::{Account, Currency, Entry, EntryError, EntryKey, FeeRule, Money, MoneyError, Reason};

/// A paid card payment becomes spendable. The cause is the top-up.
///
/// # Errors
/// [`EntryError::NotPositive`].
pub fn top_up(member: &str, top_up: &str, amount: Money) -> Result<Entry, EntryError> {
    positive(amount.minor)?;
    let key = EntryKey::new(top_up, "CREDIT");
    move_value(key, Reason::TopUp, amount, Account::Stripe, Account::Spending(member.into()))
}

/// A lease of a session: `count` minutes from minute `first` (from 1), spending to held. One entry covers one lease, so
/// a minute belongs to exactly one entry.
///
/// # Errors
/// [`EntryError::NotPositive`].
pub fn lease_entry(
    member: &str,
    session: &str,
    (first, count): (u32, u32),
    rate: Money,
) -> Result<Entry, EntryError> {
    positive(rate.minor)?;
    let amount = rate.times(count)?;
    positive(amount.minor)?;
    let key = EntryKey::new(session, format!("MINUTE#{first:05}"));
    let from = Account::Spending(member.into());
    move_value(key, Reason::SessionMinute, amount, from, Account::Held(session.into()))
}

/// The end of a session: of `leased` minutes `owed` go to the host and the platform, the rest back to the member.
/// Shares are rounded minute by minute, so that each minute can be shown and given back exactly.
///
/// # Errors
/// [`EntryError::ExceedsRemaining`] if more is owed than leased.
pub fn settlement(
    member: &str,
    host: &str,
    session: &str,
    (leased, owed): (u32, u32),
    rate: Money,
    rule: &FeeRule,
) -> Result<Entry, EntryError> {
    let unused = leased.checked_sub(owed).ok_or(EntryError::ExceedsRemaining)?;
    let one = rule.split(rate.minor)?;
    let in_currency = |minor| Money::new(minor, rate.currency);
    let held = rate.times(leased)?.negated()?;
    Entry::new(
        EntryKey::new(session, "SETTLEMENT"),
        Reason::Settlement,
        rate.currency,
        [
            (Account::Held(session.into()), held.minor),
            (Account::Earnings(host.into()), in_currency(one.share_minor).times(owed)?.minor),
            (Account::Fees, in_currency(one.fee_minor).times(owed)?.minor),
            (Account::Spending(member.into()), rate.times(unused)?.minor),
        ],
    )
}

/// Who pays for a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundFunding {
    /// The host and the platform give back their parts.
    Shares,
    /// The platform pays all of it (goodwill).
    Platform,
}

/// A settled minute to give back.
#[derive(Clone, Copy, Debug)]
pub struct MinuteRefund<'a> {
    /// Who gets it back.
    pub member: &'a str,
    /// Whose minute it was.
    pub host: &'a str,
    /// Of which session.
    pub session: &'a str,
    /// Which minute, from 1.
    pub minute: u32,
    /// What the minute cost.
    pub rate: Money,
    /// How much of it, in minor units.
    pub amount_minor: i64,
    /// Who pays.
    pub funding: RefundFunding,
}

/// Gives a minute back, once: the key holds one refund a minute.
///
/// # Errors
/// [`EntryError::NotPositive`]; [`EntryError::ExceedsRemaining`] above the minute's rate.
pub fn minute_refund(refund: &MinuteRefund<'_>, rule: &FeeRule) -> Result<Entry, EntryError> {
    positive(refund.amount_minor)?;
    if refund.amount_minor > refund.rate.minor {
        return Err(EntryError::ExceedsRemaining);
    }
    let split = rule.split(refund.amount_minor)?;
    let debits = match refund.funding {
        RefundFunding::Shares => [
            (Account::Earnings(refund.host.into()), negative(split.share_minor)?),
            (Account::Fees, negative(split.fee_minor)?),
        ],
        RefundFunding::Platform => {
            [(Account::WriteOffs, negative(refund.amount_minor)?), (Account::Fees, 0)]
        }
    };
    let credit = (Account::Spending(refund.member.into()), refund.amount_minor);
    Entry::new(
        EntryKey::new(refund.session, format!("REFUND#{:05}", refund.minute)),
        Reason::Refund,
        refund.rate.currency,
        debits.into_iter().chain([credit]),
    )
}

/// A refund on the card, as the processor reports it: always the cumulative figure.
#[derive(Clone, Copy, Debug)]
pub struct CardRefund<'a> {
    /// Whose top-up.
    pub member: &'a str,
    /// Which top-up.
    pub top_up: &'a str,
    /// Given back on the card so far.
    pub cumulative_minor: i64,
    /// What was known before.
    pub seen_minor: i64,
    /// What the member has left; the platform bears the rest.
    pub available_minor: i64,
    /// Of all amounts.
    pub currency: Currency,
}

/// Debits the increase since the last report; `None` if there is none (a repeat, or an older report arriving late).
///
/// # Errors
/// [`EntryError::Money`] for absurd amounts.
pub fn card_refund(refund: &CardRefund<'_>) -> Result<Option<Entry>, EntryError> {
    let increase =
        refund.cumulative_minor.checked_sub(refund.seen_minor).ok_or(MoneyError::Overflow)?;
    if increase <= 0 {
        return Ok(None);
    }
    let from_member = increase.min(refund.available_minor.max(0));
    let from_platform = increase.checked_sub(from_member).ok_or(MoneyError::Overflow)?;
    Entry::new(
        EntryKey::new(refund.top_up, format!("CARDREFUND#{:010}", refund.cumulative_minor)),
        Reason::CardRefund,
        refund.currency,
        [
            (Account::Spending(refund.member.into()), negative(from_member)?),
            (Account::WriteOffs, negative(from_platform)?),
            (Account::Stripe, increase),
        ],
    )
    .map(Some)
}

/// A disputed payment is taken back in full; spending may become negative.
///
/// # Errors
/// [`EntryError::NotPositive`].
pub fn dispute(
    member: &str,
    top_up: &str,
    dispute: &str,
    amount: Money,
) -> Result<Entry, EntryError> {
    positive(amount.minor)?;
    let key = EntryKey::new(top_up, format!("DISPUTE#{dispute}#OPEN"));
    move_value(key, Reason::Dispute, amount, Account::Spending(member.into()), Account::Stripe)
}

/// A dispute was won: the payment comes back.
///
/// # Errors
/// [`EntryError::NotPositive`].
pub fn dispute_reversal(
    member: &str,
    top_up: &str,
    dispute: &str,
    amount: Money,
) -> Result<Entry, EntryError> {
    positive(amount.minor)?;
    let key = EntryKey::new(top_up, format!("DISPUTE#{dispute}#WON"));
    let to = Account::Spending(member.into());
    move_value(key, Reason::DisputeReversal, amount, Account::Stripe, to)
}

/// A dispute was lost and left the member in debt: the platform bears it.
///
/// # Errors
/// [`EntryError::NotPositive`].
pub fn write_off(
    member: &str,
    top_up: &str,
    dispute: &str,
    amount: Money,
) -> Result<Entry, EntryError> {
    positive(amount.minor)?;
    let key = EntryKey::new(top_up, format!("DISPUTE#{dispute}#LOST"));
    let to = Account::Spending(member.into());
    move_value(key, Reason::WriteOff, amount, Account::WriteOffs, to)
}

pub(crate) fn move_value(
    key: EntryKey,
    reason: Reason,
    amount: Money,
    from: Account,
    to: Account,
) -> Result<Entry, EntryError> {
    let taken = amount.negated()?.minor;
    Entry::new(key, reason, amount.currency, [(from, taken), (to, amount.minor)])
}

fn negative(minor: i64) -> Result<i64, EntryError> {
    Ok(minor.checked_neg().ok_or(MoneyError::Overflow)?)
}

pub(crate) fn positive(minor: i64) -> Result<(), EntryError> {
    if minor > 0 { Ok(()) } else { Err(EntryError::NotPositive) }
}

#[cfg(test)]
#[path = "reasons_tests.rs"]
mod tests;
