//! The outbox: what must happen after a commit, written with it. The table's stream carries each item to the event
//! bus; consumers are idempotent by its id.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Key, Store, StoreError, Table, Transaction, instant};

/// How long an item stays after it was relayed.
const KEPT_SECONDS: i64 = 7 * 24 * 3600;

/// Something that happened and must be told.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Event {
    /// The event's id: the same each time it is delivered.
    pub id: Uuid,
    /// What happened, such as `mail.requested`: the event bus's detail type.
    pub kind: String,
    /// When.
    #[serde(with = "instant")]
    pub at: Timestamp,
    /// What is told, as JSON.
    pub payload: String,
    /// TTL, seconds since 1970.
    #[serde(default)]
    pub expires_at_s: i64,
}

impl Event {
    /// An event of this instant.
    ///
    /// # Errors
    /// [`StoreError::Shape`] when the payload cannot be written as JSON.
    pub fn new(
        id: Uuid,
        kind: impl Into<String>,
        at: Timestamp,
        payload: &impl Serialize,
    ) -> Result<Self, StoreError> {
        let payload =
            serde_json::to_string(payload).map_err(|error| StoreError::Shape(error.to_string()))?;
        Ok(Self { id, kind: kind.into(), at, payload, expires_at_s: at.as_second() + KEPT_SECONDS })
    }
}

/// The beginning of an outbox item's partition key: the stream's filter looks at it.
pub const PREFIX: &str = "OUTBOX#";

/// Adds an event. Label `outbox`.
#[must_use]
pub fn add(tx: Transaction, event: &Event) -> Transaction {
    let key = Key::new(format!("{PREFIX}{}", event.id), "OUTBOX");
    tx.create("outbox", Table::App, &key, event)
}

/// The mark that a consumer has handled an event.
fn handled_key(consumer: &str, event_id: Uuid) -> Key {
    Key::new(format!("HANDLED#{event_id}"), consumer)
}

#[derive(Deserialize, Serialize)]
struct Handled {
    expires_at_s: i64,
}

/// Whether a consumer has handled an event.
///
/// # Errors
/// [`StoreError`].
pub async fn was_handled(
    store: &Store,
    consumer: &str,
    event_id: Uuid,
) -> Result<bool, StoreError> {
    let mark: Option<Handled> = store.get(Table::App, &handled_key(consumer, event_id)).await?;
    Ok(mark.is_some())
}

/// Notes that a consumer has handled an event. Label `handled`.
#[must_use]
pub fn handled(tx: Transaction, consumer: &str, event_id: Uuid, now: Timestamp) -> Transaction {
    let mark = Handled { expires_at_s: now.as_second() + KEPT_SECONDS };
    tx.create("handled", Table::App, &handled_key(consumer, event_id), &mark)
}
