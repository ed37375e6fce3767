//! The client: one idempotency key per intent, and a bounded loop that never changes it.

use std::time::Duration;

use outward::{Outward, RetryPolicy};
use stripe_client_core::{
    CustomizableStripeRequest, IdempotencyKey, RequestStrategy, StripeRequest,
};

use crate::checkout::{Checkout, CheckoutIntent, CreateCheckout};
use crate::error::{PaymentError, classify};
use crate::refund::{CreateRefund, Refund, RefundIntent};
use crate::transport::Transport;

/// Requests to Stripe. Cheap to clone; built once per process.
#[derive(Clone)]
pub struct Payments {
    transport: Transport,
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
        check_key(secret_key)?;
        let transport = Transport::new(secret_key, base_url, timeout)?;
        Ok(Self { transport, retry: RetryPolicy::default() })
    }

    /// As [`Payments::new`], over a service that was made elsewhere: a test's.
    ///
    /// # Errors
    /// As [`Payments::new`].
    pub fn over(stripe: Outward, secret_key: &str) -> Result<Self, PaymentError> {
        check_key(secret_key)?;
        let transport = Transport::over(stripe, secret_key)?;
        Ok(Self { transport, retry: RetryPolicy::default() })
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
        let request = CreateCheckout::new(intent)?;
        let key = idempotency_key("topup", &intent.top_up_id)?;
        let answer = self.send(&key, || request.customize()).await?;
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
        let request = CreateRefund::new(intent);
        let answer = self.send(&key, || request.customize()).await?;
        Ok(Refund { id: answer.id, amount_minor: answer.amount, status: answer.status })
    }

    /// Sends one request under a key until it has a final answer or the attempts are used up.
    pub(crate) async fn send<Answer: miniserde::Deserialize>(
        &self,
        key: &IdempotencyKey,
        request: impl Fn() -> CustomizableStripeRequest<Answer>,
    ) -> Result<Answer, PaymentError> {
        self.repeat(|| RequestStrategy::Idempotent(key.clone()), request).await
    }

    /// Asks for something, which needs no key.
    pub(crate) async fn ask<Answer: miniserde::Deserialize>(
        &self,
        request: impl Fn() -> CustomizableStripeRequest<Answer>,
    ) -> Result<Answer, PaymentError> {
        self.repeat(|| RequestStrategy::Once, request).await
    }

    async fn repeat<Answer: miniserde::Deserialize>(
        &self,
        strategy: impl Fn() -> RequestStrategy,
        request: impl Fn() -> CustomizableStripeRequest<Answer>,
    ) -> Result<Answer, PaymentError> {
        let attempt = || async {
            let sent = request().request_strategy(strategy()).send(&self.transport).await;
            sent.map_err(classify)
        };
        let unavailable = |attempts, reason| PaymentError::Unavailable { attempts, reason };
        self.retry.repeat("to Stripe", attempt, unavailable).await
    }
}

fn check_key(secret_key: &str) -> Result<(), PaymentError> {
    if secret_key.starts_with("sk_") || secret_key.starts_with("rk_") {
        return Ok(());
    }
    Err(PaymentError::Misconfigured("the secret key must begin with sk_ or rk_".to_owned()))
}

fn idempotency_key(kind: &str, id: &str) -> Result<IdempotencyKey, PaymentError> {
    IdempotencyKey::new(format!("{kind}_{id}")).map_err(misconfigured)
}

pub(crate) fn misconfigured(error: impl std::fmt::Display) -> PaymentError {
    PaymentError::Misconfigured(error.to_string())
}
