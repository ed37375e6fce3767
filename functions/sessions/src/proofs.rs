//! The entries that a receipt rests on, each with its place in the published tree of its hour; and as the API writes it.
//!
//! Cost of a receipt: one query for the leaves of each hour the session ran in, one item for each hour's root, and a tile of
//! 16 KiB for each 256 leaves that an entry is among.

use std::collections::{BTreeMap, BTreeSet};

use ::proof::tree::Hash;
use ::proof::{Hour, Root, SignedRoot};
use jiff::Timestamp;
use serde::Serialize;
use store::proof::{LeafItem, Published};
use store::wallet::EntryItem;
use store::{Store, StoreError};
use utoipa::ToSchema;
use web::At;

/// One line of an entry.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReceiptPosting)]
pub struct Posting {
    /// Whose balance changed, such as `platform:fees`.
    pub account: String,
    /// By how much.
    pub amount_minor: i64,
}

/// Where an entry stands in the tree of an hour.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReceiptInclusion)]
pub struct Inclusion {
    /// The hour, such as `2026-11-20T15`.
    pub hour: String,
    /// Its place among the leaves, from 0.
    pub index: u64,
    /// What blinds the leaf: 64 hexadecimal digits.
    pub salt: String,
    /// The audit path, nearest sibling first; each 64 hexadecimal digits.
    pub path: Vec<String>,
}

/// An entry of the ledger.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReceiptEntry)]
pub struct Entry {
    /// `<cause>:<line>`.
    pub id: String,
    /// Why value moved.
    #[schema(value_type = String)]
    pub reason: ledger::Reason,
    /// ISO 4217.
    pub currency: String,
    /// When.
    pub at: At,
    /// What moved; sums to zero.
    pub postings: Vec<Posting>,
    /// Absent until its hour is published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proof: Option<Inclusion>,
}

/// A published root: a flattened JSON Web Signature (RFC 7515).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReceiptRoot)]
pub struct Signed {
    /// The root, base64url.
    pub payload: String,
    /// The header, base64url.
    pub protected: String,
    /// The signature, base64url.
    pub signature: String,
}

/// The entries that the receipt rests on, and the roots that prove them. The format is in `docs/proofs.md`.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = ReceiptProofs)]
pub struct Proofs {
    /// When the last of the entries will be provable; absent once all are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provable_at: Option<At>,
    /// Leases, settlement and refunds.
    pub entries: Vec<Entry>,
    /// The roots that the proofs name, oldest first.
    pub roots: Vec<Signed>,
}

/// Reads the proofs of a session's entries as far as they are published.
///
/// # Errors
/// [`StoreError`].
pub async fn read(
    store: &Store,
    session_id: &str,
    items: &[EntryItem],
) -> Result<Proofs, StoreError> {
    let hours: BTreeSet<Hour> = items.iter().map(|item| Hour::of(item.at_ms)).collect();
    let mut leaves: BTreeMap<String, (Hour, LeafItem)> = BTreeMap::new();
    for hour in hours {
        for (hour, leaf) in store.leaves_of_cause(hour, session_id).await? {
            leaves.insert(leaf.line.clone(), (hour, leaf));
        }
    }
    let mut by_hour: BTreeMap<Hour, Vec<Hash>> = BTreeMap::new();
    for (hour, leaf) in leaves.values() {
        by_hour.entry(*hour).or_default().extend(hash(leaf));
    }
    let mut published: BTreeMap<Hour, Published> = BTreeMap::new();
    for (hour, hashes) in by_hour {
        if let Some(found) = store.published(hour, &hashes).await? {
            published.insert(hour, found);
        }
    }
    let mut due_ms = None;
    let entries = items.iter().map(|item| {
        let leaf = leaves.get(&item.entry.key.line);
        let proof = leaf.and_then(|(hour, leaf)| include(published.get(hour)?, *hour, leaf));
        if proof.is_none() {
            let hour = leaf.map_or_else(|| Hour::of(item.at_ms), |(hour, _)| *hour);
            due_ms = due_ms.max(Some(Root::due_ms(hour)));
        }
        entry(item, proof)
    });
    let entries = entries.collect::<Result<Vec<_>, _>>()?;
    let provable_at = due_ms.map(|ms| instant(ms).map(At)).transpose()?;
    let roots = published.into_values().map(|hour| signed(hour.signed)).collect();
    Ok(Proofs { provable_at, entries, roots })
}

fn hash(leaf: &LeafItem) -> Option<Hash> {
    hex::decode(leaf.hash.as_ref()?).ok()?.try_into().ok()
}

fn include(published: &Published, hour: Hour, leaf: &LeafItem) -> Option<Inclusion> {
    let place = published.place(&hash(leaf)?)?;
    Some(Inclusion {
        hour: hour.to_string(),
        index: place.index,
        salt: leaf.salt.clone()?,
        path: place.path.iter().map(hex::encode).collect(),
    })
}

fn entry(item: &EntryItem, proof: Option<Inclusion>) -> Result<Entry, StoreError> {
    let postings = item.entry.postings.iter().map(|posting| Posting {
        account: posting.account.to_string(),
        amount_minor: posting.amount_minor,
    });
    Ok(Entry {
        id: item.entry.key.id(),
        reason: item.entry.reason,
        currency: item.entry.currency.to_string(),
        at: At(instant(item.at_ms)?),
        postings: postings.collect(),
        proof,
    })
}

fn instant(ms: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_millisecond(ms).map_err(|error| StoreError::Shape(error.to_string()))
}

fn signed(root: SignedRoot) -> Signed {
    Signed { payload: root.payload, protected: root.protected, signature: root.signature }
}
