//! `tests/authorization.json`: route -> object -> caller -> status. Nothing may be there twice.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, Visitor};

use super::scene::CALLERS;

/// Caller -> status.
pub type Row = BTreeMap<String, u16>;
/// Object -> row.
pub type Rows = BTreeMap<String, Row>;
/// Route -> rows.
pub type Table = BTreeMap<String, Rows>;

/// A map in which each key stands once.
struct Once<V>(BTreeMap<String, V>);

impl<'de, V: DeserializeOwned> serde::Deserialize<'de> for Once<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Pairs(PhantomData))
    }
}

struct Pairs<V>(PhantomData<V>);

impl<'de, V: DeserializeOwned> Visitor<'de> for Pairs<V> {
    type Value = Once<V>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Once<V>, A::Error> {
        let mut map = BTreeMap::new();
        while let Some((key, value)) = pairs.next_entry::<String, V>()? {
            if map.insert(key.clone(), value).is_some() {
                return Err(A::Error::custom(format!("`{key}` is there twice")));
            }
        }
        Ok(Once(map))
    }
}

/// The table.
pub fn read_table() -> Table {
    // Read at run time, so that a change of the table compiles nothing.
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/authorization.json");
    let text = std::fs::read_to_string(path).unwrap();
    let table: Once<Once<Once<u16>>> = serde_json::from_str(&text).unwrap();
    let row = |(name, row): (String, Once<u16>)| (name, row.0);
    let rows = |(id, rows): (String, Once<Once<u16>>)| (id, rows.0.into_iter().map(row).collect());
    table.0.into_iter().map(rows).collect()
}

/// A route's rows as the file writes them.
pub fn printed(route: &str, rows: &Rows) -> String {
    let cells =
        |row: &Row| CALLERS.map(|caller| format!("\"{caller}\": {}", row[caller])).join(", ");
    let order = ["none", "own", "other", "absent"];
    let lines = order
        .iter()
        .filter_map(|object| Some(format!("    \"{object}\": {{{}}}", cells(rows.get(*object)?))));
    format!("\n  \"{route}\": {{\n{}\n  }}", lines.collect::<Vec<_>>().join(",\n"))
}

#[test]
fn a_row_that_is_there_twice_is_refused() {
    let twice = serde_json::from_str::<Once<u16>>(r#"{"a": 200, "b": 200, "a": 403}"#);
    assert!(twice.is_err_and(|error| error.to_string().contains("`a` is there twice")));
}
