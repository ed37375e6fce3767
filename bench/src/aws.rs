//! What both benches over AWS share: the SDK's configuration over a connector, and the queue's one operation.

use std::sync::{Mutex, PoisonError};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use runtime::{Config, ConfigError};
use serde_json::{Value, json};

/// The name of the table of everything but money.
pub const APP: &str = "app";
/// The name of the table of money.
pub const LEDGER: &str = "ledger";

/// The configuration to build clients from, whose requests this connector answers.
pub fn sdk_config(connector: impl HttpConnector + Clone + 'static) -> SdkConfig {
    let credentials = Credentials::new("bench", "bench", None, None, "bench");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::disabled())
        .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(connector.clone())))
        .build()
}

/// The product's configuration.
///
/// # Errors
/// None.
pub fn config() -> Result<Config, ConfigError> {
    Config::from_lookup(|name| {
        let value = match name {
            "APP_TABLE" => APP,
            "LEDGER_TABLE" => LEDGER,
            "BILLING_QUEUE_URL" => "https://sqs.us-east-1.amazonaws.com/000000000000/billing",
            "SITE_URL" => "https://parlor.test",
            "REALTIME_URL" => "wss://parlor.test/live",
            "MAIL_FROM" => "hello@parlor.test",
            "MEDIA_BUCKET" | "PROOFS_BUCKET" | "EVENT_BUS" | "SIGNING_KEY_ID" | "PROOF_KEY_ID" => {
                "none"
            }
            "BRAND" => "soulseer",
            "CURRENCY" => "USD",
            "FEE_PERCENT" => "30",
            _ => return None,
        };
        Some(value.to_owned())
    })
}

/// The operation that a request asks for, such as `SendMessageBatch`.
pub fn operation(request: &HttpRequest) -> &str {
    let target = request.headers().get("x-amz-target").unwrap_or_default();
    target.rsplit_once('.').map_or("", |(_, operation)| operation)
}

/// A reply in JSON.
///
/// # Errors
/// The status is none.
pub fn respond(status: u16, body: Vec<u8>) -> Result<HttpResponse, ConnectorError> {
    let status =
        StatusCode::try_from(status).map_err(|error| ConnectorError::user(error.into()))?;
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    response.headers_mut().insert("content-type", "application/x-amz-json-1.0");
    Ok(response)
}

/// What was sent to the queue and not taken yet.
#[derive(Debug, Default)]
pub struct Messages(Mutex<Vec<String>>);

impl Messages {
    /// Answers `SendMessageBatch`.
    ///
    /// # Errors
    /// The request is none.
    pub fn send(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let body = request.body().bytes().unwrap_or_default();
        let body: Value =
            serde_json::from_slice(body).map_err(|error| ConnectorError::user(error.into()))?;
        let entries = body["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
        let bodies = entries.iter().filter_map(|entry| entry["MessageBody"].as_str());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend(bodies.map(str::to_owned));
        let done: Vec<Value> = entries
            .iter()
            .map(|entry| json!({ "Id": entry["Id"], "MessageId": "0", "MD5OfMessageBody": "" }))
            .collect();
        respond(200, json!({ "Successful": done, "Failed": [] }).to_string().into_bytes())
    }

    /// The messages that were sent since the last call of this, in order.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
