//! The Merkle tree of RFC 9162 section 2.1 with SHA-256: root, audit path, verification.
//!
//! Functions take hashes of leaves, not leaves. A tree of more than [`TILE`] leaves may be kept as tiles of [`TILE`]
//! leaf hashes: as [`TILE`] is a power of two, the tree over the roots of the tiles is the top of the whole tree, and a
//! path is the path within the tile followed by the path of the tile.

use sha2::{Digest, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// Leaf hashes in a full tile. A power of two.
pub const TILE: usize = 256;

/// The hash of a leaf: SHA-256 of 0x00 and the leaf's bytes.
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0_u8]).chain_update(data).finalize().into()
}

/// The hash of a node: SHA-256 of 0x01 and its two children.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1_u8]).chain_update(left).chain_update(right).finalize().into()
}

/// SHA-256 of some bytes.
pub fn digest(data: &[u8]) -> Hash {
    Sha256::digest(data).into()
}

/// The root over hashes of leaves (or over the roots of full tiles and a last one). That of no leaf is the hash of
/// nothing.
pub fn root(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => digest(&[]),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(largest_power_below(many.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// The audit path of leaf `index`, nearest sibling first; nothing if there is no such leaf.
pub fn path(hashes: &[Hash], index: usize) -> Option<Vec<Hash>> {
    if index >= hashes.len() {
        return None;
    }
    let (mut hashes, mut index, mut path) = (hashes, index, Vec::new());
    while hashes.len() > 1 {
        let middle = largest_power_below(hashes.len());
        let (left, right) = hashes.split_at(middle);
        if let Some(within) = index.checked_sub(middle) {
            path.push(root(left));
            (hashes, index) = (right, within);
        } else {
            path.push(root(right));
            hashes = left;
        }
    }
    path.reverse();
    Some(path)
}

/// The root that follows from a leaf, its place among `size` leaves and its path (RFC 9162 section 2.1.3.2); nothing if
/// the path has not the length that the place asks for.
pub fn root_from_path(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    let (mut at, mut last, mut hash) = (index, size.checked_sub(1)?, leaf);
    for sibling in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node_hash(sibling, &hash);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    (last == 0).then_some(hash)
}

/// The largest power of two below `count`, for counts of two and more.
fn largest_power_below(count: usize) -> usize {
    let half = count.saturating_sub(1).checked_ilog2().unwrap_or(0);
    1_usize.checked_shl(half).unwrap_or(1)
}
