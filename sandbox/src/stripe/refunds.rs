//! `refund`: money back to the card, told by an event that carries the charge's *cumulative* refund.

use serde_json::Value;

use super::objects::Refund;
use super::params::Params;
use super::{ApiError, check_room};
use crate::state::{Data, Sandbox, random_id};
use crate::webhooks;

/// `POST /v1/refunds`
pub(crate) fn create(sandbox: &Sandbox, mut params: Params) -> Result<Value, ApiError> {
    let payment = params.text("payment_intent")?;
    let charge = params.text("charge")?;
    let amount_minor = params.integer("amount")?;
    let reason = params.text("reason")?;
    let metadata = params.metadata("metadata")?;
    if payment.is_some() == charge.is_some() {
        return Err(params.missing("payment_intent"));
    }
    if amount_minor.is_some_and(|amount| amount <= 0) {
        return Err(ApiError::parameter(
            "parameter_invalid_integer",
            "amount",
            "Invalid positive integer",
        ));
    }
    params.finish()?;
    let now = sandbox.clock().now_unix();
    sandbox.write(|data| {
        let charge_id = match (charge, payment) {
            (Some(charge), _) => charge,
            (None, payment) => charge_of(data, &payment.unwrap_or_default())?,
        };
        check_room(data.stripe.refunds.len())?;
        let charge = data
            .stripe
            .charges
            .get_mut(&charge_id)
            .ok_or_else(|| ApiError::missing("charge", &charge_id))?;
        let left = charge.amount_minor - charge.refunded_minor;
        let amount_minor = amount_minor.unwrap_or(left);
        refusal(left, amount_minor, charge.dispute.is_some())?;
        charge.refunded_minor += amount_minor;
        let refund = Refund {
            id: random_id("re"),
            charge: charge_id,
            payment_intent: charge.payment_intent.clone(),
            amount_minor,
            currency: charge.currency.clone(),
            reason,
            metadata,
            created: now,
        };
        let told = charge.to_json();
        webhooks::record(data, now, "charge.refunded", told);
        let answer = refund.to_json();
        data.stripe.refunds.insert(refund.id.clone(), refund);
        Ok(answer)
    })
}

/// `GET /v1/refunds/{id}`
pub(crate) fn read(sandbox: &Sandbox, id: &str) -> Result<Value, ApiError> {
    sandbox.read(|data| {
        data.stripe
            .refunds
            .get(id)
            .map(Refund::to_json)
            .ok_or_else(|| ApiError::missing("refund", id))
    })
}

fn charge_of(data: &Data, payment: &str) -> Result<String, ApiError> {
    data.stripe
        .payments
        .get(payment)
        .ok_or_else(|| ApiError::missing("payment_intent", payment))?
        .charge
        .clone()
        .ok_or_else(|| {
            ApiError::state("charge_not_refundable", "This PaymentIntent has no successful charge.")
        })
}

fn refusal(left: i64, amount: i64, disputed: bool) -> Result<(), ApiError> {
    if disputed {
        return Err(ApiError::state("charge_disputed", "The charge has been charged back."));
    }
    if left == 0 {
        return Err(ApiError::state(
            "charge_already_refunded",
            "The charge has already been refunded.",
        ));
    }
    if amount > left {
        return Err(ApiError::state(
            "amount_too_large",
            format!(
                "Refund amount ({amount}) is greater than unrefunded amount on charge ({left})."
            ),
        ));
    }
    Ok(())
}
