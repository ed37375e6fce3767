//! `dispute`: opened and decided through the sandbox's controls, since in the world the card's bank does it.

use serde_json::Value;

use super::ApiError;
use super::objects::{Dispute, DisputeStatus};
use crate::state::{Sandbox, random_id};
use crate::webhooks;

/// Opens a dispute of the whole charge of a payment.
pub(crate) fn open(sandbox: &Sandbox, payment: &str) -> Result<Value, ApiError> {
    let now = sandbox.clock().now_unix();
    sandbox.write(|data| {
        let charge = data
            .stripe
            .charges
            .values_mut()
            .find(|charge| charge.payment_intent == payment)
            .ok_or_else(|| ApiError::missing("charge of payment_intent", payment))?;
        if charge.dispute.is_some() {
            return Err(ApiError::state("charge_disputed", "This charge is disputed already."));
        }
        let dispute = Dispute {
            id: random_id("dp"),
            charge: charge.id.clone(),
            payment_intent: payment.to_owned(),
            amount_minor: charge.amount_minor,
            currency: charge.currency.clone(),
            status: DisputeStatus::NeedsResponse,
            created: now,
        };
        charge.dispute = Some(dispute.id.clone());
        let told = dispute.to_json();
        webhooks::record(data, now, "charge.dispute.created", told.clone());
        webhooks::record(data, now, "charge.dispute.funds_withdrawn", told.clone());
        data.stripe.disputes.insert(dispute.id.clone(), dispute);
        Ok(told)
    })
}

/// Decides an open dispute.
pub(crate) fn close(sandbox: &Sandbox, id: &str, won: bool) -> Result<Value, ApiError> {
    let now = sandbox.clock().now_unix();
    sandbox.write(|data| {
        let dispute =
            data.stripe.disputes.get_mut(id).ok_or_else(|| ApiError::missing("dispute", id))?;
        if dispute.status != DisputeStatus::NeedsResponse {
            return Err(ApiError::state("dispute_closed", "This dispute is decided already."));
        }
        dispute.status = if won { DisputeStatus::Won } else { DisputeStatus::Lost };
        let told = dispute.to_json();
        if won {
            webhooks::record(data, now, "charge.dispute.funds_reinstated", told.clone());
        }
        webhooks::record(data, now, "charge.dispute.closed", told.clone());
        Ok(told)
    })
}
