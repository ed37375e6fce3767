//! The worked example of `docs/proofs.md`.

use ledger::{Currency, FeeRule, Money, lease_entry, settlement};
use proof::leaf_data;
use proof::tree::{leaf_hash, path, root};

const DOCUMENT: &str = include_str!("../../../docs/proofs.md");
const SESSION: &str = "019a9f60-0000-7000-8000-000000000001";
const MEMBER: &str = "019a9f60-0000-7000-8000-0000000000c1";
const HOST: &str = "019a9f60-0000-7000-8000-0000000000d1";

#[test]
fn the_documents_example_is_what_the_code_gives() {
    let rate = Money::new(300, Currency::USD);
    let rule = FeeRule::new("soulseer", "30").unwrap();
    let lease = lease_entry(MEMBER, SESSION, (1, 1), rate).unwrap();
    let settled = settlement(MEMBER, HOST, SESSION, (1, 1), rate, &rule).unwrap();
    let lease = leaf_data(&lease, 1_795_186_800_000, &[0x11; 32]).unwrap();
    let settled = leaf_data(&settled, 1_795_186_842_500, &[0x22; 32]).unwrap();
    for data in [&lease, &settled] {
        let text = String::from_utf8(data.clone()).unwrap();
        assert!(DOCUMENT.contains(&format!("```\n{text}```\n")), "{text}");
    }
    let mut hashes = [&lease, &settled, &b"another entry\n".to_vec()].map(|data| leaf_hash(data));
    hashes.sort_unstable();
    assert_eq!(hashes.map(|hash| hash == leaf_hash(&lease)), [true, false, false]);
    assert_eq!(hashes.map(|hash| hash == leaf_hash(&settled)), [false, false, true]);
    for hash in hashes.into_iter().chain([root(&hashes)]) {
        assert!(DOCUMENT.contains(&hex::encode(hash)), "{}", hex::encode(hash));
    }
    assert_eq!(path(&hashes, 0), Some(vec![hashes[1], hashes[2]]));
}

#[test]
fn an_entry_with_an_odd_word_in_it_has_no_leaf() {
    let rate = Money::new(300, Currency::USD);
    for odd in ["a b", "a\nreason=refund", "é", "a\u{0}"] {
        let entry = lease_entry(odd, SESSION, (1, 1), rate).unwrap();
        assert!(leaf_data(&entry, 0, &[0; 32]).is_err(), "{odd}");
    }
}
