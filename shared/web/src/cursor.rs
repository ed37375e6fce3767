//! Cursors: where a page ended, as opaque text.
//!
//! A cursor belongs to one list with its filters and, for private lists, to one caller: `list` must
//! name all of it. The partition is never taken from the cursor but always from the query that is
//! about to run, so a cursor can at worst skip within a list that its bearer may read.

use std::collections::BTreeMap;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::{Kind, Problem};

const CURSOR_CHARACTERS_MAX: usize = 1_024;

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Position {
    /// Which list.
    l: String,
    /// The key, without the partition that is queried.
    k: BTreeMap<String, String>,
}

/// The cursor after a page, from the store's `next`.
#[must_use]
pub fn next_cursor(list: &str, next: Option<BTreeMap<String, String>>) -> Option<String> {
    let mut key = next?;
    key.remove(partition_name(&key));
    let position = Position { l: tag(list), k: key };
    serde_json::to_vec(&position).ok().map(|json| URL_SAFE_NO_PAD.encode(json))
}

/// The key to continue after, for the store's `after`: none without a cursor. `partition` is the
/// partition key that is queried (of the table or the index).
///
/// # Errors
/// `bad-cursor`.
pub fn after(
    list: &str,
    partition: &str,
    cursor: Option<&str>,
) -> Result<Option<BTreeMap<String, String>>, Problem> {
    let Some(cursor) = cursor else {
        return Ok(None);
    };
    read(list, partition, cursor).map(Some).ok_or_else(refused)
}

/// A cursor that leads nowhere.
pub(crate) fn refused() -> Problem {
    Problem::new(Kind::BadCursor).detail("Begin again at the first page of the list.")
}

fn read(list: &str, partition: &str, cursor: &str) -> Option<BTreeMap<String, String>> {
    if cursor.len() > CURSOR_CHARACTERS_MAX {
        return None;
    }
    let json = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let position: Position = serde_json::from_slice(&json).ok()?;
    if position.l != tag(list) {
        return None;
    }
    let mut key = position.k;
    let names: Vec<&str> = key.keys().map(String::as_str).collect();
    let known = matches!(names[..], ["sk"] | ["gsi1sk", "pk", "sk"] | ["gsi2sk", "pk", "sk"]);
    if !known || key.values().any(String::is_empty) {
        return None;
    }
    let name = partition_name(&key);
    key.insert(name.to_owned(), partition.to_owned());
    Some(key)
}

/// Which attribute of a key is the partition that is queried.
fn partition_name(key: &BTreeMap<String, String>) -> &'static str {
    if key.contains_key("gsi1sk") {
        "gsi1pk"
    } else if key.contains_key("gsi2sk") {
        "gsi2pk"
    } else {
        "pk"
    }
}

fn tag(list: &str) -> String {
    URL_SAFE_NO_PAD.encode(&digest(&SHA256, list.as_bytes()).as_ref()[..12])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{after, next_cursor};

    fn key(parts: &[(&str, &str)]) -> BTreeMap<String, String> {
        parts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_cursor_leads_back_to_its_key() {
        for key in [
            key(&[("pk", "P"), ("sk", "S")]),
            key(&[("pk", "X"), ("sk", "S"), ("gsi1pk", "P"), ("gsi1sk", "T")]),
            key(&[("pk", "X"), ("sk", "S"), ("gsi2pk", "P"), ("gsi2sk", "T")]),
        ] {
            let cursor = next_cursor("list?a=1", Some(key.clone())).unwrap();
            assert_eq!(after("list?a=1", "P", Some(&cursor)).unwrap(), Some(key));
        }
        assert_eq!(next_cursor("list", None), None);
        assert_eq!(after("list", "P", None).unwrap(), None);
    }

    #[test]
    fn a_cursor_of_another_list_or_made_up_is_refused() {
        let cursor = next_cursor("mine", Some(key(&[("pk", "P"), ("sk", "S")]))).unwrap();
        assert!(after("theirs", "P", Some(&cursor)).is_err());
        for forged in ["", "x", "e30", &"A".repeat(2_000), &format!("{cursor}A")] {
            assert!(after("mine", "P", Some(forged)).is_err(), "{forged}");
        }
    }

    #[test]
    fn the_partition_comes_from_the_query_and_not_from_the_cursor() {
        let cursor = next_cursor("mine", Some(key(&[("pk", "P"), ("sk", "S")]))).unwrap();
        let key = after("mine", "OTHER", Some(&cursor)).unwrap().unwrap();
        assert_eq!(key["pk"], "OTHER");
    }
}
