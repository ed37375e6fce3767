//! The seam between what is asked of the two tables and who carries it out.
//!
//! Plans go in (a key, a [`Query`], the writes of a transaction), items and refusals come out. The product has one engine,
//! DynamoDB through its SDK. Tests also have a model of it in memory (`testkit::Memory`), which is shown to answer
//! every plan as DynamoDB does.

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use crate::{CommitError, Item, Key, Page, Query, StoreError, Table, Until, Update, Write};

/// What an engine is doing.
pub type Work<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Items that were found, and keys that were not processed.
pub type Batch = (Vec<Item>, Vec<Key>);

/// Carries out plans. One call is one round trip; nothing is tried again in here.
pub trait Engine: Debug + Send + Sync + 'static {
    /// One item, strongly consistent.
    fn get<'a>(&'a self, table: Table, key: &'a Key) -> Work<'a, Result<Option<Item>, StoreError>>;

    /// Up to 100 items in no particular order, and the keys that were not processed.
    fn get_many<'a>(
        &'a self,
        table: Table,
        keys: Vec<Key>,
        consistent: bool,
    ) -> Work<'a, Result<Batch, StoreError>>;

    /// One page; strongly consistent on a table, eventually on an index.
    fn query<'a>(&'a self, query: &'a Query) -> Work<'a, Result<Page<Item>, StoreError>>;

    /// All writes or none; not sent any more once `until` has passed, however often it was tried before.
    fn transact<'a>(
        &'a self,
        writes: &'a [Write],
        until: Option<&'a Until>,
    ) -> Work<'a, Result<(), CommitError>>;

    /// One update of an item and the item after it; `None` when its condition does not hold.
    fn update<'a>(
        &'a self,
        table: Table,
        key: &'a Key,
        update: &'a Update,
    ) -> Work<'a, Result<Option<Item>, StoreError>>;

    /// The pause after the attempt of this number (from 0) met another transaction, or a table too busy for all of it:
    /// bounded, growing with the attempts, and of another length each time, so that rivals do not march in step.
    fn pause(&self, attempt: u32) -> Work<'_, ()>;
}
