//! Leaves of entries, hour by hour, and what was published of them.
//!
//! A leaf is collected from the ledger's stream into a shard of its entry's hour. The shard's *fence* counts the leaves
//! and, once closed, lets none in; so whoever reads a closed shard knows whether it has seen all of it, and every reader
//! builds the same tree. What comes late goes to a later hour and leaves a pointer where it would have been, which keeps
//! it from coming twice.
//!
//! Cost of collecting `n` leaves of one shard together: one transaction, `2 (n + 1)` write units.

use ::proof::tree::{Hash, TILE, path, root};
use ::proof::{Hour, SignedRoot};
use serde::{Deserialize, Serialize};

use crate::wallet::shard_of;
use crate::{CommitError, Condition, Key, Query, Store, StoreError, Table, Transaction, Update};

/// Over how many partitions the leaves of an hour are spread.
pub const LEAF_SHARDS: u32 = 16;

/// More leaves than this in one hour are refused when it is published: the list of its tiles would not fit an item.
pub const LEAVES_MAX: usize = 1_000_000;

/// An entry's leaf in its hour, or where it went when that hour was closed already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeafItem {
    /// The entry's cause.
    pub cause: String,
    /// The entry's line.
    pub line: String,
    /// What blinds the leaf, hexadecimal; absent in a pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    /// The leaf's hash, hexadecimal; absent in a pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// The hour that has the leaf, in a pointer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_to: Option<Hour>,
}

/// A leaf to be collected.
#[derive(Clone, Debug)]
pub struct NewLeaf {
    /// The hour of its entry.
    pub hour: Hour,
    /// The entry's cause.
    pub cause: String,
    /// The entry's line.
    pub line: String,
    /// What blinds it, hexadecimal.
    pub salt: String,
    /// Its hash, hexadecimal.
    pub hash: String,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Fence {
    #[serde(default)]
    leaves: u64,
    #[serde(default)]
    closed: bool,
}

/// The newest published hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Which.
    pub hour: Hour,
    /// The fingerprint of its root, which the next one names.
    pub fingerprint: String,
}

/// A published hour.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct RootItem {
    signed: SignedRoot,
    count: u64,
    /// The first leaf of each tile, packed.
    firsts: String,
    /// The root of each tile, packed.
    tops: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct TileItem {
    tile: usize,
    hashes: String,
}

/// Where a leaf stands in a published tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// From 0, among the leaves in the order of their hashes.
    pub index: u64,
    /// The audit path, nearest sibling first.
    pub path: Vec<Hash>,
}

/// A published hour with the parts of its tree that were asked for.
#[derive(Clone, Debug)]
pub struct Published {
    /// The document.
    pub signed: SignedRoot,
    firsts: Vec<Hash>,
    tops: Vec<Hash>,
    tiles: Vec<(usize, Vec<Hash>)>,
}

fn leaves_pk(hour: Hour, shard: u32) -> String {
    format!("LEAVES#{hour}#{shard:02}")
}

fn shard(cause: &str) -> u32 {
    shard_of(cause, LEAF_SHARDS)
}

fn leaf_key(hour: Hour, cause: &str, line: &str) -> Key {
    Key::new(leaves_pk(hour, shard(cause)), format!("ENTRY#{cause}#{line}"))
}

fn fence_key(hour: Hour, shard: u32) -> Key {
    Key::new(leaves_pk(hour, shard), "FENCE")
}

fn head_key() -> Key {
    Key::new("ROOTS", "HEAD")
}

fn root_key(hour: Hour) -> Key {
    Key::new(format!("ROOT#{hour}"), "ROOT")
}

fn tile_key(hour: Hour, tile: usize) -> Key {
    Key::new(format!("ROOT#{hour}"), format!("TILE#{tile:05}"))
}

/// Leaves of the same place can be collected by one [`put_leaves`].
#[must_use]
pub fn place_of(leaf: &NewLeaf) -> (Hour, u32) {
    (leaf.hour, shard(&leaf.cause))
}

/// Adds leaves of one shard to their hour: refused (`leaf`) if one is there, (`fence`) if the hour is closed.
#[must_use]
pub fn put_leaves(leaves: &[NewLeaf]) -> Transaction {
    let Some(first) = leaves.first() else { return Transaction::new() };
    let tx = leaves.iter().fold(Transaction::new(), |tx, leaf| {
        let key = leaf_key(leaf.hour, &leaf.cause, &leaf.line);
        tx.create("leaf", Table::App, &key, &item(leaf))
    });
    count(tx, first.hour, &first.cause, leaves.len())
}

/// Adds a leaf whose hour is closed to a later one, and a pointer to its own.
#[must_use]
pub fn put_late_leaf(leaf: &NewLeaf, to: Hour) -> Transaction {
    let pointer = LeafItem { salt: None, hash: None, moved_to: Some(to), ..item(leaf) };
    let tx = Transaction::new()
        .create("leaf", Table::App, &leaf_key(leaf.hour, &leaf.cause, &leaf.line), &pointer)
        .create("moved", Table::App, &leaf_key(to, &leaf.cause, &leaf.line), &item(leaf));
    count(tx, to, &leaf.cause, 1)
}

fn item(leaf: &NewLeaf) -> LeafItem {
    LeafItem {
        cause: leaf.cause.clone(),
        line: leaf.line.clone(),
        salt: Some(leaf.salt.clone()),
        hash: Some(leaf.hash.clone()),
        moved_to: None,
    }
}

fn count(tx: Transaction, hour: Hour, cause: &str, leaves: usize) -> Transaction {
    let update = Update::new("ADD leaves :leaves")
        .when("attribute_not_exists(closed)")
        .value(":leaves", leaves);
    tx.update("fence", Table::App, &fence_key(hour, shard(cause)), update)
}

/// Records an hour as published, in the order of hours: refused (`head`) when another run was faster.
#[must_use]
pub fn publish(
    before: Option<&Head>,
    head: &Head,
    signed: &SignedRoot,
    hashes: &[Hash],
) -> Transaction {
    let firsts: Vec<Hash> = hashes.chunks(TILE).filter_map(|tile| tile.first().copied()).collect();
    let tops: Vec<Hash> = hashes.chunks(TILE).map(root).collect();
    let published = RootItem {
        signed: signed.clone(),
        count: hashes.len() as u64,
        firsts: pack(&firsts),
        tops: pack(&tops),
    };
    let condition = match before {
        None => Condition::absent(),
        Some(before) => {
            Condition::that("fingerprint = :before").value(":before", &before.fingerprint)
        }
    };
    Transaction::new().replace("head", Table::App, &head_key(), head, Some(condition)).replace(
        "root",
        Table::App,
        &root_key(head.hour),
        &published,
        None,
    )
}

impl Store {
    /// Closes an hour: no leaf can come into it any more. Repeatable.
    ///
    /// # Errors
    /// [`CommitError`].
    pub async fn close_hour(&self, hour: Hour) -> Result<(), CommitError> {
        let close = |tx: Transaction, shard| {
            let update = Update::new("SET closed = :closed").value(":closed", true);
            tx.update("close", Table::App, &fence_key(hour, shard), update)
        };
        self.commit((0..LEAF_SHARDS).fold(Transaction::new(), close)).await
    }

    /// The leaf hashes of a closed hour in the order of the tree: sorted.
    ///
    /// # Errors
    /// [`StoreError`]; `Unavailable` when a shard is not closed or shows fewer leaves than it counted (a transaction is
    /// still being applied): later it will show them. `Shape` above [`LEAVES_MAX`].
    pub async fn leaves_of(&self, hour: Hour) -> Result<Vec<Hash>, StoreError> {
        let mut hashes = Vec::new();
        for shard in 0..LEAF_SHARDS {
            let fence: Option<Fence> = self.get(Table::App, &fence_key(hour, shard)).await?;
            let fence = fence.filter(|fence| fence.closed).ok_or_else(|| {
                StoreError::Unavailable(format!("{hour} is not closed in shard {shard}"))
            })?;
            let before = hashes.len();
            if fence.leaves > 0 {
                self.leaves_of_shard(hour, shard, &mut hashes).await?;
            }
            let seen = hashes.len().saturating_sub(before) as u64;
            if seen != fence.leaves {
                let counted = fence.leaves;
                let text = format!("{hour} shows {seen} of {counted} leaves in shard {shard}");
                return Err(StoreError::Unavailable(text));
            }
        }
        hashes.sort_unstable();
        Ok(hashes)
    }

    async fn leaves_of_shard(
        &self,
        hour: Hour,
        shard: u32,
        hashes: &mut Vec<Hash>,
    ) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let query = Query::new(Table::App, leaves_pk(hour, shard))
                .begins_with("ENTRY#")
                .limit(1000)
                .after(after.take());
            let page = self.query::<LeafItem>(query).await?;
            for hash in page.items.iter().filter_map(|leaf| leaf.hash.as_ref()) {
                hashes.push(hash_of(hash)?);
            }
            if hashes.len() > LEAVES_MAX {
                return Err(StoreError::Shape(format!("{hour} has more than {LEAVES_MAX} leaves")));
            }
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    /// Keeps the tiles of an hour's tree. Repeatable: the same leaves give the same tiles.
    ///
    /// # Errors
    /// [`CommitError`].
    pub async fn put_tiles(&self, hour: Hour, hashes: &[Hash]) -> Result<(), CommitError> {
        let tiles: Vec<(usize, &[Hash])> = hashes.chunks(TILE).enumerate().collect();
        for some in tiles.chunks(50) {
            let tx = some.iter().fold(Transaction::new(), |tx, (tile, hashes)| {
                let item = TileItem { tile: *tile, hashes: pack(hashes) };
                tx.replace("tile", Table::App, &tile_key(hour, *tile), &item, None)
            });
            self.commit(tx).await?;
        }
        Ok(())
    }

    /// The newest published hour.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn head(&self) -> Result<Option<Head>, StoreError> {
        self.get(Table::App, &head_key()).await
    }

    /// The leaves of a cause's entries in an hour, with those that went to a later one. Each with the hour it is in.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn leaves_of_cause(
        &self,
        hour: Hour,
        cause: &str,
    ) -> Result<Vec<(Hour, LeafItem)>, StoreError> {
        let mut found = Vec::new();
        let mut moved = Vec::new();
        let mut after = None;
        loop {
            let query = Query::new(Table::App, leaves_pk(hour, shard(cause)))
                .begins_with(format!("ENTRY#{cause}#"))
                .limit(1000)
                .after(after.take());
            let page = self.query::<LeafItem>(query).await?;
            for leaf in page.items {
                match leaf.moved_to {
                    Some(to) => moved.push((to, leaf_key(to, cause, &leaf.line))),
                    None => found.push((hour, leaf)),
                }
            }
            after = page.next;
            if after.is_none() || found.len() >= 2_000 {
                break;
            }
        }
        for (to, key) in moved {
            let leaf = self.get::<LeafItem>(Table::App, &key).await?;
            found.extend(leaf.map(|leaf| (to, leaf)));
        }
        Ok(found)
    }

    /// A published hour with what is needed to prove these leaves; nothing before it is published.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn published(
        &self,
        hour: Hour,
        leaves: &[Hash],
    ) -> Result<Option<Published>, StoreError> {
        let Some(item) = self.get::<RootItem>(Table::App, &root_key(hour)).await? else {
            return Ok(None);
        };
        let mut published = Published {
            signed: item.signed,
            firsts: unpack(&item.firsts)?,
            tops: unpack(&item.tops)?,
            tiles: Vec::new(),
        };
        let mut wanted: Vec<usize> =
            leaves.iter().filter_map(|leaf| published.tile_of(leaf)).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let keys: Vec<Key> = wanted.into_iter().map(|tile| tile_key(hour, tile)).collect();
        for item in self.get_many::<TileItem>(Table::App, &keys, true).await? {
            published.tiles.push((item.tile, unpack(&item.hashes)?));
        }
        Ok(Some(published))
    }
}

impl Published {
    fn tile_of(&self, leaf: &Hash) -> Option<usize> {
        self.firsts.partition_point(|first| first <= leaf).checked_sub(1)
    }

    /// Where a leaf stands; nothing if it is not in the tree.
    #[must_use]
    pub fn place(&self, leaf: &Hash) -> Option<Place> {
        let number = self.tile_of(leaf)?;
        let (_, tile) = self.tiles.iter().find(|(tile, _)| *tile == number)?;
        let within = tile.binary_search(leaf).ok()?;
        let mut joined = path(tile, within)?;
        joined.extend(path(&self.tops, number)?);
        let index = number.checked_mul(TILE)?.checked_add(within)? as u64;
        Some(Place { index, path: joined })
    }
}

/// Hashes as one text.
fn pack(hashes: &[Hash]) -> String {
    hex::encode(hashes.concat())
}

fn unpack(text: &str) -> Result<Vec<Hash>, StoreError> {
    let bytes = hex::decode(text).map_err(|error| StoreError::Shape(error.to_string()))?;
    let (hashes, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() {
        Ok(hashes.to_vec())
    } else {
        Err(StoreError::Shape("hashes of another length".into()))
    }
}

fn hash_of(text: &str) -> Result<Hash, StoreError> {
    match unpack(text)?.as_slice() {
        [hash] => Ok(*hash),
        _ => Err(StoreError::Shape("not one hash".into())),
    }
}
