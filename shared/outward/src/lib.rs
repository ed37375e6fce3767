//! Requests to services outside of AWS, over the HTTP client that the AWS SDK brings anyway: one attempt, bounded in time
//! and size; [`RetryPolicy`] repeats it for whoever knows that a repetition does no harm there.

mod retry;

pub use retry::{Attempt, RetryPolicy};

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

/// Far above any answer that we ask for.
const ANSWER_BYTES_MAX: usize = 1_048_576;

/// A service at one address, and how long an attempt may take. Cheap to clone.
#[derive(Clone)]
pub struct Outward {
    connector: SharedHttpConnector,
    base: String,
    timeout: Duration,
}

/// What to ask.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// `GET`, `POST`, `DELETE`.
    pub method: &'static str,
    /// Path and query, beginning with a slash.
    pub path: &'a str,
    /// Names in lower case; those without a value are left out.
    pub headers: &'a [(&'static str, Option<String>)],
    /// The body; may be empty.
    pub body: String,
}

/// What a service answered, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The whole body.
    pub body: Bytes,
}

/// Why there is no answer.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum OutwardError {
    /// The service may or may not have acted.
    #[error("{0}")]
    Unknown(String),
    /// No request can be made of this; nothing was sent.
    #[error("{0}")]
    Unusable(String),
}

impl Outward {
    /// A service at `base` (`http://` or `https://`; a slash at the end is dropped). `timeout` bounds one attempt, its answer
    /// included.
    ///
    /// # Errors
    /// [`OutwardError::Unusable`] for what is no such address.
    pub fn new(base: &str, timeout: Duration) -> Result<Self, OutwardError> {
        let base = base.trim_end_matches('/').to_owned();
        let uri: Uri = base.parse().map_err(|error| unusable(&error))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none() {
            return Err(unusable(&"the address must begin with http:// or https://"));
        }
        let connector = Connector::builder()
            // A frozen process would find its kept connections closed.
            .pool_max_idle_per_host(0)
            .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
            .build();
        Ok(Self { connector: SharedHttpConnector::new(connector), base, timeout })
    }

    /// The same service behind a connector that answers in another way than over the network: a test's.
    #[must_use]
    pub fn through(self, connector: SharedHttpConnector) -> Self {
        Self { connector, ..self }
    }

    /// Asks once.
    ///
    /// # Errors
    /// [`OutwardError`]; a time-out and an answer of more than 1 MiB are `Unknown`.
    pub async fn ask(&self, question: Question<'_>) -> Result<Answer, OutwardError> {
        let request = self.request(question)?;
        match tokio::time::timeout(self.timeout, self.answer(request)).await {
            Ok(outcome) => outcome,
            Err(_) => Err(OutwardError::Unknown("timed out".to_owned())),
        }
    }

    fn request(&self, question: Question<'_>) -> Result<HttpRequest, OutwardError> {
        let mut request = HttpRequest::new(SdkBody::from(question.body));
        request
            .set_uri(format!("{}{}", self.base, question.path))
            .map_err(|error| unusable(&error))?;
        request.set_method(question.method).map_err(|error| unusable(&error))?;
        for (name, value) in question.headers {
            if let Some(value) = value {
                let set = request.headers_mut().try_insert(*name, value.clone());
                set.map_err(|error| unusable(&error))?;
            }
        }
        Ok(request)
    }

    async fn answer(&self, request: HttpRequest) -> Result<Answer, OutwardError> {
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
        Ok(Answer { status, body: bytes.into() })
    }
}

fn unknown(error: &dyn Display) -> OutwardError {
    OutwardError::Unknown(error.to_string())
}

fn unusable(error: &dyn Display) -> OutwardError {
    OutwardError::Unusable(error.to_string())
}
