//! The conservation check: every balance against the sum of its postings, and all accounts against zero. It reads only.
//!
//! A check goes through the list of accounts, a page at a time ([`step`]), and can stop after each page and go on in
//! another process: what is known so far is a value ([`Progress`]). Everything is summed from the journal, by currency
//! and by shard of the accounts' list. An entry lies in one partition, so each shard sums to zero by itself.
//!
//! What differs at first sight may be a balance that moves while its entries are summed, or an index that is behind: it
//! is looked at again at once, and once more when everything else is done ([`verify`]).
//!
//! Cost: the list of accounts (16 partitions of a keys-only index) and every partition of money once; the entries that
//! touch earnings twice.

mod look;
mod tally;

use std::collections::BTreeMap;

use ledger::Account;
use serde::{Deserialize, Serialize};
use store::conservation::Figures;
use store::wallet::ACCOUNT_SHARDS;
use store::{Query, Store, StoreError, Table};

/// Accounts a step.
const PAGE: usize = 25;

/// A check under way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// When it began, Unix milliseconds.
    pub started_at_ms: i64,
    /// The shard of the accounts' list that is read; [`ACCOUNT_SHARDS`] when all are.
    pub shard: u32,
    /// After which account of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<BTreeMap<String, String>>,
    /// What is known so far.
    pub figures: Figures,
}

#[derive(Deserialize)]
struct Listed {
    gsi1sk: String,
}

impl Progress {
    /// A check that begins now.
    #[must_use]
    pub fn begin(now_ms: i64) -> Self {
        Self { started_at_ms: now_ms, ..Self::default() }
    }

    /// Whether every account was looked at.
    #[must_use]
    pub const fn is_through(&self) -> bool {
        self.shard >= ACCOUNT_SHARDS
    }
}

/// Looks at the next page of accounts.
///
/// # Errors
/// [`StoreError`]; `Shape` also if a stored entry does not balance. The progress is as it was, or a page further.
pub async fn step(store: &Store, progress: &mut Progress) -> Result<(), StoreError> {
    if progress.is_through() {
        return Ok(());
    }
    let query = Query::new(Table::Ledger, format!("ACCOUNTS#{:02}", progress.shard))
        .index("gsi1")
        .limit(PAGE)
        .after(progress.after.clone());
    let page = store.query::<Listed>(query).await?;
    let mut figures = progress.figures.clone();
    for item in page.items {
        let account = item.gsi1sk.parse::<Account>();
        let account = account.map_err(|error| StoreError::Shape(format!("{error}")))?;
        look::at(store, progress.shard, &account, &mut figures).await?;
    }
    progress.figures = figures;
    progress.after = page.next;
    if progress.after.is_none() {
        progress.shard = progress.shard.saturating_add(1);
    }
    Ok(())
}

/// Looks once more at what differed, and forgets what does not any more.
///
/// # Errors
/// [`StoreError`].
pub async fn verify(store: &Store, figures: &mut Figures) -> Result<(), StoreError> {
    let mut left = Vec::new();
    for suspect in std::mem::take(&mut figures.differences) {
        match look::again(store, &suspect).await? {
            Some(difference) => left.push(difference),
            None => figures.differences_count = figures.differences_count.saturating_sub(1),
        }
    }
    figures.differences = left;
    Ok(())
}

/// A whole check.
///
/// # Errors
/// As [`step`].
pub async fn conserve(store: &Store) -> Result<Figures, StoreError> {
    let mut progress = Progress::default();
    while !progress.is_through() {
        step(store, &mut progress).await?;
    }
    verify(store, &mut progress.figures).await?;
    Ok(progress.figures)
}
