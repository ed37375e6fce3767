//! `transfer`: money from the platform to a connected account.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::objects::Metadata;
use super::params::Params;
use super::{ApiError, check_room, take_fault};
use crate::state::{Sandbox, random_id};
use crate::webhooks;

/// A transfer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Transfer {
    pub id: String,
    pub amount_minor: i64,
    pub reversed_minor: i64,
    pub currency: String,
    pub destination: String,
    pub transfer_group: Option<String>,
    pub metadata: Metadata,
    pub created: i64,
}

impl Transfer {
    /// As the API and events show it.
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "object": "transfer",
            "amount": self.amount_minor,
            "amount_reversed": self.reversed_minor,
            "balance_transaction": null,
            "created": self.created,
            "currency": self.currency,
            "description": null,
            "destination": self.destination,
            "livemode": false,
            "metadata": self.metadata,
            "reversals": {
                "object": "list", "data": [], "has_more": false,
                "url": format!("/v1/transfers/{}/reversals", self.id),
            },
            "reversed": self.reversed_minor >= self.amount_minor,
            "source_transaction": null,
            "source_type": "card",
            "transfer_group": self.transfer_group,
        })
    }
}

/// `POST /v1/transfers`
pub(crate) fn create(sandbox: &Sandbox, mut params: Params) -> Result<Value, ApiError> {
    let amount_minor = params.integer("amount")?.ok_or_else(|| params.missing("amount"))?;
    let transfer = Transfer {
        id: random_id("tr"),
        amount_minor,
        reversed_minor: 0,
        currency: params.required_text("currency")?,
        destination: params.required_text("destination")?,
        transfer_group: params.text("transfer_group")?,
        metadata: params.metadata("metadata")?,
        created: sandbox.clock().now_unix(),
    };
    params.text("description")?;
    if amount_minor <= 0 {
        return Err(ApiError::parameter(
            "parameter_invalid_integer",
            "amount",
            "Invalid positive integer",
        ));
    }
    params.finish()?;
    if take_fault(sandbox, |faults| &mut faults.refuse_transfers) {
        return Err(ApiError::state(
            "balance_insufficient",
            "You have insufficient available funds in your Stripe account.",
        ));
    }
    sandbox.write(|data| {
        check_room(data.stripe.transfers.len())?;
        let id = &transfer.destination;
        let account =
            data.stripe.accounts.get(id).ok_or_else(|| ApiError::missing("destination", id))?;
        if !account.takes_transfers() {
            return Err(ApiError::state(
                "insufficient_capabilities_for_transfer",
                "Your destination account needs to have the transfers capability enabled.",
            ));
        }
        let told = transfer.to_json();
        webhooks::record(data, transfer.created, "transfer.created", told.clone());
        data.stripe.transfers.insert(transfer.id.clone(), transfer);
        Ok(told)
    })
}

/// `GET /v1/transfers/{id}`
pub(crate) fn read(sandbox: &Sandbox, id: &str) -> Result<Value, ApiError> {
    sandbox.read(|data| {
        let transfer = data.stripe.transfers.get(id);
        transfer.map(Transfer::to_json).ok_or_else(|| ApiError::missing("transfer", id))
    })
}

/// `GET /v1/transfers`, of one group or all; at most 100, the newest first.
pub(crate) fn list(sandbox: &Sandbox, group: Option<&str>, limit: usize) -> Value {
    sandbox.read(|data| {
        let mut found: Vec<&Transfer> = data
            .stripe
            .transfers
            .values()
            .filter(|transfer| group.is_none() || transfer.transfer_group.as_deref() == group)
            .collect();
        found.sort_by_key(|transfer| std::cmp::Reverse(transfer.created));
        let limit = limit.clamp(1, 100);
        let page: Vec<Value> = found.iter().take(limit).map(|one| one.to_json()).collect();
        json!({ "object": "list", "url": "/v1/transfers", "has_more": found.len() > limit, "data": page })
    })
}

/// Takes a transfer back, all that is left of it or a part, and tells.
pub(crate) fn reverse(
    sandbox: &Sandbox,
    id: &str,
    amount_minor: Option<i64>,
) -> Result<Value, ApiError> {
    let now = sandbox.clock().now_unix();
    sandbox.write(|data| {
        let transfer =
            data.stripe.transfers.get_mut(id).ok_or_else(|| ApiError::missing("transfer", id))?;
        let left = transfer.amount_minor - transfer.reversed_minor;
        let amount_minor = amount_minor.unwrap_or(left);
        if amount_minor <= 0 || amount_minor > left {
            return Err(ApiError::state("amount_too_large", "So much is not left of it."));
        }
        transfer.reversed_minor += amount_minor;
        let told = transfer.to_json();
        webhooks::record(data, now, "transfer.reversed", told.clone());
        Ok(told)
    })
}

/// The bank of a connected account refuses what Stripe pays it: told, and nothing else changes.
pub(crate) fn fail_bank_payout(
    sandbox: &Sandbox,
    account: &str,
    failure_code: &str,
) -> Result<Value, ApiError> {
    let now = sandbox.clock().now_unix();
    sandbox.write(|data| {
        if !data.stripe.accounts.contains_key(account) {
            return Err(ApiError::missing("account", account));
        }
        let payout = json!({
            "id": random_id("po"), "object": "payout", "amount": 4200, "currency": "usd",
            "arrival_date": now, "created": now, "status": "failed", "automatic": true,
            "failure_code": failure_code, "failure_message": "The bank account cannot be paid.",
            "metadata": {}, "method": "standard", "type": "bank_account",
        });
        webhooks::record_of_account(data, now, Some(account), "payout.failed", payout.clone());
        Ok(payout)
    })
}
