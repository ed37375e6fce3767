//! Queries of one partition, a page at a time. There is no Scan.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};

use crate::{Item, Store, StoreError, Table, from_item};

/// Which items of which partition, in which order.
#[derive(Clone, Debug)]
pub struct Query {
    /// In which table.
    pub table: Table,
    /// Through which index, if any.
    pub index: Option<&'static str>,
    /// Which partition.
    pub pk: String,
    /// Which sort keys; all if absent.
    pub sort: Option<Sort>,
    /// Whether the largest sort key comes first.
    pub descending: bool,
    /// At most so many items.
    pub limit: i32,
    /// After which key.
    pub after: Option<BTreeMap<String, String>>,
}

/// Which sort keys.
#[derive(Clone, Debug)]
pub enum Sort {
    /// Those that begin so.
    BeginsWith(String),
    /// Those from the first to the second, both included.
    Between(String, String),
}

/// One page.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The items, in key order (or its reverse).
    pub items: Vec<T>,
    /// The key to continue after; `None` at the end. All key attributes are strings.
    pub next: Option<BTreeMap<String, String>>,
}

impl Query {
    /// All items of a partition, ascending, 100 at most.
    pub fn new(table: Table, pk: impl Into<String>) -> Self {
        Self {
            table,
            index: None,
            pk: pk.into(),
            sort: None,
            descending: false,
            limit: 100,
            after: None,
        }
    }

    /// Through an index (`gsi1` or `gsi2`): eventually consistent.
    #[must_use]
    pub fn index(mut self, index: &'static str) -> Self {
        self.index = Some(index);
        self
    }

    /// Only sort keys with this beginning.
    #[must_use]
    pub fn begins_with(mut self, prefix: impl Into<String>) -> Self {
        self.sort = Some(Sort::BeginsWith(prefix.into()));
        self
    }

    /// Only sort keys from `low` to `high`, both included.
    #[must_use]
    pub fn between(mut self, low: impl Into<String>, high: impl Into<String>) -> Self {
        self.sort = Some(Sort::Between(low.into(), high.into()));
        self
    }

    /// The largest sort key first.
    #[must_use]
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// At most this many items (1 to 1,000).
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = i32::try_from(limit.clamp(1, 1000)).unwrap_or(1000);
        self
    }

    /// After this key, as an earlier page gave it.
    #[must_use]
    pub fn after(mut self, after: Option<BTreeMap<String, String>>) -> Self {
        self.after = after;
        self
    }

    /// Whether a page can begin after [`Query::after`]: a key of what is queried, among the sort keys that are asked for.
    /// Cursors come back from outside, and DynamoDB refuses the whole query otherwise.
    fn starts_inside(&self) -> bool {
        let Some(start) = &self.after else { return true };
        let names: &[&str] = match self.index {
            Some("gsi1") => &["gsi1pk", "gsi1sk", "pk", "sk"],
            Some(_) => &["gsi2pk", "gsi2sk", "pk", "sk"],
            None => &["pk", "sk"],
        };
        let (pk, sk) = self.key_names();
        let at = start.get(sk).map_or("", String::as_str);
        let is_asked_for = match &self.sort {
            None => true,
            Some(Sort::BeginsWith(prefix)) => at.starts_with(prefix),
            Some(Sort::Between(low, high)) => (low.as_str()..=high.as_str()).contains(&at),
        };
        let is_key =
            start.len() == names.len() && names.iter().all(|name| start.contains_key(*name));
        is_key && is_asked_for && start.get(pk) == Some(&self.pk)
    }

    fn key_names(&self) -> (&'static str, &'static str) {
        match self.index {
            Some("gsi1") => ("gsi1pk", "gsi1sk"),
            Some(_) => ("gsi2pk", "gsi2sk"),
            None => ("pk", "sk"),
        }
    }

    pub(crate) fn key_condition(&self) -> (String, HashMap<String, String>, Item) {
        let (pk, sk) = self.key_names();
        let mut names = HashMap::from([("#pk".to_owned(), pk.to_owned())]);
        let mut values = HashMap::from([(":pk".to_owned(), AttributeValue::S(self.pk.clone()))]);
        let mut expression = "#pk = :pk".to_owned();
        match &self.sort {
            None => {}
            Some(Sort::BeginsWith(prefix)) => {
                expression.push_str(" AND begins_with(#sk, :low)");
                names.insert("#sk".into(), sk.into());
                values.insert(":low".into(), AttributeValue::S(prefix.clone()));
            }
            Some(Sort::Between(low, high)) => {
                expression.push_str(" AND #sk BETWEEN :low AND :high");
                names.insert("#sk".into(), sk.into());
                values.insert(":low".into(), AttributeValue::S(low.clone()));
                values.insert(":high".into(), AttributeValue::S(high.clone()));
            }
        }
        (expression, names, values)
    }
}

impl Store {
    /// One page of a partition. Strongly consistent on a table, eventually on an index.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read or an item has another shape.
    pub async fn query<T: DeserializeOwned>(&self, query: Query) -> Result<Page<T>, StoreError> {
        let page = self.query_items(query).await?;
        let items = page.items.into_iter().map(from_item).collect::<Result<_, _>>()?;
        Ok(Page { items, next: page.next })
    }

    /// As [`Store::query`], with the items as they are stored.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read, or no page can begin there.
    pub async fn query_items(&self, query: Query) -> Result<Page<Item>, StoreError> {
        if !query.starts_inside() {
            return Err(StoreError::Start);
        }
        self.engine.query(&query).await
    }
}
