//! `account` and `account_link`: the connected (Express) accounts of those who are paid.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::objects::Metadata;
use super::params::Params;
use super::{ApiError, check_room};
use crate::state::{Data, Sandbox, random_id};
use crate::webhooks;

/// How long a link opens its page, in seconds.
const LINK_SECONDS: i64 = 300;

/// A connected account.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub id: String,
    pub email: Option<String>,
    pub metadata: Metadata,
    pub country: String,
    pub transfers_requested: bool,
    pub details_submitted: bool,
    pub payouts_enabled: bool,
    pub currently_due: Vec<String>,
    pub disabled_reason: Option<String>,
    pub created: i64,
}

/// A page in which an account's owner says who they are. It opens once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountLink {
    pub account: String,
    pub return_url: String,
    pub refresh_url: String,
    pub expires_at: i64,
    pub used: bool,
}

impl Account {
    /// As the API and events show it.
    pub(crate) fn to_json(&self) -> Value {
        let transfers = if !self.transfers_requested {
            Value::Null
        } else if self.details_submitted {
            json!("active")
        } else {
            json!("inactive")
        };
        json!({
            "id": self.id,
            "object": "account",
            "type": "express",
            "business_type": null,
            "capabilities": { "transfers": transfers },
            "charges_enabled": false,
            "country": self.country,
            "created": self.created,
            "default_currency": "usd",
            "details_submitted": self.details_submitted,
            "email": self.email,
            "metadata": self.metadata,
            "payouts_enabled": self.payouts_enabled,
            "requirements": {
                "alternatives": [],
                "current_deadline": null,
                "currently_due": self.currently_due,
                "disabled_reason": self.disabled_reason,
                "errors": [],
                "eventually_due": self.currently_due,
                "past_due": self.currently_due,
                "pending_verification": [],
            },
        })
    }

    /// Whether transfers to it are taken.
    pub(crate) fn takes_transfers(&self) -> bool {
        self.transfers_requested && self.details_submitted
    }
}

/// `POST /v1/accounts`
pub(crate) fn create(sandbox: &Sandbox, mut params: Params) -> Result<Value, ApiError> {
    if params.required_text("type")? != "express" {
        return Err(params.invalid("type", "Only type=express is supported here."));
    }
    let mut capabilities = params.map("capabilities")?;
    let mut transfers = capabilities.map("transfers")?;
    let requested = transfers.text("requested")?.as_deref() == Some("true");
    transfers.finish()?;
    capabilities.finish()?;
    let account = Account {
        id: random_id("acct"),
        email: params.text("email")?,
        metadata: params.metadata("metadata")?,
        country: params.text("country")?.unwrap_or_else(|| "US".to_owned()),
        transfers_requested: requested,
        details_submitted: false,
        payouts_enabled: false,
        currently_due: vec!["external_account".to_owned(), "individual.id_number".to_owned()],
        disabled_reason: Some("requirements.past_due".to_owned()),
        created: sandbox.clock().now_unix(),
    };
    params.finish()?;
    let answer = account.to_json();
    sandbox.write(|data| {
        check_room(data.stripe.accounts.len())?;
        data.stripe.accounts.insert(account.id.clone(), account);
        Ok(answer)
    })
}

/// `GET /v1/accounts/{id}`
pub(crate) fn read(sandbox: &Sandbox, id: &str) -> Result<Value, ApiError> {
    sandbox.read(|data| find(data, id).map(Account::to_json))
}

/// `POST /v1/account_links`
pub(crate) fn create_link(sandbox: &Sandbox, mut params: Params) -> Result<Value, ApiError> {
    let now = sandbox.clock().now_unix();
    let account = params.required_text("account")?;
    if params.required_text("type")? != "account_onboarding" {
        return Err(params.invalid("type", "Only type=account_onboarding is supported here."));
    }
    let link = AccountLink {
        account: account.clone(),
        return_url: params.required_url("return_url")?,
        refresh_url: params.required_url("refresh_url")?,
        expires_at: now.saturating_add(LINK_SECONDS),
        used: false,
    };
    params.finish()?;
    let id = random_id("link");
    let answer = json!({
        "object": "account_link",
        "created": now,
        "expires_at": link.expires_at,
        "url": format!("{}/connect/{id}", sandbox.public_url()),
    });
    sandbox.write(|data| {
        find(data, &account)?;
        check_room(data.stripe.account_links.len())?;
        data.stripe.account_links.insert(id, link);
        Ok(answer)
    })
}

/// Changes an account, and tells.
pub(crate) fn change(
    sandbox: &Sandbox,
    id: &str,
    change: impl FnOnce(&mut Account),
) -> Result<Value, ApiError> {
    let now = sandbox.clock().now_unix();
    sandbox.write(|data| {
        let account =
            data.stripe.accounts.get_mut(id).ok_or_else(|| ApiError::missing("account", id))?;
        change(account);
        let told = account.to_json();
        webhooks::record_of_account(data, now, Some(id), "account.updated", told.clone());
        Ok(told)
    })
}

fn find<'a>(data: &'a Data, id: &str) -> Result<&'a Account, ApiError> {
    data.stripe.accounts.get(id).ok_or_else(|| ApiError::missing("account", id))
}
