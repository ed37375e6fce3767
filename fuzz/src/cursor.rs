//! Cursors: `<list>\n<partition>\n<cursor, or the JSON inside one>`.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use web::{after, next_cursor};

/// A cursor never leaves the partition that is queried nor its own list, and leads back to its key.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (list, rest) = super::line(text);
    let (partition, cursor) = super::line(rest);
    made_up(list, partition, cursor);
    made_up(list, partition, &URL_SAFE_NO_PAD.encode(cursor));
    if !cursor.is_empty() && !partition.is_empty() {
        round(list, partition, cursor);
    }
}

fn made_up(list: &str, partition: &str, cursor: &str) {
    let Ok(Some(key)) = after(list, partition, Some(cursor)) else { return };
    let name = ["gsi1pk", "gsi2pk", "pk"].into_iter().find(|name| key.contains_key(*name));
    assert_eq!(name.and_then(|name| key.get(name)).map(String::as_str), Some(partition));
    assert!(key.len() == 2 || key.len() == 4, "{key:?}");
}

fn round(list: &str, partition: &str, place: &str) {
    let names: [&[&str]; 3] = [&["sk"], &["gsi1sk", "pk", "sk"], &["gsi2sk", "pk", "sk"]];
    let partitions = ["pk", "gsi1pk", "gsi2pk"];
    for (others, own) in names.into_iter().zip(partitions) {
        let mut key: BTreeMap<String, String> =
            others.iter().map(|name| ((*name).to_owned(), place.to_owned())).collect();
        key.insert(own.to_owned(), partition.to_owned());
        let Some(cursor) = next_cursor(list, Some(key.clone())) else { continue };
        // Keys of ours are short; a cursor that would be too long to come back is refused, not misread.
        match after(list, partition, Some(&cursor)) {
            Ok(found) => assert_eq!(found, Some(key)),
            Err(_) => assert!(cursor.len() > 1_024),
        }
        assert!(after(&format!("{list}x"), partition, Some(&cursor)).is_err());
    }
}
