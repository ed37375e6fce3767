//! What a request did and was answered, so that its repetition is answered the same and does nothing.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Key, Store, StoreError, Table, Transaction};

/// The label of the record's write in a transaction.
pub const LABEL: &str = "request";

/// The record of a request, written in the same transaction as its effect.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Record {
    /// Hash of the method, the path and the body.
    pub digest: String,
    /// The reply's status.
    pub status: u16,
    /// The reply's JSON.
    pub body: String,
    /// TTL, seconds since 1970.
    pub expires_at_s: i64,
}

/// The key of a caller's request.
pub fn key(caller: Uuid, route: &str, idempotency_key: &str) -> Key {
    Key::new(format!("REQUEST#{caller}#{route}#{idempotency_key}"), "REQUEST")
}

/// Reads a record.
///
/// # Errors
/// [`StoreError`].
pub async fn find(store: &Store, key: &Key) -> Result<Option<Record>, StoreError> {
    store.get(Table::App, key).await
}

/// Adds a record that must not exist. Label [`LABEL`].
#[must_use]
pub fn create(tx: Transaction, key: &Key, record: &Record) -> Transaction {
    tx.create(LABEL, Table::App, key, record)
}
