//! Stripe's idempotency keys.
//!
//! Source: Stripe API reference, "Idempotent requests". The first answer of a key is kept for 24 hours whatever its
//! status, once the endpoint has begun to execute; the same key with other parameters is refused; a second request
//! while the first is under way is refused too.

use aws_lc_rs::digest::{SHA256, digest};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::params::Params;
use super::{ApiError, check_room};
use crate::state::Sandbox;

/// How long an answer is kept, in seconds.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// Longest key, in characters.
const KEY_CHARACTERS_MAX: usize = 255;

/// The kept answer of a key, or the mark of a request under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyedAnswer {
    fingerprint: String,
    expires_at: i64,
    in_progress: bool,
    pub status: u16,
    pub body: Value,
}

impl KeyedAnswer {
    /// Whether its request was answered; after a restart, one that was not never will be.
    pub(crate) fn is_answered(&self) -> bool {
        !self.in_progress
    }
}

/// A POST that has passed the checks before execution.
pub(crate) struct Request {
    key: Option<String>,
    fingerprint: String,
    pub params: Params,
}

impl Request {
    /// Two requests are the same when path and parameters are, in whatever order these were sent.
    pub(crate) fn new(key: Option<String>, path: &str, params: Params) -> Self {
        let same = format!("{path}\0{params:?}");
        Self { key, fingerprint: hex::encode(digest(&SHA256, same.as_bytes())), params }
    }
}

/// Whether to execute.
pub(crate) enum Admission {
    /// Execute, and tell the guard.
    Go(Guard),
    /// Answer as the first time.
    Replay(KeyedAnswer),
}

/// Holds a key while its request is under way.
pub(crate) struct Guard {
    sandbox: Sandbox,
    key: Option<String>,
}

/// Reads the key of a request.
pub(crate) fn key(headers: &HeaderMap) -> Result<Option<String>, ApiError> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= KEY_CHARACTERS_MAX => Ok(Some(key.to_owned())),
        _ => Err(ApiError::malformed("Idempotency keys must be 1 to 255 characters.")),
    }
}

/// Takes the key, or answers for it.
pub(crate) fn begin(sandbox: &Sandbox, request: &Request) -> Result<Admission, ApiError> {
    // The guard is made outside the lock: dropping one takes the lock too.
    let guard = |key| Admission::Go(Guard { sandbox: sandbox.clone(), key });
    let Some(key) = &request.key else {
        return Ok(guard(None));
    };
    match reserve(sandbox, key, &request.fingerprint)? {
        Some(answer) => Ok(Admission::Replay(answer)),
        None => Ok(guard(Some(key.clone()))),
    }
}

/// Marks a key as under way, or finds its answer.
fn reserve(
    sandbox: &Sandbox,
    key: &str,
    fingerprint: &str,
) -> Result<Option<KeyedAnswer>, ApiError> {
    let now = sandbox.clock().now_unix();
    sandbox.write(|data| {
        let keys = &mut data.stripe.keys;
        keys.retain(|_, kept| kept.expires_at > now);
        if let Some(kept) = keys.get(key) {
            if kept.fingerprint != fingerprint {
                return Err(ApiError::other_parameters());
            }
            if kept.in_progress {
                return Err(ApiError::key_in_use());
            }
            return Ok(Some(kept.clone()));
        }
        check_room(keys.len())?;
        keys.insert(
            key.to_owned(),
            KeyedAnswer {
                fingerprint: fingerprint.to_owned(),
                expires_at: now.saturating_add(KEPT_SECONDS),
                in_progress: true,
                status: 0,
                body: Value::Null,
            },
        );
        Ok(None)
    })
}

impl Guard {
    /// Keeps the answer, or frees the key when nothing was executed.
    pub(crate) fn finish(mut self, executed: Option<(StatusCode, &Value)>) {
        let Some(key) = self.key.take() else {
            return;
        };
        self.sandbox.write(|data| match executed {
            Some((status, body)) => {
                if let Some(kept) = data.stripe.keys.get_mut(&key) {
                    kept.in_progress = false;
                    kept.status = status.as_u16();
                    kept.body = body.clone();
                }
            }
            None => {
                data.stripe.keys.remove(&key);
            }
        });
    }
}

impl Drop for Guard {
    /// A request that ended without an answer must not hold its key for a day.
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.sandbox.write(|data| data.stripe.keys.remove(&key));
        }
    }
}
