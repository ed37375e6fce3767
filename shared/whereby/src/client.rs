//! The client: bounded time, bounded repetition.

use std::time::Duration;

use jiff::Timestamp;
use outward::{Answer, Attempt, Outward, OutwardError, Question, RetryPolicy};

use crate::Meeting;
use crate::error::WherebyError;
use crate::wire::{CreateMeeting, Created};

const WHEREBY: &str = "https://api.whereby.dev";
/// Longest wait for one answer.
const TIMEOUT: Duration = Duration::from_secs(3);
/// What is kept of words that we did not write.
const MESSAGE_CHARACTERS_MAX: usize = 200;

/// Requests to Whereby. Cheap to clone; built once per process.
#[derive(Clone)]
pub struct Whereby {
    service: Outward,
    authorization: String,
    retry: RetryPolicy,
}

impl Whereby {
    /// A client for the organization of `api_key`; `base_url` replaces Whereby's own address.
    ///
    /// # Errors
    /// [`WherebyError::Misconfigured`] when the key or the URL cannot be used in a request.
    pub fn new(api_key: &str, base_url: Option<&str>) -> Result<Self, WherebyError> {
        let service = Outward::new(base_url.unwrap_or(WHEREBY), TIMEOUT).map_err(misconfigured)?;
        let authorization = format!("Bearer {api_key}");
        http::HeaderValue::from_str(&authorization).map_err(misconfigured)?;
        if api_key.is_empty() {
            return Err(misconfigured("the key is empty"));
        }
        Ok(Self { service, authorization, retry: RetryPolicy::default() })
    }

    /// The same client with another patience.
    #[must_use]
    pub fn with_retry(self, retry: RetryPolicy) -> Self {
        Self { retry, ..self }
    }

    /// Makes a meeting for two whose window ends at `ends_at`. Whereby knows no idempotency key: an answer that is lost leaves
    /// a meeting that nobody knows, and its window ends it.
    ///
    /// # Errors
    /// See [`WherebyError`].
    pub async fn create_meeting(&self, ends_at: Timestamp) -> Result<Meeting, WherebyError> {
        let wanted = CreateMeeting {
            end_date: ends_at.to_string(),
            is_locked: false,
            room_mode: "normal",
            room_name_pattern: "uuid",
            fields: ["hostRoomUrl"],
        };
        let body = serde_json::to_string(&wanted).map_err(misconfigured)?;
        let answer = self.repeat("POST", "/v1/meetings", &body, &[]).await?;
        let created: Created = serde_json::from_slice(&answer.body).map_err(|error| {
            let message = format!("an answer that cannot be read: {error}");
            WherebyError::Refused { status: answer.status, message }
        })?;
        Ok(Meeting {
            id: created.meeting_id,
            room_url: created.room_url,
            host_room_url: created.host_room_url,
            ends_at: created.end_date,
        })
    }

    /// Deletes a meeting. One that is gone counts as deleted.
    ///
    /// # Errors
    /// See [`WherebyError`]; the same may be asked again.
    pub async fn delete_meeting(&self, meeting_id: &str) -> Result<(), WherebyError> {
        let is_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if meeting_id.is_empty() || !meeting_id.bytes().all(is_id) {
            return Err(misconfigured("this is no meeting's id"));
        }
        let path = format!("/v1/meetings/{meeting_id}");
        self.repeat("DELETE", &path, "", &[404]).await.map(|_| ())
    }

    /// Asks until there is a final answer or the attempts are used up. `fine`: statuses that count as success beside 2xx.
    async fn repeat(
        &self,
        method: &'static str,
        path: &str,
        body: &str,
        fine: &[u16],
    ) -> Result<Answer, WherebyError> {
        let attempt = || self.once(method, path, body, fine);
        let unavailable = |attempts, reason| WherebyError::Unavailable { attempts, reason };
        self.retry.repeat("to Whereby", attempt, unavailable).await
    }

    async fn once(
        &self,
        method: &'static str,
        path: &str,
        body: &str,
        fine: &[u16],
    ) -> Result<Answer, Attempt<WherebyError>> {
        let json = (!body.is_empty()).then(|| "application/json".to_owned());
        let headers = [
            ("authorization", Some(self.authorization.clone())),
            ("user-agent", Some("Parlor".to_owned())),
            ("content-type", json),
        ];
        let question = Question { method, path, headers: &headers, body: body.to_owned() };
        let answer = self.service.ask(question).await.map_err(|error| match error {
            OutwardError::Unknown(reason) => Attempt::Again(reason),
            OutwardError::Unusable(reason) => Attempt::Final(misconfigured(reason)),
        })?;
        match answer.status {
            200..300 => Ok(answer),
            status if fine.contains(&status) => Ok(answer),
            status @ (408 | 429 | 500..=599) => Err(Attempt::Again(format!("status {status}"))),
            status @ (401 | 403) => Err(Attempt::Final(misconfigured(format!("status {status}")))),
            status => {
                Err(Attempt::Final(WherebyError::Refused { status, message: words(&answer) }))
            }
        }
    }
}

fn words(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).chars().take(MESSAGE_CHARACTERS_MAX).collect()
}

fn misconfigured(error: impl std::fmt::Display) -> WherebyError {
    WherebyError::Misconfigured(error.to_string())
}
