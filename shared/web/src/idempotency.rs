//! Requests that may come twice and must count once.
//!
//! The caller invents a key and keeps it over retries. The record of the first request is written in
//! the same transaction as its effect, so there is an effect if and only if there is a record. A
//! repetition gets the recorded reply with `Idempotency-Hit: true`; another request under the same
//! key gets 422.

use aws_lc_rs::digest::{SHA256, digest};
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use store::idempotency::{LABEL, Record};
use store::{CommitError, Key, StoreError, Transaction};
use uuid::Uuid;

use crate::json::{json_reply, object, parse, read_value};
use crate::{Ctx, Kind, Problem, Route};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
const HIT: HeaderName = HeaderName::from_static("idempotency-hit");

/// How long a record is kept: 90 days.
const KEPT_SECONDS: i64 = 90 * 24 * 3600;

/// The key that the caller invented: 8 to 200 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let mut values = headers.get_all(HEADER).iter();
        let key = match (values.next(), values.next()) {
            (Some(value), None) => value.to_str().unwrap_or_default(),
            _ => "",
        };
        let visible = key.bytes().all(|byte| byte.is_ascii_graphic());
        if !visible || !(8..=200).contains(&key.len()) {
            return Err(Problem::new(Kind::IdempotencyKeyMissing).detail(
                "Send one header Idempotency-Key of 8 to 200 visible ASCII characters, the same for each try.",
            ));
        }
        Ok(Self(key.to_owned()))
    }
}

/// A JSON body with the idempotency key of its request.
#[derive(Clone, Debug)]
pub struct Keyed<T> {
    /// The body.
    pub body: T,
    key: IdempotencyKey,
    digest: String,
}

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Keyed<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let key = IdempotencyKey::read(request.headers())?;
        let mut text = format!("{} {}\n", request.method(), request.uri().path());
        let value = object(read_value(request).await?)?;
        canonical(&value, &mut text);
        let digest = hex::encode(digest(&SHA256, text.as_bytes()));
        Ok(Self { body: parse(value)?, key, digest })
    }
}

/// What [`once`] found.
#[derive(Debug)]
pub enum Once {
    /// The request was handled before: this was the reply.
    Replay(Response),
    /// The request is new: commit its effect with this.
    First(Recorder),
}

/// Commits the effect of a new request together with its record.
#[derive(Clone, Debug)]
pub struct Recorder {
    key: Key,
    digest: String,
    now: Timestamp,
}

/// Looks up whether this caller made this request before.
///
/// # Errors
/// 422 when the key was used for another request; `busy`.
pub async fn once<T: Sync>(
    ctx: &Ctx,
    route: &Route,
    caller: Uuid,
    request: &Keyed<T>,
    now: Timestamp,
) -> Result<Once, Problem> {
    let key = store::idempotency::key(caller, route.id, &request.key.0);
    let recorder = Recorder { key, digest: request.digest.clone(), now };
    Ok(match recorder.replay(ctx).await? {
        Some(reply) => Once::Replay(reply),
        None => Once::First(recorder),
    })
}

impl Recorder {
    /// Commits `tx` with the record of this reply, and gives the reply. When the same request was
    /// committed meanwhile (a double click, a retry after a lost reply), gives that one's reply.
    /// All other failures go to `refusal`; what it does not know it passes on with `.into()`.
    ///
    /// # Errors
    /// What `refusal` makes of the failure; 422 as [`once`].
    pub async fn commit<R: Serialize>(
        &self,
        ctx: &Ctx,
        tx: Transaction,
        status: StatusCode,
        reply: &R,
        refusal: impl FnOnce(CommitError) -> Problem,
    ) -> Result<Response, Problem> {
        let body = serde_json::to_string(reply).map_err(Problem::internal)?;
        let record = Record {
            digest: self.digest.clone(),
            status: status.as_u16(),
            body: body.clone(),
            expires_at_s: self.now.as_second() + KEPT_SECONDS,
        };
        let tx = store::idempotency::create(tx, &self.key, &record);
        let error = match ctx.store.commit(tx).await {
            Ok(()) => return Ok(json_reply(status, body)),
            Err(error) => error,
        };
        let unknown = matches!(error, CommitError::Store(StoreError::Unavailable(_)));
        if (unknown || error.refused(LABEL).is_some())
            && let Some(reply) = self.replay(ctx).await?
        {
            return Ok(reply);
        }
        Err(refusal(error))
    }

    async fn replay(&self, ctx: &Ctx) -> Result<Option<Response>, Problem> {
        let Some(record) = store::idempotency::find(&ctx.store, &self.key).await? else {
            return Ok(None);
        };
        if record.digest != self.digest {
            return Err(Problem::new(Kind::IdempotencyKeyReused)
                .detail("This Idempotency-Key was sent with another request. Use a new one."));
        }
        let status = StatusCode::from_u16(record.status).map_err(Problem::internal)?;
        let mut reply = json_reply(status, record.body);
        reply.headers_mut().insert(HIT, HeaderValue::from_static("true"));
        Ok(Some(reply))
    }
}

/// JSON with sorted keys and no spaces: the same request, however it was written.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (name, member) in members {
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                canonical(member, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::{HEADER, IdempotencyKey, canonical};

    #[test]
    fn the_order_of_members_does_not_make_another_request() {
        let text = |json: &str| {
            let mut text = String::new();
            canonical(&serde_json::from_str(json).unwrap(), &mut text);
            text
        };
        assert_eq!(
            text(r#"{"a":1,"b":[2,{"d":null,"c":""}]}"#),
            text(r#"{ "b": [2, {"c":"","d":null}], "a":1 }"#)
        );
        assert_ne!(text(r#"{"a":[1,2]}"#), text(r#"{"a":[2,1]}"#));
        assert_ne!(text(r#"{"a":"1"}"#), text(r#"{"a":1}"#));
    }

    #[test]
    fn a_key_has_8_to_200_visible_characters() {
        for (key, good) in [("12345678", true), ("1234567", false), ("with space", false)] {
            let headers = [(HEADER, key.parse().unwrap())].into_iter().collect();
            assert_eq!(IdempotencyKey::read(&headers).is_ok(), good, "{key}");
        }
        let long = "x".repeat(201);
        let headers = [(HEADER, long.parse().unwrap())].into_iter().collect();
        assert!(IdempotencyKey::read(&headers).is_err());
        assert!(IdempotencyKey::read(&http::HeaderMap::new()).is_err());
    }
}
