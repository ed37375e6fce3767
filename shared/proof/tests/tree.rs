//! The tree against the vectors of RFC 6962's reference implementation, and against tampering.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use proof::tree::{Hash, TILE, digest, leaf_hash, path, root, root_from_path};
use proptest::prelude::*;

const LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];

const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn leaves(count: usize) -> Vec<Hash> {
    LEAVES[..count].iter().map(|text| leaf_hash(&hex::decode(text).unwrap())).collect()
}

fn numbered(count: usize) -> Vec<Hash> {
    (0..count).map(|number| leaf_hash(&number.to_be_bytes())).collect()
}

fn hexes(hashes: &[Hash]) -> Vec<String> {
    hashes.iter().map(hex::encode).collect()
}

#[test]
fn roots_are_those_of_the_reference_vectors() {
    assert_eq!(root(&[]), digest(b""));
    for (count, expected) in ROOTS.iter().enumerate() {
        assert_eq!(hex::encode(root(&leaves(count + 1))), *expected, "{} leaves", count + 1);
    }
}

#[test]
fn paths_are_those_of_the_reference_vectors() {
    assert_eq!(path(&leaves(1), 0), Some(vec![]));
    assert_eq!(
        hexes(&path(&leaves(8), 0).unwrap()),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        hexes(&path(&leaves(8), 5).unwrap()),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        hexes(&path(&leaves(3), 2).unwrap()),
        ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]
    );
}

#[test]
fn a_leaf_is_no_node_and_nothing_proves_an_empty_tree() {
    let two = numbered(2);
    let pair = [two[0], two[1]].concat();
    assert_ne!(root(&two), leaf_hash(&pair));
    assert_eq!(root_from_path(two[0], 0, 0, &[]), None);
    assert_eq!(path(&[], 0), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_leaf_is_proven_and_nothing_else_is(count in 1_usize..300, at in any::<prop::sample::Index>()) {
        let hashes = numbered(count);
        let (root, index) = (root(&hashes), at.index(count));
        let proof = path(&hashes, index).unwrap();
        let (place, size) = (index as u64, count as u64);
        prop_assert_eq!(root_from_path(hashes[index], place, size, &proof), Some(root));
        // Another leaf, another place, a shorter and a longer path, each sibling changed.
        let other = leaf_hash(b"other");
        prop_assert_ne!(root_from_path(other, place, size, &proof), Some(root));
        for wrong in 0..size + 2 {
            if wrong != place {
                prop_assert_ne!(root_from_path(hashes[index], wrong, size, &proof), Some(root));
            }
        }
        if let Some((_, shorter)) = proof.split_last() {
            prop_assert_eq!(root_from_path(hashes[index], place, size, shorter), None);
        }
        let longer = [proof.clone(), vec![other]].concat();
        prop_assert_eq!(root_from_path(hashes[index], place, size, &longer), None);
        for (sibling, bit) in (0..proof.len()).flat_map(|sibling| [(sibling, 0), (sibling, 31)]) {
            let mut tampered = proof.clone();
            tampered[sibling][bit] ^= 1;
            prop_assert_ne!(root_from_path(hashes[index], place, size, &tampered), Some(root));
        }
    }

    #[test]
    fn tiles_give_the_same_root_and_the_same_paths(count in 1_usize..1_100, at in any::<prop::sample::Index>()) {
        let hashes = numbered(count);
        let index = at.index(count);
        let tops: Vec<Hash> = hashes.chunks(TILE).map(root).collect();
        prop_assert_eq!(root(&tops), root(&hashes));
        let tile = hashes.chunks(TILE).nth(index / TILE).unwrap();
        let mut joined = path(tile, index % TILE).unwrap();
        joined.extend(path(&tops, index / TILE).unwrap());
        prop_assert_eq!(Some(joined), path(&hashes, index));
    }
}
