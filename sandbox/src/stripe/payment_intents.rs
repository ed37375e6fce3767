//! `payment_intent`, read only: payments are made on the hosted page.

use serde_json::Value;

use super::ApiError;
use super::objects::PaymentIntent;
use crate::state::Sandbox;

/// `GET /v1/payment_intents/{id}`
pub(crate) fn read(sandbox: &Sandbox, id: &str) -> Result<Value, ApiError> {
    sandbox.read(|data| {
        data.stripe
            .payments
            .get(id)
            .map(PaymentIntent::to_json)
            .ok_or_else(|| ApiError::missing("payment_intent", id))
    })
}
