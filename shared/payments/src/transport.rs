//! How async-stripe's requests reach Stripe: over the HTTP client that the AWS SDK brings anyway.
//!
//! The vendor crate's own client reads a refusal into types that know every object of the API and can print them all:
//! a large part of the wallet's archive. This one reads the three fields that are used, and keeps the status of an answer that
//! cannot be read. It sends a request once; repeating is for `client`, under the same key.

use std::fmt::Display;
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::Bytes;
use http::Uri;
use stripe_client_core::{
    CustomizedStripeRequest, StripeClient, StripeClientErr, StripeMethod, VERSION,
};

use crate::error::PaymentError;
use crate::wire::{ErrorAnswer, Refusal};

const STRIPE: &str = "https://api.stripe.com";
/// Far above any answer that we ask for.
const ANSWER_BYTES_MAX: usize = 1_048_576;

/// The way to one Stripe account. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Transport {
    connector: SharedHttpConnector,
    base: String,
    authorization: String,
    timeout: Duration,
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
        let base = base_url.unwrap_or(STRIPE).trim_end_matches('/').to_owned();
        let uri: Uri = base.parse().map_err(|error| misconfigured("the URL", &error))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none() {
            return Err(misconfigured("the URL", &"it must begin with http:// or https://"));
        }
        let authorization = format!("Bearer {secret_key}");
        http::HeaderValue::from_str(&authorization)
            .map_err(|error| misconfigured("the secret key", &error))?;
        let connector = Connector::builder()
            // A frozen process would find its kept connections closed.
            .pool_max_idle_per_host(0)
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .build();
        let connector = SharedHttpConnector::new(connector);
        Ok(Self { connector, base, authorization, timeout })
    }

    fn request(&self, request: CustomizedStripeRequest) -> Result<HttpRequest, AttemptError> {
        let unusable = |error: &dyn Display| AttemptError::Unusable(error.to_string());
        let (request, config) = request.into_pieces();
        let query = request.query.map(|query| format!("?{query}")).unwrap_or_default();
        let mut http = HttpRequest::new(SdkBody::from(request.body.unwrap_or_default()));
        http.set_uri(format!("{}/v1{}{query}", self.base, request.path))
            .map_err(|error| unusable(&error))?;
        let method = match request.method {
            StripeMethod::Get => "GET",
            StripeMethod::Post => "POST",
            StripeMethod::Delete => "DELETE",
        };
        http.set_method(method).map_err(|error| unusable(&error))?;
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
        for (name, value) in headers {
            if let Some(value) = value {
                http.headers_mut().try_insert(name, value).map_err(|error| unusable(&error))?;
            }
        }
        Ok(http)
    }

    async fn answer(&self, request: HttpRequest) -> Result<Bytes, AttemptError> {
        let unknown = |error: &dyn Display| AttemptError::Unknown(error.to_string());
        let reply = self.connector.call(request).await.map_err(|error| unknown(&error))?;
        let status = reply.status().as_u16();
        let mut body = ByteStream::new(reply.into_body());
        let mut bytes = Vec::new();
        while let Some(some) = body.try_next().await.map_err(|error| unknown(&error))? {
            bytes.extend_from_slice(&some);
            if bytes.len() > ANSWER_BYTES_MAX {
                return Err(unknown(&format!("status {status}, an answer that is too long")));
            }
        }
        if (200..300).contains(&status) {
            return Ok(bytes.into());
        }
        let text = String::from_utf8_lossy(&bytes);
        let answer = miniserde::json::from_str::<ErrorAnswer>(&text)
            .map_err(|_| unknown(&format!("status {status}, an answer that cannot be read")))?;
        Err(AttemptError::Refused(status, answer.error))
    }
}

impl StripeClient for Transport {
    type Err = AttemptError;

    async fn execute(&self, request: CustomizedStripeRequest) -> Result<Bytes, AttemptError> {
        let request = self.request(request)?;
        match tokio::time::timeout(self.timeout, self.answer(request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(AttemptError::Unknown("timed out".to_owned())),
        }
    }
}

fn misconfigured(what: &str, error: &dyn Display) -> PaymentError {
    PaymentError::Misconfigured(format!("{what} cannot be used: {error}"))
}
