//! Payouts as replies show them.

use ledger::Currency;
use serde::Serialize;
use store::payout::{PayoutItem, PayoutStatus};
use utoipa::ToSchema;
use web::{At, Problem};

/// Where a payout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayoutState {
    /// Set aside and on its way.
    Reserved,
    /// Sent.
    Paid,
    /// Refused; the money is earnings again.
    Failed,
    /// It came back after it was sent; the money is earnings again.
    Returned,
}

/// One payout.
#[derive(Debug, Serialize, ToSchema)]
pub struct Payout {
    /// Its id.
    pub id: String,
    /// Of which ISO week.
    #[schema(example = "2026-W48")]
    pub period: String,
    /// In minor units.
    pub amount_minor: i64,
    /// What came back of it, in minor units.
    pub returned_minor: i64,
    /// ISO 4217.
    #[schema(value_type = String, example = "USD")]
    pub currency: Currency,
    /// Where it stands.
    pub state: PayoutState,
    /// Why it was refused: the processor's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// When it was set aside.
    pub reserved_at: At,
    /// When it was paid or refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<At>,
}

impl Payout {
    /// A payout as it is stored.
    ///
    /// # Errors
    /// An internal problem for an instant that is none.
    pub fn of(item: PayoutItem) -> Result<Self, Problem> {
        Ok(Self {
            id: item.payout_id,
            period: item.period,
            amount_minor: item.amount_minor,
            returned_minor: item.returned_minor,
            currency: item.currency,
            state: match item.status {
                PayoutStatus::Reserved => PayoutState::Reserved,
                PayoutStatus::Paid => PayoutState::Paid,
                PayoutStatus::Failed => PayoutState::Failed,
                PayoutStatus::Returned => PayoutState::Returned,
            },
            problem: item.problem,
            reserved_at: At::from_millisecond(item.reserved_at_ms)?,
            decided_at: item.decided_at_ms.map(At::from_millisecond).transpose()?,
        })
    }
}
