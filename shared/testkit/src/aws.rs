//! A fake AWS behind the SDK's own serializers: an HTTP connector that answers in process.
//!
//! Every client built from [`Aws::config`] talks to it. DynamoDB is dynoxide, KMS signs with the key
//! of [`crate::sign`], Secrets Manager answers from a map, S3 keeps objects, and what is sent to SQS,
//! EventBridge, SES and open sockets is recorded. An operation that is not known stops the test.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dynoxide::Database;
use serde_json::{Value, json};

use crate::objects::Objects;
use crate::turn::Turn;
use crate::{Fault, Faults, dynamo, key};

/// One call, as the fault decision sees it.
#[derive(Debug)]
pub struct Call<'a> {
    /// The operation, such as `TransactWriteItems` or `SendEmail`.
    pub operation: &'a str,
    /// The request's JSON (null for S3).
    pub body: &'a Value,
    /// How many calls came before.
    pub number: u64,
}

/// What the calls so far cost.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Usage {
    /// Calls by operation.
    pub calls: BTreeMap<String, u64>,
    /// Capacity units that DynamoDB reported, reads and writes together.
    pub capacity_units: f64,
}

#[derive(Default)]
struct State {
    usage: Usage,
    count: u64,
    sent: Vec<(String, Value)>,
    secrets: BTreeMap<String, String>,
    objects: Objects,
    closed: BTreeSet<String>,
}

/// The fake. Cloning shares it.
#[derive(Clone)]
pub struct Aws {
    /// The in-process DynamoDB.
    pub db: Database,
    /// What goes wrong.
    pub faults: Faults,
    state: Arc<Mutex<State>>,
}

impl fmt::Debug for Aws {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Aws")
    }
}

impl Aws {
    pub(crate) fn new(db: Database) -> Self {
        Self { db, faults: Faults::default(), state: Arc::default() }
    }

    /// The configuration to build clients from.
    #[must_use]
    pub fn config(&self) -> SdkConfig {
        let aws = self.clone();
        let credentials = Credentials::new("test", "test", None, None, "testkit");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::disabled())
            .http_client(http_client_fn(move |_, _| SharedHttpConnector::new(aws.clone())))
            .build()
    }

    /// The requests of an operation that was recorded, such as `SendMessage`, `PutEvents` or `SendEmail`, in order.
    #[must_use]
    pub fn sent(&self, operation: &str) -> Vec<Value> {
        let state = self.lock();
        state
            .sent
            .iter()
            .filter(|(name, _)| name == operation)
            .map(|(_, body)| body.clone())
            .collect()
    }

    /// Closes a socket without a word: whoever speaks to it next is told that it is gone.
    pub fn close_socket(&self, connection_id: &str) {
        self.lock().closed.insert(connection_id.to_owned());
    }

    /// What a socket was told, in order, and `null` when it was closed.
    #[must_use]
    pub fn heard(&self, connection_id: &str) -> Vec<Value> {
        let state = self.lock();
        let to = |body: &&(String, Value)| body.1["ConnectionId"] == connection_id;
        let sockets = state.sent.iter().filter(|(name, _)| name.ends_with("Connection"));
        sockets.filter(to).map(|(_, body)| body["Data"].clone()).collect()
    }

    /// All requests that were recorded, with their operations, in order; they are forgotten: a queue that is emptied.
    #[must_use]
    pub fn take(&self) -> Vec<(String, Value)> {
        std::mem::take(&mut self.lock().sent)
    }

    /// No socket is closed any more: the next test may give their names to others.
    pub fn forget_sockets(&self) {
        self.lock().closed.clear();
    }

    /// Puts a secret into Secrets Manager.
    pub fn put_secret(&self, id: &str, value: &str) {
        self.lock().secrets.insert(id.to_owned(), value.to_owned());
    }

    /// Puts an object, as a browser with a presigned URL would.
    pub fn put_object(&self, key: &str, content_type: &str, bytes: &[u8]) {
        self.lock().objects.put(key, content_type, bytes.to_vec());
    }

    /// An object's bytes.
    #[must_use]
    pub fn object(&self, key: &str) -> Option<Vec<u8>> {
        self.lock().objects.get(key)
    }

    /// An object's type.
    #[must_use]
    pub fn object_type(&self, key: &str) -> Option<String> {
        self.lock().objects.content_type(key)
    }

    /// What the calls so far cost.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.lock().usage.clone()
    }

    /// Starts counting anew.
    pub fn reset_usage(&self) {
        self.lock().usage = Usage::default();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let bytes = request.body().bytes().unwrap_or_default();
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let (service, operation) = match target.rsplit_once('.') {
            Some(parts) => parts,
            None if request.uri().contains("/v2/email/") => ("SES", "SendEmail"),
            None if request.uri().contains("/@connections/") => match request.method() {
                "DELETE" => ("Sockets", "DeleteConnection"),
                _ => ("Sockets", "PostToConnection"),
            },
            None => ("S3", Objects::operation(request.method())),
        };
        let mut body: Value = serde_json::from_slice(bytes).unwrap_or(Value::Null);
        if service == "Sockets" {
            body = json!({ "ConnectionId": connection_of(request.uri()), "Data": body });
        }
        let number = self.count(operation);
        match self.faults.decide(&Call { operation, body: &body, number }) {
            Fault::None => self.work(service, operation, body, request),
            Fault::LostRequest => Err(lost()),
            Fault::LostReply => self.work(service, operation, body, request).and(Err(lost())),
            Fault::Conflict if operation == "TransactWriteItems" => {
                reply(400, &dynamo::conflict(&body))
            }
            Fault::Throttle | Fault::Conflict => reply(
                400,
                &json!({ "__type": "com.amazonaws#ThrottlingException", "message": "slow down" }),
            ),
            Fault::Broken => reply(
                500,
                &json!({ "__type": "com.amazonaws#InternalServerError", "message": "broken" }),
            ),
        }
    }

    fn count(&self, operation: &str) -> u64 {
        let mut state = self.lock();
        *state.usage.calls.entry(operation.to_owned()).or_default() += 1;
        state.count += 1;
        state.count - 1
    }

    fn work(
        &self,
        service: &str,
        operation: &str,
        body: Value,
        request: &HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        match service {
            "DynamoDB_20120810" => {
                let (status, text, units) = dynamo::run(&self.db, operation, body);
                self.lock().usage.capacity_units += units;
                respond(status, "application/x-amz-json-1.0", text.into_bytes())
            }
            "TrentService" => reply(200, &kms(operation, &body)),
            "secretsmanager" => {
                let id = body["SecretId"].as_str().unwrap_or_default();
                match self.lock().secrets.get(id) {
                    Some(secret) => reply(200, &json!({ "Name": id, "SecretString": secret })),
                    None => {
                        reply(400, &json!({ "__type": "ResourceNotFoundException", "message": id }))
                    }
                }
            }
            "S3" => {
                let answer = self.lock().objects.run(request);
                let mut response = respond(answer.status, &answer.content_type, answer.bytes)?;
                if let Some(e_tag) = answer.e_tag {
                    response.headers_mut().insert("etag", e_tag);
                }
                Ok(response)
            }
            "Sockets" => {
                let mut state = self.lock();
                let id = body["ConnectionId"].as_str().unwrap_or_default().to_owned();
                if state.closed.contains(&id) {
                    let mut response = reply(410, &json!({ "message": "gone" }))?;
                    response.headers_mut().insert("x-amzn-errortype", "GoneException");
                    return Ok(response);
                }
                if operation == "DeleteConnection" {
                    state.closed.insert(id);
                }
                state.sent.push((operation.to_owned(), body));
                reply(200, &json!({}))
            }
            "AmazonSQS" | "AWSEvents" | "SES" => {
                let number = self.lock().sent.len();
                self.lock().sent.push((operation.to_owned(), body.clone()));
                reply(200, &recorded(operation, &body, number))
            }
            other => panic!("the fake AWS does not know {other}.{operation}"),
        }
    }
}

/// The socket that a request is about: the last part of the path, percent-decoded as far as ids need it.
fn connection_of(uri: &str) -> String {
    let path = uri.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().replace("%3D", "=")
}

/// What KMS answers.
fn kms(operation: &str, body: &Value) -> Value {
    let key_id = &body["KeyId"];
    match operation {
        "GetPublicKey" => json!({
            "KeyId": key_id, "PublicKey": STANDARD.encode(key::public_key_der()),
            "KeySpec": "RSA_3072", "KeyUsage": "SIGN_VERIFY", "SigningAlgorithms": ["RSASSA_PKCS1_V1_5_SHA_256"],
        }),
        "Sign" => {
            assert_eq!(body["SigningAlgorithm"], "RSASSA_PKCS1_V1_5_SHA_256");
            assert_eq!(body["MessageType"], "RAW");
            let message = STANDARD.decode(body["Message"].as_str().unwrap_or_default());
            let message = message.expect("a message in base64");
            assert!(message.len() <= 4096, "KMS signs 4096 bytes at most");
            json!({ "KeyId": key_id, "Signature": STANDARD.encode(key::sign(&message)), "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256" })
        }
        other => panic!("the fake KMS does not know {other}"),
    }
}

/// What a service that is only recorded answers.
fn recorded(operation: &str, body: &Value, number: usize) -> Value {
    let count = |list: &str| body[list].as_array().map_or(0, Vec::len);
    match operation {
        "SendMessageBatch" => {
            let done: Vec<Value> = body["Entries"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|entry| json!({ "Id": entry["Id"], "MessageId": format!("{number}"), "MD5OfMessageBody": "" }))
                .collect();
            json!({ "Successful": done, "Failed": [] })
        }
        "PutEvents" => {
            let done: Vec<Value> = (0..count("Entries"))
                .map(|entry| json!({ "EventId": format!("{number}-{entry}") }))
                .collect();
            json!({ "FailedEntryCount": 0, "Entries": done })
        }
        _ => json!({ "MessageId": number.to_string() }),
    }
}

fn reply(status: u16, body: &Value) -> Result<HttpResponse, ConnectorError> {
    respond(status, "application/x-amz-json-1.0", body.to_string().into_bytes())
}

fn respond(status: u16, content_type: &str, body: Vec<u8>) -> Result<HttpResponse, ConnectorError> {
    let status =
        StatusCode::try_from(status).map_err(|error| ConnectorError::user(error.into()))?;
    let length = body.len();
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    response.headers_mut().insert("content-type", content_type.to_owned());
    response.headers_mut().insert("content-length", length.to_string());
    Ok(response)
}

fn lost() -> ConnectorError {
    ConnectorError::timeout("lost on purpose".into())
}

impl HttpConnector for Aws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let aws = self.clone();
        HttpConnectorFuture::new(async move {
            // Other tasks go first, so that calls meant to race do.
            Turn::default().await;
            let outcome = aws.answer(&request);
            Turn::default().await;
            outcome
        })
    }
}
