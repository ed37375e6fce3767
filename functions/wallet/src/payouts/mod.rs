//! Paying hosts: from earnings alone, once a week, after seven days, at least 5.00 (SoulSeer specification 5.11).
//!
//! `reserve` decides and sets aside, `send` makes the transfer once and confirms or reverses, `view` is what replies show.

pub mod period;
pub mod reserve;
pub mod send;
pub mod view;

use ledger::PAYOUT_MIN_MINOR;
use serde::Serialize;
use store::payout::PayeeItem;
use utoipa::ToSchema;

/// Why a host is not paid out now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Blocked {
    /// An admin has stopped the payouts.
    OnHold,
    /// The host has not said where to.
    NotOnboarded,
    /// The processor still needs something, or does not pay the account out.
    NotEnabled,
    /// Less than the minimum is old enough.
    BelowMinimum,
}

impl Blocked {
    /// What stands in the way, the most serious first; nothing if the host can be paid.
    #[must_use]
    pub fn of(payee: Option<&PayeeItem>, payable_minor: i64) -> Option<Self> {
        let payee = payee.filter(|payee| payee.hold.is_some() || payee.account_id.is_some());
        match payee {
            Some(payee) if payee.hold.is_some() => Some(Self::OnHold),
            None => Some(Self::NotOnboarded),
            Some(payee) if !payee.payouts_enabled => Some(Self::NotEnabled),
            Some(_) if payable_minor < PAYOUT_MIN_MINOR => Some(Self::BelowMinimum),
            Some(_) => None,
        }
    }

    /// In a sentence for an admin.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::OnHold => "This host's payouts are on hold. Release them first.",
            Self::NotOnboarded => "This host has not said where the money shall go.",
            Self::NotEnabled => "The card processor does not pay this host's account out yet.",
            Self::BelowMinimum => "Less than 5.00 of the earnings is old enough.",
        }
    }
}
