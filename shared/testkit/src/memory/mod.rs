//! DynamoDB in memory: the second engine of the store.
//!
//! What is modelled: conditional transactions (all or nothing, the found items of refusals), single updates, strongly
//! consistent reads, pages, batches that leave keys unprocessed, indexes that lag behind item by item; and, when the test
//! says so, lost requests, lost replies, throttles, conflicts and failures. A batch and a page are read in two halves with
//! a gap between them, as they are no snapshot. What is not: capacity, item sizes, types of key attributes, TTL.
//! `differential` shows that it answers as dynoxide does behind the SDK.
//!
//! Each call lets other tasks go first, before and after its effect: that is where a test may drop the caller.

mod expression;
mod tables;

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use store::engine::{Batch, Engine, Work};
use store::{
    CommitError, Item, Key, Page, Query, Refused, StoreError, Table, Until, Update, Write,
    WriteKind,
};

use crate::Fault;
use crate::turn::Turn;
use tables::Tables;

/// One call, as the decision about its fate sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// One item is read.
    Get,
    /// Several items are read.
    GetMany,
    /// A page is read; through an index if so.
    Query {
        /// Through an index.
        index: bool,
    },
    /// A transaction is written.
    Transact,
    /// One item is updated.
    Update,
}

/// An item that a write changed.
#[derive(Clone, Debug)]
pub struct Changed {
    /// In which table.
    pub table: Table,
    /// Which item.
    pub key: Key,
    /// Before.
    pub before: Option<Arc<Item>>,
    /// After.
    pub after: Option<Arc<Item>>,
}

/// What a test decides about calls and learns of writes.
pub trait Fate: Send {
    /// What goes wrong with this call.
    fn decide(&mut self, verb: Verb) -> Fault {
        let _ = verb;
        Fault::None
    }

    /// After how many more calls a write shows in the indexes.
    fn index_lag(&mut self) -> u64 {
        0
    }

    /// How many of so many keys a batch leaves unprocessed.
    fn unprocessed(&mut self, keys: usize) -> usize {
        let _ = keys;
        0
    }

    /// A transaction was decided on and is about to be sent.
    fn decided(&mut self, writes: &[Write]) {
        let _ = writes;
    }

    /// Whether a transaction that is too late is sent all the same: a planted bug.
    fn sends_late(&mut self) -> bool {
        false
    }

    /// Rewrites a transaction before it is looked at: planted bugs.
    fn rewrite(&mut self, writes: &[Write]) -> Option<Vec<Write>> {
        let _ = writes;
        None
    }

    /// Whether a call that met this fault is taken for done all the same: a planted bug.
    fn believes(&mut self, fault: Fault) -> bool {
        let _ = fault;
        false
    }

    /// These items were written, together.
    fn wrote(&mut self, changes: &[Changed]) {
        let _ = changes;
    }
}

/// Everything works, nobody is told.
#[derive(Debug, Default)]
pub struct Calm;

impl Fate for Calm {}

struct State {
    tables: Tables,
    fate: Box<dyn Fate>,
    calls: u64,
}

/// The model. Cloning shares it.
#[derive(Clone)]
pub struct Memory(Arc<Mutex<State>>);

impl fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Memory")
    }
}

impl Default for Memory {
    fn default() -> Self {
        let state = State { tables: Tables::default(), fate: Box::new(Calm), calls: 0 };
        Self(Arc::new(Mutex::new(state)))
    }
}

impl Memory {
    /// Empties both tables, and lets `fate` decide from now on.
    pub fn reset(&self, fate: Box<dyn Fate>) {
        *self.lock() = State { tables: Tables::default(), fate, calls: 0 };
    }

    /// An item as it is stored.
    #[must_use]
    pub fn item(&self, table: Table, key: &Key) -> Option<Arc<Item>> {
        self.lock().tables.get(table, key)
    }

    /// All items of a table in key order. White-box: the product itself never scans.
    #[must_use]
    pub fn items(&self, table: Table) -> Vec<(Key, Arc<Item>)> {
        self.lock().tables.all(table)
    }

    /// How many calls there were.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.lock().calls
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a call: others go first, then its fate is decided.
    async fn begin(&self, verb: Verb) -> Fault {
        Turn::default().await;
        let mut state = self.lock();
        state.calls += 1;
        let calls = state.calls;
        state.tables.catch_up(calls);
        state.fate.decide(verb)
    }

    /// Begins a read, which either fails or works.
    async fn admit(&self, verb: Verb) -> Result<(), StoreError> {
        let fault = self.begin(verb).await;
        if fault == Fault::None {
            return Ok(());
        }
        Turn::default().await;
        Err(failed(fault))
    }

    async fn get_one(&self, table: Table, key: &Key) -> Result<Option<Item>, StoreError> {
        self.admit(Verb::Get).await?;
        let found = self.lock().tables.get(table, key);
        Turn::default().await;
        Ok(found.map(|item| item.as_ref().clone()))
    }

    async fn batch(&self, table: Table, mut keys: Vec<Key>) -> Result<Batch, StoreError> {
        let unique = keys.iter().collect::<HashSet<_>>().len();
        if unique != keys.len() || !(1..=100).contains(&unique) {
            return Err(StoreError::Rejected("a batch has 1 to 100 different keys".into()));
        }
        self.admit(Verb::GetMany).await?;
        let left = self.lock().fate.unprocessed(keys.len()).min(keys.len());
        let rest = keys.split_off(keys.len() - left);
        let found = self.in_halves(&keys, |tables, key| tables.get(table, key)).await;
        Turn::default().await;
        Ok((found, rest))
    }

    async fn page(&self, query: &Query) -> Result<Page<Item>, StoreError> {
        self.admit(Verb::Query { index: query.index.is_some() }).await?;
        let (keys, next) = self.lock().tables.listed(query);
        let get = |tables: &Tables, key: &Key| match query.index {
            Some(index) => tables.shown(query.table, index, key),
            None => tables.get(query.table, key),
        };
        let items = self.in_halves(&keys, get).await;
        Turn::default().await;
        Ok(Page { items, next })
    }

    /// Items one after the other, with a gap in the middle.
    async fn in_halves(
        &self,
        keys: &[Key],
        get: impl Fn(&Tables, &Key) -> Option<Arc<Item>> + Sync,
    ) -> Vec<Item> {
        let (first, second) = keys.split_at(keys.len() / 2);
        let mut found: Vec<Arc<Item>> = Vec::with_capacity(keys.len());
        for half in [first, second] {
            if !half.is_empty() {
                if !found.is_empty() {
                    Turn::default().await;
                }
                let state = self.lock();
                found.extend(half.iter().filter_map(|key| get(&state.tables, key)));
            }
        }
        found.into_iter().map(|item| item.as_ref().clone()).collect()
    }

    async fn write(&self, writes: &[Write], until: Option<&Until>) -> Result<(), CommitError> {
        self.lock().fate.decided(writes);
        let fault = self.begin(Verb::Transact).await;
        if until.is_some_and(Until::passed) && !self.lock().fate.sends_late() {
            return Err(CommitError::too_late());
        }
        let outcome = match fault {
            Fault::None | Fault::LostReply => {
                let outcome = self.lock().transact(writes);
                if fault == Fault::None { outcome } else { Err(failed(fault).into()) }
            }
            Fault::Throttle | Fault::Conflict => Err(CommitError::Busy),
            Fault::LostRequest if self.lock().fate.believes(fault) => Ok(()),
            Fault::LostRequest | Fault::Broken => Err(failed(fault).into()),
        };
        Turn::default().await;
        outcome
    }

    async fn change(
        &self,
        table: Table,
        key: &Key,
        update: &Update,
    ) -> Result<Option<Item>, StoreError> {
        let fault = self.begin(Verb::Update).await;
        let outcome = match fault {
            Fault::None | Fault::LostReply => {
                let outcome = self.lock().update(table, key, update);
                if fault == Fault::None { outcome } else { Err(failed(fault)) }
            }
            _ => Err(failed(fault)),
        };
        Turn::default().await;
        outcome
    }
}

fn failed(fault: Fault) -> StoreError {
    StoreError::Unavailable(format!("{fault:?}"))
}

impl State {
    fn transact(&mut self, writes: &[Write]) -> Result<(), CommitError> {
        let rewritten = self.fate.rewrite(writes);
        let writes = rewritten.as_deref().unwrap_or(writes);
        let rejected = |text: &str| CommitError::Store(StoreError::Rejected(text.into()));
        let unique: HashSet<_> = writes.iter().map(|write| (write.table, &write.key)).collect();
        if unique.len() != writes.len() || writes.len() > 100 {
            return Err(rejected("at most 100 writes, one an item"));
        }
        let (mut refused, mut changes, mut invalid) = (Vec::new(), Vec::new(), false);
        for write in writes {
            let before = self.tables.get(write.table, &write.key);
            let item = before.as_deref();
            if write.kind.condition().is_some_and(|condition| !expression::holds(condition, item)) {
                refused.push(Refused { label: write.label, found: item.cloned() });
                continue;
            }
            let after = match &write.kind {
                WriteKind::Put(item, _) => Some(Arc::new(item.clone())),
                WriteKind::Delete(_) => None,
                WriteKind::Require(_) => continue,
                WriteKind::Update(update) => {
                    let item = item.cloned().unwrap_or_else(|| key_of(&write.key));
                    let Some(item) = expression::updated(update, item) else {
                        invalid = true;
                        continue;
                    };
                    Some(Arc::new(item))
                }
            };
            changes.push(Changed { table: write.table, key: write.key.clone(), before, after });
        }
        if !refused.is_empty() {
            return Err(CommitError::Refused(refused));
        }
        if invalid {
            return Err(rejected("cancelled: ValidationError"));
        }
        self.store(&changes);
        Ok(())
    }

    fn update(
        &mut self,
        table: Table,
        key: &Key,
        update: &Update,
    ) -> Result<Option<Item>, StoreError> {
        let before = self.tables.get(table, key);
        if !expression::holds(&update.condition, before.as_deref()) {
            return Ok(None);
        }
        let item = before.as_deref().cloned().unwrap_or_else(|| key_of(key));
        let item = expression::updated(update, item);
        let item = item.ok_or_else(|| StoreError::Rejected("not a number".into()))?;
        let after = Some(Arc::new(item.clone()));
        self.store(&[Changed { table, key: key.clone(), before, after }]);
        Ok(Some(item))
    }

    fn store(&mut self, changes: &[Changed]) {
        for change in changes {
            let due = self.calls + self.fate.index_lag();
            self.tables.put(change, due, self.calls);
        }
        self.fate.wrote(changes);
    }
}

fn key_of(key: &Key) -> Item {
    use aws_sdk_dynamodb::types::AttributeValue::S;
    HashMap::from([("pk".to_owned(), S(key.pk.clone())), ("sk".to_owned(), S(key.sk.clone()))])
}

impl Engine for Memory {
    fn get<'a>(&'a self, table: Table, key: &'a Key) -> Work<'a, Result<Option<Item>, StoreError>> {
        Box::pin(self.get_one(table, key))
    }

    fn get_many<'a>(
        &'a self,
        table: Table,
        keys: Vec<Key>,
        _consistent: bool,
    ) -> Work<'a, Result<Batch, StoreError>> {
        Box::pin(self.batch(table, keys))
    }

    fn query<'a>(&'a self, query: &'a Query) -> Work<'a, Result<Page<Item>, StoreError>> {
        Box::pin(self.page(query))
    }

    fn transact<'a>(
        &'a self,
        writes: &'a [Write],
        until: Option<&'a Until>,
    ) -> Work<'a, Result<(), CommitError>> {
        Box::pin(self.write(writes, until))
    }

    fn update<'a>(
        &'a self,
        table: Table,
        key: &'a Key,
        update: &'a Update,
    ) -> Work<'a, Result<Option<Item>, StoreError>> {
        Box::pin(self.change(table, key, update))
    }

    /// No time: others go first, more of them each time.
    fn pause(&self, attempt: u32) -> Work<'_, ()> {
        Box::pin(async move {
            for _ in 0..=attempt {
                Turn::default().await;
            }
        })
    }
}
