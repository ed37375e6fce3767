//! Reports of messages: what a participant asks an admin to look at.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

use crate::{Condition, Key, Page, Query, Store, StoreError, Table, Transaction};

/// Where a report stands.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportStatus)]
pub enum Status {
    /// Nobody has decided.
    Open,
    /// There is nothing to it.
    Dismissed,
    /// It was acted upon.
    Resolved,
}

impl Status {
    /// The word that is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Dismissed => "dismissed",
            Self::Resolved => "resolved",
        }
    }
}

/// A report. It holds the message's words: a decision needs nothing else.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ReportItem {
    /// UUID v7: reports sort by time.
    pub report_id: String,
    /// Where it stands.
    pub status: Status,
    /// In which session.
    pub session_id: String,
    /// Which message.
    pub message_id: String,
    /// What was said.
    pub text: String,
    /// When, Unix milliseconds.
    pub sent_ms: i64,
    /// Who said it: id and name.
    pub author_id: String,
    /// Their name at the time of the session.
    pub author_name: String,
    /// Who reports.
    pub reporter_id: String,
    /// Their name at the time of the session.
    pub reporter_name: String,
    /// Why.
    pub reason: String,
    /// When it was reported, Unix milliseconds.
    pub reported_ms: i64,
    /// The admin's words, once decided.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When it was decided, Unix milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_ms: Option<i64>,
}

#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    item: &'a ReportItem,
    gsi1pk: String,
    gsi1sk: &'a str,
}

#[derive(Serialize)]
struct Guard<'a> {
    report_id: &'a str,
}

fn key(report_id: &str) -> Key {
    Key::new(format!("REPORT#{report_id}"), "REPORT")
}

/// One open report of a person about a message.
fn guard_key(item: &ReportItem) -> Key {
    let sk = format!("REPORTED#{}#{}", item.message_id, item.reporter_id);
    Key::new(format!("SESSION#{}", item.session_id), sk)
}

/// The partition of `gsi1` that lists the reports of a status.
#[must_use]
pub fn partition(status: Status) -> String {
    format!("REPORTS#{}", status.as_str())
}

fn listed(item: &ReportItem) -> Listed<'_> {
    Listed { item, gsi1pk: partition(item.status), gsi1sk: &item.report_id }
}

/// Adds a report; refused (`reported`) while the same person has an open one about the message.
#[must_use]
pub fn create(tx: Transaction, item: &ReportItem) -> Transaction {
    let guard = Guard { report_id: &item.report_id };
    tx.create("reported", Table::App, &guard_key(item), &guard).create(
        "report",
        Table::App,
        &key(&item.report_id),
        &listed(item),
    )
}

/// Stores a decision; refused (`report`) unless the report is open. The person may then report the message again.
#[must_use]
pub fn decide(tx: Transaction, item: &ReportItem) -> Transaction {
    let open = Condition::that("#status = :open")
        .name("#status", "status")
        .value(":open", Status::Open.as_str());
    tx.replace("report", Table::App, &key(&item.report_id), &listed(item), Some(open)).delete(
        "reported",
        Table::App,
        &guard_key(item),
        Condition::that("attribute_exists(pk) OR attribute_not_exists(pk)"),
    )
}

/// A report.
///
/// # Errors
/// [`StoreError`].
pub async fn find(store: &Store, report_id: &str) -> Result<Option<ReportItem>, StoreError> {
    store.get(Table::App, &key(report_id)).await
}

/// The reports of a status: open ones are a queue, the oldest first; decided ones come newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    store: &Store,
    status: Status,
    limit: usize,
    after: Option<BTreeMap<String, String>>,
) -> Result<Page<ReportItem>, StoreError> {
    let query = Query::new(Table::App, partition(status)).index("gsi1").limit(limit).after(after);
    let query = if status == Status::Open { query } else { query.descending() };
    store.query(query).await
}
