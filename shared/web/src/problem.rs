//! Problems: RFC 9457 `application/problem+json`, the one shape of every refusal.
//!
//! `detail` is for the person, in a whole sentence. What happened inside goes to the log, once, in
//! [`crate::serve`]'s layer, and never to the reply.

use std::fmt::Display;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use serde_json::{Map, Value, json};
use store::{CommitError, StoreError};
use tracing::Level;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::Kind;

/// Seconds after which a busy store is worth another try.
const BUSY_SECONDS: u32 = 2;

/// A refusal, ready to be answered.
#[derive(Clone, Debug)]
pub struct Problem(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    kind: Kind,
    detail: Option<String>,
    errors: Vec<Fault>,
    members: Map<String, Value>,
    retry_after_seconds: Option<u32>,
    cause: Option<String>,
}

/// One field that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// RFC 6901 JSON pointer into the body, or `/name` of a query parameter.
    pub pointer: String,
    /// What is wrong, in a sentence.
    pub detail: String,
}

/// The body of a problem. Kinds may add members of their own, such as `tries_left`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// `/problems/<key>`: the kind, for programs.
    #[schema(rename = "type")]
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind, for people.
    pub title: String,
    /// The status of the reply.
    pub status: u16,
    /// What happened this time, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The request id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The fields that are not as they must be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Fault>,
}

impl Problem {
    /// A problem of this kind.
    #[must_use]
    pub fn new(kind: Kind) -> Self {
        Self(Box::new(Parts {
            kind,
            detail: None,
            errors: Vec::new(),
            members: Map::new(),
            retry_after_seconds: None,
            cause: None,
        }))
    }

    /// A bug: 500. The cause is logged, not told.
    #[must_use]
    pub fn internal(cause: impl Display) -> Self {
        Self::new(Kind::Internal).cause(cause)
    }

    /// One field that is not valid: 400.
    #[must_use]
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::new(Kind::InvalidRequest).error(pointer, detail)
    }

    /// Says what happened this time, in a sentence for the person.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Adds an extension member in `snake_case`. Names of RFC 9457's own members are ignored.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.0.members.insert(name.to_owned(), value.into());
        self
    }

    /// Adds a field that is not valid.
    #[must_use]
    pub fn error(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.0.errors.push(Fault { pointer: pointer.into(), detail: detail.into() });
        self
    }

    /// When to try again.
    #[must_use]
    pub fn retry_after(mut self, seconds: u32) -> Self {
        self.0.retry_after_seconds = Some(seconds);
        self
    }

    /// What happened inside, for the log.
    #[must_use]
    pub fn cause(mut self, cause: impl Display) -> Self {
        self.0.cause = Some(cause.to_string());
        self
    }

    /// The kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The status of the reply.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.0.kind.status()
    }

    /// Writes the problem's log line. `cause` names what was wrong with the request, never what was in it; `user_id` is
    /// absent for whoever could not show who they are.
    pub(crate) fn log(&self, request_id: &str, user_id: Option<Uuid>) {
        let key = self.0.kind.key();
        let cause = self.0.cause.as_deref().unwrap_or("");
        let user_id = user_id.map(tracing::field::display);
        match level(self.0.kind) {
            Level::ERROR => tracing::error!(request_id, user_id, key, cause, "a request failed"),
            Level::WARN => {
                tracing::warn!(request_id, user_id, key, cause, "a request was put off");
            }
            Level::INFO => tracing::info!(request_id, user_id, key, cause, "a door was shut"),
            _ => tracing::debug!(request_id, user_id, key, cause, "a request was refused"),
        }
    }

    /// The reply, with the request id when it is known.
    pub(crate) fn render(&self, request_id: Option<&str>) -> Response {
        let body = self.body(request_id);
        let mut response = Response::new(Body::from(body.to_string()));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_seconds() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status() == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self.clone());
        response
    }

    /// 429 and 503 always say when to come back.
    fn retry_after_seconds(&self) -> Option<u32> {
        let waits = matches!(
            self.status(),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        );
        self.0.retry_after_seconds.or(waits.then_some(BUSY_SECONDS))
    }

    fn body(&self, request_id: Option<&str>) -> Value {
        let parts = &self.0;
        let mut body = parts.members.clone();
        body.insert("type".into(), json!(format!("/problems/{}", parts.kind.key())));
        body.insert("title".into(), json!(parts.kind.title()));
        body.insert("status".into(), json!(self.status().as_u16()));
        if let Some(detail) = &parts.detail {
            body.insert("detail".into(), json!(detail));
        }
        if let Some(id) = request_id {
            body.insert("instance".into(), json!(id));
        }
        if !parts.errors.is_empty() {
            body.insert("errors".into(), json!(parts.errors));
        }
        Value::Object(body)
    }
}

/// How loudly a kind is logged: bugs and what is put off for the operator, shut doors and reached limits so that an
/// attack can be seen afterwards (ASVS 16.3), the rest of the refusals only where somebody debugs.
fn level(kind: Kind) -> Level {
    match kind.status() {
        StatusCode::INTERNAL_SERVER_ERROR => Level::ERROR,
        status if status.is_server_error() => Level::WARN,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS => {
            Level::INFO
        }
        _ if matches!(kind, Kind::CodeWrong | Kind::SecondFactorWrong | Kind::BadSignature) => {
            Level::INFO
        }
        _ => Level::DEBUG,
    }
}

impl From<Kind> for Problem {
    fn from(kind: Kind) -> Self {
        Self::new(kind)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.render(None)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) => Self::new(Kind::Busy).cause(error),
            StoreError::Rejected(_) | StoreError::Shape(_) => Self::internal(error),
            StoreError::Start => crate::cursor::refused(),
        }
    }
}

/// For commits whose refusals a handler has already looked at: what is left of them is a lost race.
impl From<CommitError> for Problem {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Refused(_) => Self::new(Kind::VersionConflict)
                .detail("Somebody changed this at the same moment. Please look again.")
                .cause(error),
            CommitError::Busy => Self::new(Kind::Busy).cause("transactions collided"),
            CommitError::Store(error) => error.into(),
        }
    }
}

/// Collects what is wrong with a request, so that a person sees all of it at once.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Nothing wrong yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a fault unless `good`.
    pub fn check(&mut self, good: bool, pointer: &str, detail: impl Into<String>) {
        if !good {
            self.0.push(Fault { pointer: pointer.to_owned(), detail: detail.into() });
        }
    }

    /// The end of the checks.
    ///
    /// # Errors
    /// `invalid-request` with all faults, if there are any.
    pub fn done(self) -> Result<(), Problem> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut problem = Problem::new(Kind::InvalidRequest);
        problem.0.errors = self.0;
        Err(problem)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use http::header::RETRY_AFTER;
    use serde_json::Value;

    use super::{Kind, Problem};

    async fn rendered(problem: &Problem) -> (http::response::Parts, Value) {
        let (parts, body) = problem.render(Some("req-1")).into_parts();
        let bytes = axum::body::to_bytes(body, 10_000).await.unwrap();
        (parts, serde_json::from_slice(&bytes).unwrap())
    }

    #[tokio::test]
    async fn every_kind_renders_as_its_table_says() {
        let mut keys = HashSet::new();
        for kind in Kind::ALL {
            let problem = Problem::new(*kind).detail("So it is.").cause("secret");
            let (parts, body) = rendered(&problem).await;
            assert_eq!(parts.status, kind.status());
            assert_eq!(parts.headers["content-type"], "application/problem+json");
            assert_eq!(body["type"], format!("/problems/{}", kind.key()));
            assert_eq!(body["status"], kind.status().as_u16());
            assert_eq!(body["title"], kind.title());
            assert_eq!(body["instance"], "req-1");
            assert!(!body.to_string().contains("secret"), "{body}");
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
            let waits = matches!(kind.status().as_u16(), 429 | 503);
            assert_eq!(parts.headers.contains_key(RETRY_AFTER), waits, "{}", kind.key());
            assert!(keys.insert(kind.key()), "{} is there twice", kind.key());
        }
    }

    #[test]
    fn shut_doors_and_reached_limits_are_logged() {
        use tracing::Level;
        for (kind, level) in [
            (Kind::Internal, Level::ERROR),
            (Kind::Busy, Level::WARN),
            (Kind::NotSignedIn, Level::INFO),
            (Kind::Forbidden, Level::INFO),
            (Kind::TooManyRequests, Level::INFO),
            (Kind::CodeWrong, Level::INFO),
            (Kind::BadSignature, Level::INFO),
            (Kind::NotFound, Level::DEBUG),
        ] {
            assert_eq!(super::level(kind), level, "{}", kind.key());
        }
    }

    #[tokio::test]
    async fn members_never_hide_the_standard_ones() {
        let problem = Problem::new(Kind::CodeWrong)
            .with("tries_left", 3)
            .with("status", 200)
            .error("/code", "No.");
        let (_, body) = rendered(&problem).await;
        assert_eq!(body["tries_left"], 3);
        assert_eq!(body["status"], 400);
        assert_eq!(body["errors"][0]["pointer"], "/code");
    }
}
