//! Pure money: amounts, accounts, postings, entries, and how a gross amount is shared.
//!
//! An *entry* is an atomic, balanced set of *postings* with one key and one reason. It is never edited: a correction is
//! a new entry. Nothing here knows a database, a clock or HTTP. Amounts are integer minor units; arithmetic is checked.
//!
//! Rules: `docs/architecture.md` "Money"; shares round half up on the host's side (SoulSeer specification 4.7).
#![deny(clippy::float_arithmetic)]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod account;
mod entry;
mod money;
mod payout;
mod reasons;
mod share;

pub use account::{Account, ParseAccountError};
pub use entry::{Entry, EntryError, EntryKey, Posting};
pub use money::{Currency, Money, MoneyError};
pub use payout::{
    PAYOUT_MIN_MINOR, PAYOUT_WAIT_DAYS, day_of, payable_minor, payout_confirm, payout_reserve,
    payout_return, payout_reverse,
};
pub use reasons::{
    CardRefund, MinuteRefund, RefundFunding, card_refund, dispute, dispute_reversal, lease_entry,
    minute_refund, settlement, top_up, write_off,
};
pub use share::{FeeRule, FeeRuleError, Shares};

/// Why value moved. Stored with each entry and shown on statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A card payment credited to a member.
    TopUp,
    /// One leased minute of a session: spending to held.
    SessionMinute,
    /// The end of a session: held to host, platform, and back to the member.
    Settlement,
    /// A settled minute given back.
    Refund,
    /// A card payment given back on the card.
    CardRefund,
    /// A card payment that is disputed.
    Dispute,
    /// A dispute that was won.
    DisputeReversal,
    /// A loss that the platform bears.
    WriteOff,
    /// Earnings set aside for a payout.
    PayoutReserve,
    /// A payout that was sent: held to the processor.
    PayoutConfirm,
    /// A payout that could not be sent: held back to earnings.
    PayoutReverse,
    /// A payout that was sent and came back: the processor to earnings.
    PayoutReturn,
}
