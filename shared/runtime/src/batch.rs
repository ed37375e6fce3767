//! Batches: queue messages and stream records, with partial failures.
//!
//! The event types hold only the fields that are read here; AWS adds others freely, so unknown
//! fields pass. The reply names what must come again (`ReportBatchItemFailures`), so that one bad
//! message does not repeat the others.

use std::fmt::Display;
use std::future::Future;

use futures::StreamExt;
use serde::{Deserialize, Serialize};

/// A batch from SQS.
#[derive(Clone, Debug, Deserialize)]
pub struct SqsEvent {
    /// The messages, in any order.
    #[serde(rename = "Records")]
    pub records: Vec<SqsMessage>,
}

/// A message from SQS.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SqsMessage {
    /// The id that a failure is reported by.
    pub message_id: String,
    /// What the sender wrote.
    pub body: String,
}

/// A batch from a DynamoDB stream: one shard, in order.
#[derive(Clone, Debug, Deserialize)]
pub struct StreamEvent {
    /// The records, oldest first.
    #[serde(rename = "Records")]
    pub records: Vec<StreamRecord>,
}

/// A change of an item.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StreamRecord {
    /// `INSERT`, `MODIFY` or `REMOVE`.
    pub event_name: String,
    /// The change.
    pub dynamodb: StreamImage,
}

/// What the stream tells about a change.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct StreamImage {
    /// The id that a failure is reported by.
    pub sequence_number: String,
    /// The item after the change, in DynamoDB's JSON; absent for `REMOVE`.
    #[serde(default)]
    pub new_image: Option<serde_json::Value>,
}

/// What a batch consumer answers.
#[derive(Clone, Debug, Default, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct BatchReply {
    /// What must come again. Empty: all is done.
    pub batch_item_failures: Vec<Failure>,
}

/// One item that must come again.
#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Message id or sequence number.
    pub item_identifier: String,
}

/// Works on each message, at most `concurrency` at a time, and reports those that failed. A failure is logged once.
pub async fn each_message<F, Fut, E>(event: SqsEvent, concurrency: usize, work: F) -> BatchReply
where
    F: Fn(SqsMessage) -> Fut,
    Fut: Future<Output = Result<(), E>>,
    E: Display,
{
    let work = &work;
    let outcomes = event.records.into_iter().map(|message| async move {
        let id = message.message_id.clone();
        match work(message).await {
            Ok(()) => None,
            Err(error) => {
                tracing::error!(message_id = id, %error, "a message was not handled");
                Some(Failure { item_identifier: id })
            }
        }
    });
    let failures = futures::stream::iter(outcomes)
        .buffer_unordered(concurrency.max(1))
        .filter_map(|failure| async move { failure });
    BatchReply { batch_item_failures: failures.collect().await }
}

/// Works on each record in order and stops at the first failure: Lambda repeats the shard from
/// there, so no later change overtakes an earlier one.
pub async fn each_record<F, Fut, E>(event: StreamEvent, work: F) -> BatchReply
where
    F: Fn(StreamRecord) -> Fut,
    Fut: Future<Output = Result<(), E>>,
    E: Display,
{
    for record in event.records {
        let sequence_number = record.dynamodb.sequence_number.clone();
        if let Err(error) = work(record).await {
            tracing::error!(sequence_number, %error, "a record was not handled");
            let failure = Failure { item_identifier: sequence_number };
            return BatchReply { batch_item_failures: vec![failure] };
        }
    }
    BatchReply::default()
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::{SqsEvent, StreamEvent, each_message, each_record};

    fn messages(count: usize) -> SqsEvent {
        let records: Vec<_> = (0..count)
            .map(|n| serde_json::json!({ "messageId": format!("m{n}"), "body": n.to_string(), "eventSource": "aws:sqs" }))
            .collect();
        serde_json::from_value(serde_json::json!({ "Records": records })).unwrap()
    }

    #[tokio::test]
    async fn only_the_messages_that_failed_come_again() {
        let reply = each_message(messages(10), 3, |message| async move {
            if message.body == "0" || message.body == "5" { Err("no") } else { Ok(()) }
        })
        .await;
        let reply = serde_json::to_value(reply).unwrap();
        let mut failed: Vec<_> = reply["batchItemFailures"]
            .as_array()
            .unwrap()
            .iter()
            .map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned())
            .collect();
        failed.sort();
        assert_eq!(failed, ["m0", "m5"]);
    }

    #[tokio::test]
    async fn no_more_messages_are_worked_on_than_allowed() {
        let (now, most) = (Cell::new(0), Cell::new(0));
        let (now, most) = (&now, &most);
        each_message(messages(20), 4, |_| async move {
            now.set(now.get() + 1);
            most.set(most.get().max(now.get()));
            tokio::task::yield_now().await;
            now.set(now.get() - 1);
            Ok::<(), String>(())
        })
        .await;
        assert_eq!(most.get(), 4);
    }

    #[tokio::test]
    async fn a_stream_stops_at_the_first_failure() {
        let records: Vec<_> = (0..4)
            .map(|n| serde_json::json!({ "eventName": "INSERT", "dynamodb": { "SequenceNumber": n.to_string() } }))
            .collect();
        let event: StreamEvent =
            serde_json::from_value(serde_json::json!({ "Records": records })).unwrap();
        let seen = RefCell::new(Vec::new());
        let seen_by = &seen;
        let reply = each_record(event, |record| async move {
            let number = record.dynamodb.sequence_number;
            seen_by.borrow_mut().push(number.clone());
            if number == "2" { Err("no") } else { Ok(()) }
        })
        .await;
        assert_eq!(*seen.borrow(), ["0", "1", "2"]);
        assert_eq!(reply.batch_item_failures[0].item_identifier, "2");
    }
}
