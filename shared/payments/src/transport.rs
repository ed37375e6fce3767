//! How async-stripe's requests reach Stripe: over `outward`.
//!
//! The vendor crate's own client reads a refusal into types that know every object of the API and can print them all:
//! a large part of the wallet's archive. This one reads the three fields that are used, and keeps the status of an answer that
//! cannot be read. It sends a request once; repeating is for `client`, under the same key.

use std::fmt::Display;
use std::time::Duration;

use bytes::Bytes;
use outward::{Outward, OutwardError, Question};
use stripe_client_core::{
    CustomizedStripeRequest, StripeClient, StripeClientErr, StripeMethod, VERSION,
};

use crate::error::PaymentError;
use crate::wire::{ErrorAnswer, Refusal};

const STRIPE: &str = "https://api.stripe.com";

/// The way to one Stripe account. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Transport {
    stripe: Outward,
    authorization: String,
}

/// What one attempt ended in besides success.
pub(crate) enum AttemptError {
    /// Stripe said no, in words that can be read.
    Refused(u16, Refusal),
    /// The outcome is unknown.
    Unknown(String),
    /// The request cannot be made.
    Unusable(String),
}

impl StripeClientErr for AttemptError {
    fn deserialize_err(message: impl Display) -> Self {
        Self::Unknown(message.to_string())
    }
}

impl From<OutwardError> for AttemptError {
    fn from(error: OutwardError) -> Self {
        match error {
            OutwardError::Unknown(reason) => Self::Unknown(reason),
            OutwardError::Unusable(reason) => Self::Unusable(reason),
        }
    }
}

impl Transport {
    /// `base_url` replaces Stripe's own address; `timeout` bounds one attempt, its answer included.
    ///
    /// # Errors
    /// [`PaymentError::Misconfigured`] for an address or a key that no request can carry.
    pub(crate) fn new(
        secret_key: &str,
        base_url: Option<&str>,
        timeout: Duration,
    ) -> Result<Self, PaymentError> {
        let stripe = Outward::new(base_url.unwrap_or(STRIPE), timeout)
            .map_err(|error| misconfigured("the URL", &error))?;
        Self::over(stripe, secret_key)
    }

    /// As [`Transport::new`], over a service that was made elsewhere.
    ///
    /// # Errors
    /// [`PaymentError::Misconfigured`] for a key that no request can carry.
    pub(crate) fn over(stripe: Outward, secret_key: &str) -> Result<Self, PaymentError> {
        let authorization = format!("Bearer {secret_key}");
        http::HeaderValue::from_str(&authorization)
            .map_err(|error| misconfigured("the secret key", &error))?;
        Ok(Self { stripe, authorization })
    }
}

impl StripeClient for Transport {
    type Err = AttemptError;

    async fn execute(&self, request: CustomizedStripeRequest) -> Result<Bytes, AttemptError> {
        let (request, config) = request.into_pieces();
        let query = request.query.map(|query| format!("?{query}")).unwrap_or_default();
        let key = config.request_strategy.as_ref().and_then(|strategy| strategy.get_key());
        let account = config.account_id.map(|id| id.as_str().to_owned());
        let headers = [
            ("authorization", Some(self.authorization.clone())),
            ("stripe-version", Some(VERSION.as_str().to_owned())),
            ("user-agent", Some("Parlor (async-stripe)".to_owned())),
            ("content-type", Some("application/x-www-form-urlencoded".to_owned())),
            ("idempotency-key", key.map(|key| key.as_str().to_owned())),
            ("stripe-account", account),
        ];
        let method = match request.method {
            StripeMethod::Get => "GET",
            StripeMethod::Post => "POST",
            StripeMethod::Delete => "DELETE",
        };
        let path = format!("/v1{}{query}", request.path);
        let body = request.body.unwrap_or_default();
        let question = Question { method, path: &path, headers: &headers, body };
        let answer = self.stripe.ask(question).await?;
        if (200..300).contains(&answer.status) {
            return Ok(answer.body);
        }
        let text = String::from_utf8_lossy(&answer.body);
        let refusal = miniserde::json::from_str::<ErrorAnswer>(&text).map_err(|_| {
            AttemptError::Unknown(format!(
                "status {}, an answer that cannot be read",
                answer.status
            ))
        })?;
        Err(AttemptError::Refused(answer.status, refusal.error))
    }
}

fn misconfigured(what: &str, error: &dyn Display) -> PaymentError {
    PaymentError::Misconfigured(format!("{what} cannot be used: {error}"))
}
