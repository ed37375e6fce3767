//! Consumer of the stream of `Ledger`: makes a leaf of each new entry, in the tree of the entry's hour.
//!
//! At least once: the leaf's key is the entry's, so a record that comes again changes nothing. An entry whose hour is
//! closed already (the stream was late) goes to the next open hour.
//!
//! Cost: entries of one hour and shard that come together take `2 (n + 1)` write units; nothing is added to a charge.

use jiff::Timestamp;
use proof::tree::leaf_hash;
use proof::{Hour, SALT_BYTES, leaf_data};
use runtime::{BatchReply, Failure, StreamEvent, StreamRecord};
use store::proof::{NewLeaf, place_of, put_late_leaf, put_leaves};
use store::wallet::EntryItem;
use store::{CommitError, Store, StoreError};
use web::{Need, Route, Trigger, random_bytes};

use crate::App;

/// The consumer.
pub const ROUTE: Route =
    Route::consumer("collect_leaves", Trigger::Stream).needs(&[Need::APP_PUT, Need::APP_UPDATE]);

/// Leaves written together at most; a transaction has room for a hundred items.
const TOGETHER: usize = 50;

/// How many hours after the present one are looked at for a place that is open.
const HOURS_AHEAD: usize = 3;

/// Collects one batch.
///
/// # Errors
/// Never: what failed is in the reply, and comes again with everything after it.
pub async fn handle(app: &App, event: StreamEvent) -> Result<BatchReply, String> {
    let now = app.ctx.now();
    let first = event.records.first().map(|record| record.dynamodb.sequence_number.clone());
    let (mut leaves, mut unreadable) = (Vec::with_capacity(event.records.len()), None);
    for record in event.records {
        let sequence = record.dynamodb.sequence_number.clone();
        match leaf(record) {
            Ok(leaf) => leaves.extend(leaf),
            Err(error) => {
                tracing::error!(sequence, %error, "an entry has no leaf");
                unreadable = Some(sequence);
                break;
            }
        }
    }
    if let Err(error) = collect(&app.ctx.store, leaves, now).await {
        tracing::error!(%error, "leaves were not collected");
        return Ok(failed(first));
    }
    Ok(failed(unreadable))
}

/// From which record the stream must come again.
fn failed(sequence: Option<String>) -> BatchReply {
    let failures = sequence.map(|item_identifier| Failure { item_identifier });
    BatchReply { batch_item_failures: failures.into_iter().collect() }
}

async fn collect(
    store: &Store,
    mut leaves: Vec<NewLeaf>,
    now: Timestamp,
) -> Result<(), CommitError> {
    leaves.sort_by_key(place_of);
    for some in leaves.chunk_by(|one, other| place_of(one) == place_of(other)) {
        for few in some.chunks(TOGETHER) {
            together(store, few, now).await?;
        }
    }
    Ok(())
}

/// All in one transaction, or each for itself when one is there already or the hour is closed.
async fn together(store: &Store, leaves: &[NewLeaf], now: Timestamp) -> Result<(), CommitError> {
    match store.commit(put_leaves(leaves)).await {
        Err(CommitError::Refused(_)) => {}
        outcome => return outcome,
    }
    for leaf in leaves {
        one(store, leaf, now).await?;
    }
    Ok(())
}

async fn one(store: &Store, leaf: &NewLeaf, now: Timestamp) -> Result<(), CommitError> {
    match store.commit(put_leaves(std::slice::from_ref(leaf))).await {
        Err(error) if error.refused("leaf").is_some() => return Ok(()),
        Err(error) if error.refused("fence").is_some() => {}
        outcome => return outcome,
    }
    let mut to = leaf.hour.next().max(Hour::of(now.as_millisecond()));
    for _ in 0..HOURS_AHEAD {
        match store.commit(put_late_leaf(leaf, to)).await {
            Err(error) if error.refused("leaf").is_some() => return Ok(()),
            Err(error) if error.refused("fence").is_some() => to = to.next(),
            outcome => return outcome,
        }
    }
    Err(StoreError::Unavailable("every hour up to the present one is closed".into()).into())
}

/// The leaf of a new entry; nothing for other records, which the stream's filter keeps away anyway.
fn leaf(record: StreamRecord) -> Result<Option<NewLeaf>, String> {
    let Some(image) = record.dynamodb.new_image else { return Ok(None) };
    let is_entry = image["sk"]["S"].as_str().is_some_and(|sk| sk.starts_with("ENTRY#"));
    if record.event_name != "INSERT" || !is_entry {
        return Ok(None);
    }
    let item: serde_dynamo::Item =
        serde_json::from_value(image).map_err(|error| error.to_string())?;
    let item: EntryItem = serde_dynamo::from_item(item).map_err(|error| error.to_string())?;
    let salt: [u8; SALT_BYTES] = random_bytes().ok_or("no randomness")?;
    let data = leaf_data(&item.entry, item.at_ms, &salt).map_err(|error| error.to_string())?;
    Ok(Some(NewLeaf {
        hour: Hour::of(item.at_ms),
        cause: item.entry.key.cause,
        line: item.entry.key.line,
        salt: hex::encode(salt),
        hash: hex::encode(leaf_hash(&data)),
    }))
}
