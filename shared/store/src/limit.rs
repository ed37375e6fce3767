//! Counters of rate limits: fixed windows, one write per hit.

use jiff::Timestamp;
use serde::Deserialize;

use crate::user::hash;
use crate::{Key, Store, StoreError, Table, Update};

#[derive(Deserialize)]
struct Window {
    hits: u64,
}

/// Counts a hit on `key` in the window of `now` and gives the number of hits so far, this one included. What is in the
/// key (an address, a person) is stored as a hash. The item expires a minute after its window.
///
/// # Errors
/// [`StoreError`].
pub async fn hit(
    store: &Store,
    kind: &str,
    key: &str,
    window_seconds: u32,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let length = i64::from(window_seconds.max(1));
    let window = now.as_second().div_euclid(length);
    let key = Key::new(format!("LIMIT#{kind}#{}", hash(&[key])), format!("{window:020}"));
    let update = Update::new("SET expires_at_s = :expires ADD hits :one")
        .value(":expires", (window + 1) * length + 60)
        .value(":one", 1);
    let window: Option<Window> = store.update_and_read(Table::App, &key, update).await?;
    Ok(window.map_or(0, |window| window.hits))
}
