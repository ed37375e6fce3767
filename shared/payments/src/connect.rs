//! Paying hosts: their connected accounts, the page on which they enter their details, and transfers.
//!
//! Requests are written out, as for refunds: the generated crate for Connect brings the whole of it with it.

use serde::Serialize;
use stripe_client_core::{IdempotencyKey, RequestBuilder, StripeMethod, StripeRequest};

use crate::client::{Payments, misconfigured};
use crate::error::PaymentError;
use crate::wire::{AccountAnswer, AccountLinkAnswer, TransferAnswer, TransferListAnswer};

/// A host who wants to be paid. Two calls with an equal intent make one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountIntent {
    /// Our id; the idempotency key is `account_<id>`, and it comes back in the metadata of the account's events.
    pub host_id: String,
    /// Prefilled in the form.
    pub email: String,
}

/// A form on Stripe's page in which a host enters who they are and where they bank. It opens once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLinkIntent {
    /// Our id of this opening; the idempotency key is `link_<id>`.
    pub link_id: String,
    /// Of which account (`acct_...`).
    pub account: String,
    /// Where the browser goes when the link was used before or is too old.
    pub refresh_url: String,
    /// Where the browser goes afterwards, finished or not.
    pub return_url: String,
}

/// The page of an account link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountLink {
    /// Address of the page.
    pub url: String,
    /// Unix seconds after which it does not open.
    pub expires_at: i64,
}

/// Money to a connected account.
///
/// Two calls with an equal intent are one transfer for a day; later, look for it with [`Payments::find_transfer`] first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferIntent {
    /// The idempotency key, and the group under which the transfer is found again.
    pub transfer_key: String,
    /// Our id, in the metadata of every event.
    pub payout_id: String,
    /// To which account (`acct_...`).
    pub account: String,
    /// Amount in minor units of `currency`.
    pub amount_minor: i64,
    /// ISO 4217 code, for example `USD`.
    pub currency: String,
}

/// A transfer that Stripe has accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Stripe's id (`tr_...`).
    pub id: String,
    /// Amount in minor units.
    pub amount_minor: i64,
}

impl Payments {
    /// Makes the connected (Express) account of a host; gives its id (`acct_...`).
    ///
    /// # Errors
    /// See [`PaymentError`]; after [`PaymentError::Unavailable`] the same intent may be sent again.
    pub async fn create_account(&self, intent: &AccountIntent) -> Result<String, PaymentError> {
        let request = CreateAccount {
            kind: "express",
            email: &intent.email,
            transfers: true,
            host_id: &intent.host_id,
        };
        let key = key(format!("account_{}", intent.host_id))?;
        let answer = self.send(&key, || request.customize()).await?;
        Ok(answer.id)
    }

    /// Opens the form of a connected account.
    ///
    /// # Errors
    /// See [`PaymentError`].
    pub async fn create_account_link(
        &self,
        intent: &AccountLinkIntent,
    ) -> Result<AccountLink, PaymentError> {
        let request = CreateAccountLink {
            account: &intent.account,
            refresh_url: &intent.refresh_url,
            return_url: &intent.return_url,
            kind: "account_onboarding",
        };
        let key = key(format!("link_{}", intent.link_id))?;
        let answer = self.send(&key, || request.customize()).await?;
        Ok(AccountLink { url: answer.url, expires_at: answer.expires_at })
    }

    /// Moves money to a connected account.
    ///
    /// # Errors
    /// See [`PaymentError`]; after [`PaymentError::Unavailable`] the money may have moved.
    pub async fn create_transfer(&self, intent: &TransferIntent) -> Result<Transfer, PaymentError> {
        if intent.amount_minor <= 0 {
            return Err(PaymentError::Misconfigured(
                "a transfer needs a positive amount".to_owned(),
            ));
        }
        let currency = intent.currency.to_ascii_lowercase();
        let request = CreateTransfer {
            amount: intent.amount_minor,
            currency: &currency,
            destination: &intent.account,
            transfer_group: &intent.transfer_key,
            payout_id: &intent.payout_id,
        };
        let key = key(intent.transfer_key.clone())?;
        let answer = self.send(&key, || request.customize()).await?;
        Ok(Transfer { id: answer.id, amount_minor: answer.amount })
    }

    /// The transfer that was made under a key, however long ago.
    ///
    /// # Errors
    /// See [`PaymentError`].
    pub async fn find_transfer(
        &self,
        transfer_key: &str,
    ) -> Result<Option<Transfer>, PaymentError> {
        let request = ListTransfers { transfer_group: transfer_key, limit: 1 };
        let answer = self.ask(|| request.customize()).await?;
        let found = answer.data.into_iter().next();
        Ok(found.map(|transfer| Transfer { id: transfer.id, amount_minor: transfer.amount }))
    }
}

fn key(text: String) -> Result<IdempotencyKey, PaymentError> {
    IdempotencyKey::new(text).map_err(misconfigured)
}

/// `POST /v1/accounts`, as far as we use it.
#[derive(Serialize)]
struct CreateAccount<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    email: &'a str,
    #[serde(rename = "capabilities[transfers][requested]")]
    transfers: bool,
    #[serde(rename = "metadata[host_id]")]
    host_id: &'a str,
}

/// `POST /v1/account_links`.
#[derive(Serialize)]
struct CreateAccountLink<'a> {
    account: &'a str,
    refresh_url: &'a str,
    return_url: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
}

/// `POST /v1/transfers`, as far as we use it.
#[derive(Serialize)]
struct CreateTransfer<'a> {
    amount: i64,
    currency: &'a str,
    destination: &'a str,
    transfer_group: &'a str,
    #[serde(rename = "metadata[payout_id]")]
    payout_id: &'a str,
}

/// `GET /v1/transfers` of a group.
#[derive(Serialize)]
struct ListTransfers<'a> {
    transfer_group: &'a str,
    limit: u32,
}

impl StripeRequest for CreateAccount<'_> {
    type Output = AccountAnswer;

    fn build(&self) -> RequestBuilder {
        RequestBuilder::new(StripeMethod::Post, "/accounts").form(self)
    }
}

impl StripeRequest for CreateAccountLink<'_> {
    type Output = AccountLinkAnswer;

    fn build(&self) -> RequestBuilder {
        RequestBuilder::new(StripeMethod::Post, "/account_links").form(self)
    }
}

impl StripeRequest for CreateTransfer<'_> {
    type Output = TransferAnswer;

    fn build(&self) -> RequestBuilder {
        RequestBuilder::new(StripeMethod::Post, "/transfers").form(self)
    }
}

impl StripeRequest for ListTransfers<'_> {
    type Output = TransferListAnswer;

    fn build(&self) -> RequestBuilder {
        RequestBuilder::new(StripeMethod::Get, "/transfers").query(self)
    }
}
