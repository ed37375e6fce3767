//! A decision's writes: all or nothing, each with its condition.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::{Condition, Item, Key, Store, StoreError, Table, Update, to_item};

/// How often a transaction that met another one is tried again.
const ATTEMPTS: u32 = 6;

/// Writes that happen together or not at all. At most 100; each is labelled, so that a refusal says which condition
/// failed.
#[derive(Clone, Debug, Default)]
pub struct Transaction {
    writes: Vec<Write>,
    until: Option<Until>,
    /// The first value that could not be written.
    error: Option<String>,
}

/// Until when a transaction may be sent. DynamoDB knows no time, so a decision that is good only for a while asks the
/// clock again at the last instant before each sending. What is on its way then can still arrive later.
#[derive(Clone)]
pub struct Until {
    clock: Arc<dyn Fn() -> i64 + Send + Sync>,
    last_ms: i64,
}

impl Until {
    /// As long as the clock (Unix milliseconds) shows `last_ms` at most.
    pub fn new(clock: impl Fn() -> i64 + Send + Sync + 'static, last_ms: i64) -> Self {
        Self { clock: Arc::new(clock), last_ms }
    }

    /// The label of the refusal of what is too late.
    pub const LABEL: &'static str = "in_time";

    /// Whether it is too late.
    pub fn passed(&self) -> bool {
        (self.clock)() > self.last_ms
    }
}

impl fmt::Debug for Until {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "until {}", self.last_ms)
    }
}

/// One write of a transaction.
#[derive(Clone, Debug)]
pub struct Write {
    /// Names it in refusals.
    pub label: &'static str,
    /// In which table.
    pub table: Table,
    /// Of which item.
    pub key: Key,
    /// What to do.
    pub kind: WriteKind,
}

/// What a write does.
#[derive(Clone, Debug)]
pub enum WriteKind {
    /// Puts this item, which carries its key, in place of whatever is there.
    Put(Item, Option<Condition>),
    /// Changes some attributes.
    Update(Update),
    /// Removes the item.
    Delete(Condition),
    /// Writes nothing.
    Require(Condition),
}

impl WriteKind {
    /// Under which condition, if under any.
    pub fn condition(&self) -> Option<&Condition> {
        match self {
            Self::Put(_, condition) => condition.as_ref(),
            Self::Update(update) => Some(&update.condition),
            Self::Delete(condition) | Self::Require(condition) => Some(condition),
        }
    }
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
    /// Conditions did not hold, or it was too late to send it; nothing was written.
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
    /// The refusal of a transaction that was not sent in time ([`Until::LABEL`]).
    pub fn too_late() -> Self {
        Self::Refused(vec![Refused { label: Until::LABEL, found: None }])
    }

    /// The refusal of the write with this label.
    pub fn refused(&self, label: &str) -> Option<&Refused> {
        match self {
            Self::Refused(refused) => refused.iter().find(|one| one.label == label),
            _ => None,
        }
    }

    /// Whether the same decision, made anew, may be committed a moment later.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::Busy => true,
            Self::Store(error) => error.retryable(),
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
        self.writes.is_empty() && self.error.is_none()
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
        match to_item(key, item) {
            Ok(item) => self.push(label, table, key, WriteKind::Put(item, condition)),
            Err(error) => self.fail(error.to_string()),
        }
    }

    /// Changes some attributes of an item.
    #[must_use]
    pub fn update(self, label: &'static str, table: Table, key: &Key, update: Update) -> Self {
        self.push(label, table, key, WriteKind::Update(update))
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
        self.push(label, table, key, WriteKind::Delete(condition))
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
        self.push(label, table, key, WriteKind::Require(condition))
    }

    /// Not to be sent later than that.
    #[must_use]
    pub fn until(mut self, until: Until) -> Self {
        self.until = Some(until);
        self
    }

    /// The writes of both, not to be sent later than either.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.writes.extend(other.writes);
        self.until = match (self.until, other.until) {
            (Some(one), Some(other)) if other.last_ms < one.last_ms => Some(other),
            (one, other) => one.or(other),
        };
        self.error = self.error.or(other.error);
        self
    }

    fn push(mut self, label: &'static str, table: Table, key: &Key, kind: WriteKind) -> Self {
        if let Some(error) = kind.condition().and_then(|condition| condition.error.clone()) {
            return self.fail(error);
        }
        self.writes.push(Write { label, table, key: key.clone(), kind });
        self
    }

    fn fail(mut self, error: String) -> Self {
        self.error.get_or_insert(error);
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
        if let Some(error) = transaction.error {
            return Err(StoreError::Shape(error).into());
        }
        if transaction.writes.is_empty() {
            return Ok(());
        }
        for attempt in 0..ATTEMPTS {
            match self.engine.transact(&transaction.writes, transaction.until.as_ref()).await {
                Err(CommitError::Busy) if attempt + 1 < ATTEMPTS => {
                    self.engine.pause(attempt).await;
                }
                outcome => return outcome,
            }
        }
        Err(CommitError::Busy)
    }
}
