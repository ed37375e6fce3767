//! The audit log: who did what to what. Rows are added with the change they tell of and are never edited.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Key, Page, Query, Store, StoreError, Table, Transaction, instant};

/// One row.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Row {
    /// The row's id, a UUID v7: rows sort by time.
    pub id: Uuid,
    /// When.
    #[serde(with = "instant")]
    pub at: Timestamp,
    /// Who did it.
    pub actor_id: Uuid,
    /// The actor's name at that time.
    pub actor_name: String,
    /// What was done: the route's id.
    pub action: String,
    /// What kind of thing it was done to, such as `user`.
    pub object_type: String,
    /// Which one.
    pub object_id: String,
    /// What a reader of the log must know besides.
    #[serde(default)]
    pub details: BTreeMap<String, String>,
}

/// The partition of a month, `YYYY-MM` in UTC.
pub fn partition(month: &str) -> String {
    format!("AUDIT#{month}")
}

/// Adds a row. Label `audit`.
#[must_use]
pub fn add(tx: Transaction, row: &Row) -> Transaction {
    let month = row.at.strftime("%Y-%m").to_string();
    let key = Key::new(partition(&month), row.id.to_string());
    tx.create("audit", Table::App, &key, row)
}

/// The rows of a month, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    store: &Store,
    month: &str,
    limit: usize,
    after: Option<BTreeMap<String, String>>,
) -> Result<Page<Row>, StoreError> {
    let query = Query::new(Table::App, partition(month)).descending().limit(limit).after(after);
    store.query(query).await
}
