//! The numbered events of a session.
//!
//! The number is the sort key, and the put that finds it free takes it: no counter, no hole, two write units an event.
//! Whoever writes looks at the last events first and finds what is there already under its `source`; so a stream that
//! repeats a record adds nothing. A repetition from beyond [`LOOK_BACK`] events would get a second number, and does no
//! harm: what an event says is safe to hear twice (a message by its id, a charge by its minute, a session whole).

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::session::MessageItem;
use crate::{CommitError, Condition, Key, Query, Store, StoreError, Table, Transaction};

/// How long an event is kept.
const KEPT_SECONDS: i64 = 7 * 24 * 3600;
/// Events looked at for one that is there already.
const LOOK_BACK: usize = 100;
/// How often a number is looked for anew because another consumer took it.
const ATTEMPTS: u32 = 8;

/// What happened.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happened {
    /// The session changed. Whoever hears of it is shown the session as it then is.
    Session,
    /// Minutes were paid in advance.
    Charge {
        /// The first of them, from 1.
        first_minute: u32,
        /// How many.
        minutes: u32,
        /// The price of all of them.
        amount_minor: i64,
        /// ISO 4217.
        currency: String,
    },
    /// Somebody said something.
    Message {
        /// What.
        message: MessageItem,
    },
}

/// An event of a session.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct EventItem {
    /// Its number, from 1 without a hole.
    pub seq: u64,
    /// What it came from: the same for a record of the stream that comes again.
    pub source: String,
    /// When it happened, Unix milliseconds.
    pub at_ms: i64,
    /// What happened.
    pub happened: Happened,
    /// TTL, seconds since 1970.
    pub expires_at_s: i64,
}

fn key(session_id: &str, seq: u64) -> Key {
    Key::new(format!("SESSION#{session_id}"), format!("EVENT#{seq:012}"))
}

/// Numbers and stores an event, or finds the one that is there already from this source; gives it.
///
/// # Errors
/// [`CommitError`]; `Busy` if others kept taking the numbers.
pub async fn append(
    store: &Store,
    session_id: &str,
    source: &str,
    at_ms: i64,
    happened: &Happened,
) -> Result<EventItem, CommitError> {
    for _ in 0..ATTEMPTS {
        let last = latest(store, session_id, LOOK_BACK).await?;
        if let Some(known) = last.iter().find(|event| event.source == source) {
            return Ok(known.clone());
        }
        let seq = last.first().map_or(0, |event| event.seq).saturating_add(1);
        let item = EventItem {
            seq,
            source: source.to_owned(),
            at_ms,
            happened: happened.clone(),
            expires_at_s: at_ms.div_euclid(1_000).saturating_add(KEPT_SECONDS),
        };
        match put(store, &key(session_id, seq), &item).await {
            Ok(()) => return Ok(item),
            Err(CommitError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(CommitError::Busy)
}

async fn put(store: &Store, key: &Key, item: &EventItem) -> Result<(), CommitError> {
    let tx = Transaction::new();
    store.commit(tx.replace("event", Table::App, key, item, Some(Condition::absent()))).await
}

async fn latest(
    store: &Store,
    session_id: &str,
    limit: usize,
) -> Result<Vec<EventItem>, StoreError> {
    let partition = key(session_id, 0).pk;
    let query = Query::new(Table::App, partition).begins_with("EVENT#").descending().limit(limit);
    Ok(store.query::<EventItem>(query).await?.items)
}

/// The number of the last event; 0 before the first.
///
/// # Errors
/// [`StoreError`].
pub async fn last_seq(store: &Store, session_id: &str) -> Result<u64, StoreError> {
    Ok(latest(store, session_id, 1).await?.first().map_or(0, |event| event.seq))
}

/// The events after a number, in order, and whether there are more.
///
/// # Errors
/// [`StoreError`].
pub async fn events_after(
    store: &Store,
    session_id: &str,
    after: u64,
    limit: usize,
) -> Result<(Vec<EventItem>, bool), StoreError> {
    let start = key(session_id, after);
    let start = BTreeMap::from([("pk".to_owned(), start.pk.clone()), ("sk".to_owned(), start.sk)]);
    let query = Query::new(Table::App, key(session_id, 0).pk)
        .begins_with("EVENT#")
        .limit(limit)
        .after(Some(start));
    let page = store.query::<EventItem>(query).await?;
    Ok((page.items, page.next.is_some()))
}
