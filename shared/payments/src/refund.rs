//! Giving money back to a card.

use serde::Serialize;
use stripe_client_core::{RequestBuilder, StripeMethod, StripeRequest};

use crate::wire::RefundAnswer;

/// What to give back, and the name under which it happens once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundIntent {
    /// Our id of this refund; the idempotency key is `refund_<id>`.
    pub refund_id: String,
    /// The payment that is refunded (`pi_...`).
    pub payment_intent: String,
    /// Amount in minor units of the payment's currency; at most what is left of it.
    pub amount_minor: i64,
}

/// A refund that Stripe has accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// Stripe's id (`re_...`).
    pub id: String,
    /// Amount in minor units.
    pub amount_minor: i64,
    /// Stripe's status: `pending`, `succeeded`, `failed`, ... The balance follows `charge.refunded`, not this.
    pub status: Option<String>,
}

/// `POST /v1/refunds`, as far as we use it.
///
/// Written out because the generated crate for refunds brings the whole core API with it.
#[derive(Serialize)]
pub(crate) struct CreateRefund<'a> {
    payment_intent: &'a str,
    amount: i64,
    #[serde(rename = "metadata[refund_id]")]
    refund_id: &'a str,
}

impl<'a> CreateRefund<'a> {
    pub(crate) fn new(intent: &'a RefundIntent) -> Self {
        Self {
            payment_intent: &intent.payment_intent,
            amount: intent.amount_minor,
            refund_id: &intent.refund_id,
        }
    }
}

impl StripeRequest for CreateRefund<'_> {
    type Output = RefundAnswer;

    fn build(&self) -> RequestBuilder {
        RequestBuilder::new(StripeMethod::Post, "/refunds").form(self)
    }
}
