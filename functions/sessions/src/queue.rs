//! The billing queue: one message is one shard's work of one tick.

use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::session::SESSION_SHARDS;

/// SQS takes this many messages a call.
const BATCH: usize = 10;
/// The longest `after`: `SESSION#` and a UUID.
const AFTER_CHARACTERS_MAX: usize = 64;

/// What a worker is asked to do.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// The shard, 0 to 15.
    pub shard: u32,
    /// Where this page of a large shard begins; absent in the tick's own message, which hands out the pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// When the tick was.
    pub tick_at: Timestamp,
}

/// Why a message is no work, or could not be sent.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// It is not the JSON that the tick writes.
    #[error("not a billing message: {0}")]
    Shape(String),
    /// The queue did not take it.
    #[error("the queue did not take a message: {0}")]
    Send(String),
}

impl Work {
    /// The work that a message's body asks for.
    ///
    /// # Errors
    /// [`QueueError::Shape`] for unknown fields, shards and positions.
    pub fn read(body: &str) -> Result<Self, QueueError> {
        let shape = |problem: &str| QueueError::Shape(problem.to_owned());
        let work: Self =
            serde_json::from_str(body).map_err(|error| QueueError::Shape(error.to_string()))?;
        if work.shard >= SESSION_SHARDS {
            return Err(shape("there is no such shard"));
        }
        let position =
            |after: &String| after.starts_with("SESSION#") && after.len() <= AFTER_CHARACTERS_MAX;
        if !work.after.as_ref().is_none_or(position) {
            return Err(shape("`after` is no position in a shard"));
        }
        Ok(work)
    }
}

/// The queue.
#[derive(Clone, Debug)]
pub struct Queue {
    client: aws_sdk_sqs::Client,
    url: String,
}

impl Queue {
    /// The queue at this URL.
    pub fn new(client: aws_sdk_sqs::Client, url: impl Into<String>) -> Self {
        Self { client, url: url.into() }
    }

    /// Sends messages, ten a call.
    ///
    /// # Errors
    /// [`QueueError::Send`] if any was not taken; the others were sent, and sending all again does no harm.
    pub async fn send(&self, work: &[Work]) -> Result<(), QueueError> {
        for batch in work.chunks(BATCH) {
            let entries = batch.iter().enumerate().map(entry).collect::<Result<Vec<_>, _>>()?;
            let reply = self
                .client
                .send_message_batch()
                .queue_url(&self.url)
                .set_entries(Some(entries))
                .send()
                .await
                .map_err(|error| QueueError::Send(format!("{error:?}")))?;
            if let Some(failed) = reply.failed.first() {
                return Err(QueueError::Send(failed.code.clone()));
            }
        }
        Ok(())
    }
}

fn entry((number, work): (usize, &Work)) -> Result<SendMessageBatchRequestEntry, QueueError> {
    let body = serde_json::to_string(work).map_err(|error| QueueError::Send(error.to_string()))?;
    SendMessageBatchRequestEntry::builder()
        .id(number.to_string())
        .message_body(body)
        .build()
        .map_err(|error| QueueError::Send(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::Work;

    #[test]
    fn what_the_tick_writes_is_read_back() {
        for after in [None, Some("SESSION#0192".to_owned())] {
            let work = Work { shard: 15, after, tick_at: "2026-11-20T15:00:00Z".parse().unwrap() };
            assert_eq!(Work::read(&serde_json::to_string(&work).unwrap()).unwrap(), work);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for body in [
            "",
            "{}",
            "[]",
            r#"{"shard":16,"tick_at":"2026-11-20T15:00:00Z"}"#,
            r#"{"shard":-1,"tick_at":"2026-11-20T15:00:00Z"}"#,
            r#"{"shard":1}"#,
            r#"{"shard":1,"tick_at":"soon"}"#,
            r#"{"shard":1,"tick_at":"2026-11-20T15:00:00Z","rate_minor":0}"#,
            r#"{"shard":1,"tick_at":"2026-11-20T15:00:00Z","after":"WALLET"}"#,
        ] {
            assert!(Work::read(body).is_err(), "{body}");
        }
    }
}
