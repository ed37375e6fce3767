//! The client: one idempotency key per intent, and a bounded loop that never changes it.

use std::collections::HashMap;
use std::time::Duration;

use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeRequest};
use stripe_checkout::CheckoutSessionMode;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems, CreateCheckoutSessionLineItemsPriceData,
    CreateCheckoutSessionPaymentIntentData, ProductData,
};
use stripe_client_core::RequestBuilder;
use stripe_types::Currency;

use crate::error::{Attempt, PaymentError, classify};
use crate::refund::{CreateRefund, Refund, RefundIntent};
use crate::wire::{CheckoutAnswer, RefundAnswer};

/// How often and how patiently a request is repeated, always with the same idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Attempts in all, at least 1.
    pub attempts_max: u32,
    /// Wait before the second attempt; doubled before each further one.
    pub first_backoff: Duration,
}

impl Default for RetryPolicy {
    /// Three attempts, waiting 200 ms and 400 ms between them.
    fn default() -> Self {
        Self { attempts_max: 3, first_backoff: Duration::from_millis(200) }
    }
}

/// A top-up that is to be paid on Stripe's hosted page.
///
/// Two calls with an equal intent are the same request to Stripe, at any time within a day; a changed field under
/// the same `top_up_id` is refused there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckoutIntent {
    /// Our id; the idempotency key is `topup_<id>`, and it comes back in the metadata of every event.
    pub top_up_id: String,
    /// The member who pays; Stripe keeps it as the client reference.
    pub member_id: String,
    /// Amount in minor units of `currency`.
    pub amount_minor: i64,
    /// ISO 4217 code, for example `USD`.
    pub currency: String,
    /// Prefilled on the page.
    pub email: String,
    /// Where the browser goes after paying; `{CHECKOUT_SESSION_ID}` is replaced by Stripe.
    pub success_url: String,
    /// Where the browser goes after giving up.
    pub cancel_url: String,
    /// Name of the site, shown on the page.
    pub site_name: String,
}

/// A hosted page on which a top-up can be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// Stripe's id (`cs_...`).
    pub id: String,
    /// Address of the page.
    pub url: String,
    /// Present when Stripe has made it already; recent API versions make it when the page is paid.
    pub payment_intent: Option<String>,
    /// Unix seconds after which the page cannot be paid any more.
    pub expires_at: Option<i64>,
}

/// Requests to Stripe. Cheap to clone; built once per process.
#[derive(Clone)]
pub struct Payments {
    client: Client,
    retry: RetryPolicy,
}

impl std::fmt::Debug for Payments {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Payments").field("retry", &self.retry).finish_non_exhaustive()
    }
}

impl Payments {
    /// A client for the account of `secret_key`.
    ///
    /// `base_url` replaces Stripe's own address; `timeout` bounds one attempt.
    ///
    /// # Errors
    /// [`PaymentError::Misconfigured`] when the key or the URL cannot be used in a request.
    pub fn new(
        secret_key: &str,
        base_url: Option<&str>,
        timeout: Duration,
    ) -> Result<Self, PaymentError> {
        if !(secret_key.starts_with("sk_") || secret_key.starts_with("rk_")) {
            return Err(PaymentError::Misconfigured(
                "the secret key must begin with sk_ or rk_".to_owned(),
            ));
        }
        let mut builder = ClientBuilder::new(secret_key).timeout(timeout);
        if let Some(base) = base_url {
            builder = builder.url(format!("{}/", base.trim_end_matches('/')));
        }
        let client = builder.build().map_err(misconfigured)?;
        Ok(Self { client, retry: RetryPolicy::default() })
    }

    /// The same client with another patience.
    #[must_use]
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Opens a hosted page for a top-up.
    ///
    /// # Errors
    /// See [`PaymentError`]; after [`PaymentError::Unavailable`] the same intent may be sent again.
    pub async fn create_checkout(&self, intent: &CheckoutIntent) -> Result<Checkout, PaymentError> {
        let request = checkout_request(intent)?;
        let key = idempotency_key("topup", &intent.top_up_id)?;
        let answer: CheckoutAnswer = self.send(&key, || request.build()).await?;
        let url = answer.url.ok_or_else(|| PaymentError::Refused {
            status: 200,
            code: Some("checkout_not_open".to_owned()),
            message: "the checkout has no page any more".to_owned(),
            parameter: None,
        })?;
        Ok(Checkout {
            id: answer.id,
            url,
            payment_intent: answer.payment_intent.map(|intent| intent.0),
            expires_at: answer.expires_at,
        })
    }

    /// Gives money back to the card of a payment.
    ///
    /// # Errors
    /// See [`PaymentError`]; after [`PaymentError::Unavailable`] the same intent may be sent again.
    pub async fn create_refund(&self, intent: &RefundIntent) -> Result<Refund, PaymentError> {
        if intent.amount_minor <= 0 {
            return Err(PaymentError::Misconfigured("a refund needs a positive amount".to_owned()));
        }
        let key = idempotency_key("refund", &intent.refund_id)?;
        let answer: RefundAnswer = self.send(&key, || CreateRefund::new(intent).build()).await?;
        Ok(Refund { id: answer.id, amount_minor: answer.amount, status: answer.status })
    }

    /// Sends one request until it has a final answer or the attempts are used up.
    async fn send<Answer: miniserde::Deserialize>(
        &self,
        key: &IdempotencyKey,
        build: impl Fn() -> RequestBuilder,
    ) -> Result<Answer, PaymentError> {
        let mut backoff = self.retry.first_backoff;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let sent = build()
                .customize::<Answer>()
                .request_strategy(RequestStrategy::Idempotent(key.clone()))
                .send(&self.client)
                .await;
            let reason = match sent {
                Ok(answer) => return Ok(answer),
                Err(error) => match classify(&error) {
                    Attempt::Final(refusal) => return Err(refusal),
                    Attempt::Again(reason) => reason,
                },
            };
            if attempts >= self.retry.attempts_max {
                return Err(PaymentError::Unavailable { attempts, reason });
            }
            tracing::warn!(attempts, reason, "repeating a payment request");
            tokio::time::sleep(backoff).await;
            backoff = backoff.saturating_mul(2);
        }
    }
}

fn checkout_request(intent: &CheckoutIntent) -> Result<CreateCheckoutSession, PaymentError> {
    // One pair only: the order of a hash map differs from call to call, and the request must not.
    let metadata = HashMap::from([("top_up_id".to_owned(), intent.top_up_id.clone())]);
    let mut price = CreateCheckoutSessionLineItemsPriceData::new(currency(&intent.currency)?);
    price.unit_amount = Some(intent.amount_minor);
    price.product_data = Some(ProductData::new(format!("{} wallet", intent.site_name)));
    let mut line = CreateCheckoutSessionLineItems::new();
    line.price_data = Some(price);
    line.quantity = Some(1);
    let mut payment = CreateCheckoutSessionPaymentIntentData::new();
    payment.metadata = Some(metadata.clone());
    Ok(CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Payment)
        .line_items(vec![line])
        .payment_intent_data(payment)
        .metadata(metadata)
        .client_reference_id(intent.member_id.clone())
        .customer_email(intent.email.clone())
        .success_url(intent.success_url.clone())
        .cancel_url(intent.cancel_url.clone()))
}

fn currency(code: &str) -> Result<Currency, PaymentError> {
    if code.len() != 3 || !code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        return Err(PaymentError::Misconfigured(format!("{code:?} is no currency code")));
    }
    code.to_ascii_lowercase()
        .parse()
        .map_err(|_| PaymentError::Misconfigured(format!("{code:?} is no currency code")))
}

fn idempotency_key(kind: &str, id: &str) -> Result<IdempotencyKey, PaymentError> {
    IdempotencyKey::new(format!("{kind}_{id}")).map_err(misconfigured)
}

fn misconfigured(error: impl std::fmt::Display) -> PaymentError {
    PaymentError::Misconfigured(error.to_string())
}

#[cfg(test)]
mod tests {
    use stripe::StripeRequest as _;

    use super::{CheckoutIntent, checkout_request};

    #[test]
    fn equal_intents_make_equal_bytes() {
        let intent = CheckoutIntent {
            top_up_id: "t1".to_owned(),
            member_id: "m1".to_owned(),
            amount_minor: 2500,
            currency: "USD".to_owned(),
            email: "ada@example.test".to_owned(),
            success_url: "http://127.0.0.1:9/done".to_owned(),
            cancel_url: "http://127.0.0.1:9/back".to_owned(),
            site_name: "SoulSeer".to_owned(),
        };
        let body = || checkout_request(&intent).unwrap().build().body;
        let first = body();
        assert!((0..20).all(|_| body() == first));
    }
}
