//! A decision's writes: all or nothing, each with its condition.

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, ConditionCheck, Delete, Put, ReturnValuesOnConditionCheckFailure as OnFail,
    TransactWriteItem, Update as UpdateItem,
};
use serde::Serialize;
use std::time::Duration;

use crate::expression::{checked, some_if_any};
use crate::{
    Condition, Item, Key, Store, StoreError, Table, Update, read_error, to_item, transient,
};

/// How often a transaction that met another one is tried again.
const ATTEMPTS: u32 = 6;

/// Writes that happen together or not at all. At most 100; each is labelled, so that a refusal says which condition
/// failed.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    writes: Vec<Write>,
}

#[derive(Clone, Debug)]
struct Write {
    label: &'static str,
    table: Table,
    key: Key,
    kind: Result<WriteKind, String>,
}

#[derive(Clone, Debug)]
enum WriteKind {
    Put(Item, Option<Condition>),
    Update(Update),
    Delete(Condition),
    Require(Condition),
}

/// One condition that did not hold.
#[derive(Clone, Debug)]
pub struct Refused {
    /// The label of the write.
    pub label: &'static str,
    /// The item as it is stored, if there is one.
    pub found: Option<Item>,
}

/// Why nothing was written, or why that is unknown.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Conditions did not hold; nothing was written.
    #[error("refused: {}", .0.iter().map(|one| one.label).collect::<Vec<_>>().join(", "))]
    Refused(Vec<Refused>),
    /// Other transactions held the items, again and again; nothing was written.
    #[error("the items are busy")]
    Busy,
    /// The store failed. `Unavailable` leaves the outcome unknown.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CommitError {
    /// The refusal of the write with this label.
    pub fn refused(&self, label: &str) -> Option<&Refused> {
        match self {
            Self::Refused(refused) => refused.iter().find(|one| one.label == label),
            _ => None,
        }
    }
}

impl Transaction {
    /// No writes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty()
    }

    /// Puts an item that must not exist.
    #[must_use]
    pub fn create<T: Serialize>(
        self,
        label: &'static str,
        table: Table,
        key: &Key,
        item: &T,
    ) -> Self {
        self.replace(label, table, key, item, Some(Condition::absent()))
    }

    /// Puts an item in place of whatever is there, under a condition if one is given.
    #[must_use]
    pub fn replace<T: Serialize>(
        self,
        label: &'static str,
        table: Table,
        key: &Key,
        item: &T,
        condition: Option<Condition>,
    ) -> Self {
        let kind = to_item(key, item)
            .map(|item| WriteKind::Put(item, condition))
            .map_err(|error| error.to_string());
        self.push(label, table, key, kind)
    }

    /// Changes some attributes of an item.
    #[must_use]
    pub fn update(self, label: &'static str, table: Table, key: &Key, update: Update) -> Self {
        self.push(label, table, key, Ok(WriteKind::Update(update)))
    }

    /// Removes an item.
    #[must_use]
    pub fn delete(
        self,
        label: &'static str,
        table: Table,
        key: &Key,
        condition: Condition,
    ) -> Self {
        self.push(label, table, key, Ok(WriteKind::Delete(condition)))
    }

    /// Writes nothing, but asks that something holds.
    #[must_use]
    pub fn require(
        self,
        label: &'static str,
        table: Table,
        key: &Key,
        condition: Condition,
    ) -> Self {
        self.push(label, table, key, Ok(WriteKind::Require(condition)))
    }

    /// The writes of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.writes.extend(other.writes);
        self
    }

    fn push(
        mut self,
        label: &'static str,
        table: Table,
        key: &Key,
        kind: Result<WriteKind, String>,
    ) -> Self {
        self.writes.push(Write { label, table, key: key.clone(), kind });
        self
    }
}

impl Store {
    /// Commits a transaction (2 write units per KiB and item). Conflicts with other transactions are tried again with
    /// a growing pause, [`ATTEMPTS`] times in all; failed conditions are not.
    ///
    /// An empty transaction is a success.
    ///
    /// # Errors
    /// [`CommitError`].
    pub async fn commit(&self, transaction: Transaction) -> Result<(), CommitError> {
        if transaction.is_empty() {
            return Ok(());
        }
        let labels: Vec<_> = transaction.writes.iter().map(|write| write.label).collect();
        let writes = transaction
            .writes
            .into_iter()
            .map(|write| self.request(write))
            .collect::<Result<Vec<_>, _>>()?;
        for attempt in 0..ATTEMPTS {
            match self.attempt(&labels, writes.clone()).await {
                Err(CommitError::Busy) if attempt + 1 < ATTEMPTS => pause(attempt).await,
                outcome => return outcome,
            }
        }
        Err(CommitError::Busy)
    }

    async fn attempt(
        &self,
        labels: &[&'static str],
        writes: Vec<TransactWriteItem>,
    ) -> Result<(), CommitError> {
        let outcome =
            self.client().transact_write_items().set_transact_items(Some(writes)).send().await;
        let Err(error) = outcome else { return Ok(()) };
        if let SdkError::ServiceError(service) = &error {
            if let TransactWriteItemsError::TransactionCanceledException(cancelled) = service.err()
            {
                return Err(cancellation(labels, cancelled.cancellation_reasons()));
            }
            if service.err().code().is_some_and(transient)
                && !service.raw().status().is_server_error()
            {
                return Err(CommitError::Busy);
            }
        }
        Err(CommitError::Store(read_error(&error)))
    }

    fn request(&self, write: Write) -> Result<TransactWriteItem, StoreError> {
        let table = self.table_name(write.table).to_owned();
        let key = write.key.attributes();
        let builder = TransactWriteItem::builder();
        let bad =
            |error: aws_sdk_dynamodb::error::BuildError| StoreError::Rejected(error.to_string());
        Ok(match write.kind.map_err(StoreError::Shape)? {
            WriteKind::Put(item, condition) => {
                let mut put = Put::builder().table_name(table).set_item(Some(item));
                if let Some(condition) = condition {
                    checked(&condition)?;
                    put = put
                        .condition_expression(condition.expression)
                        .set_expression_attribute_names(some_if_any(condition.names))
                        .set_expression_attribute_values(some_if_any(condition.values))
                        .return_values_on_condition_check_failure(OnFail::AllOld);
                }
                builder.put(put.build().map_err(bad)?).build()
            }
            WriteKind::Update(update) => {
                let condition = update.condition;
                checked(&condition)?;
                let request = UpdateItem::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .update_expression(update.expression)
                    .set_condition_expression(
                        (!condition.expression.is_empty()).then_some(condition.expression),
                    )
                    .set_expression_attribute_names(some_if_any(condition.names))
                    .set_expression_attribute_values(some_if_any(condition.values))
                    .return_values_on_condition_check_failure(OnFail::AllOld);
                builder.update(request.build().map_err(bad)?).build()
            }
            WriteKind::Delete(condition) => {
                checked(&condition)?;
                let request = Delete::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .condition_expression(condition.expression)
                    .set_expression_attribute_names(some_if_any(condition.names))
                    .set_expression_attribute_values(some_if_any(condition.values))
                    .return_values_on_condition_check_failure(OnFail::AllOld);
                builder.delete(request.build().map_err(bad)?).build()
            }
            WriteKind::Require(condition) => {
                checked(&condition)?;
                let request = ConditionCheck::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .condition_expression(condition.expression)
                    .set_expression_attribute_names(some_if_any(condition.names))
                    .set_expression_attribute_values(some_if_any(condition.values))
                    .return_values_on_condition_check_failure(OnFail::AllOld);
                builder.condition_check(request.build().map_err(bad)?).build()
            }
        })
    }
}

/// Failed conditions win over conflicts: they are certain.
fn cancellation(labels: &[&'static str], reasons: &[CancellationReason]) -> CommitError {
    let refused: Vec<_> = labels
        .iter()
        .zip(reasons)
        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
        .map(|(label, reason)| Refused { label, found: reason.item().cloned() })
        .collect();
    if !refused.is_empty() {
        return CommitError::Refused(refused);
    }
    let codes: Vec<_> = reasons.iter().filter_map(CancellationReason::code).collect();
    if codes.iter().any(|code| {
        matches!(*code, "TransactionConflict" | "ThrottlingError" | "ProvisionedThroughputExceeded")
    }) {
        return CommitError::Busy;
    }
    CommitError::Store(StoreError::Rejected(format!("cancelled: {}", codes.join(", "))))
}

/// 10, 20, 40, ... milliseconds, with a little spread by process so that rivals do not march in step.
async fn pause(attempt: u32) {
    let spread = u64::from(std::process::id() % 7);
    tokio::time::sleep(Duration::from_millis((10 << attempt) + spread)).await;
}
