//! Queries of one partition, a page at a time. There is no Scan.

use aws_sdk_dynamodb::types::AttributeValue;
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, HashMap};

use crate::{Item, Store, StoreError, Table, from_item, read_error};

/// Which items of which partition, in which order.
#[derive(Clone, Debug)]
pub struct Query {
    table: Table,
    index: Option<&'static str>,
    pk: String,
    sort: Option<Sort>,
    descending: bool,
    limit: i32,
    after: Option<BTreeMap<String, String>>,
}

#[derive(Clone, Debug)]
enum Sort {
    BeginsWith(String),
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

    fn key_condition(&self) -> (String, HashMap<String, String>, Item) {
        let (pk, sk) = match self.index {
            Some("gsi1") => ("gsi1pk", "gsi1sk"),
            Some(_) => ("gsi2pk", "gsi2sk"),
            None => ("pk", "sk"),
        };
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
    /// [`StoreError`] when the table cannot be read.
    pub async fn query_items(&self, query: Query) -> Result<Page<Item>, StoreError> {
        let (expression, names, values) = query.key_condition();
        let start = query.after.map(|after| {
            after
                .into_iter()
                .map(|(name, value)| (name, AttributeValue::S(value)))
                .collect::<Item>()
        });
        let reply = self
            .client()
            .query()
            .table_name(self.table_name(query.table))
            .set_index_name(query.index.map(str::to_owned))
            .key_condition_expression(expression)
            .set_expression_attribute_names(Some(names))
            .set_expression_attribute_values(Some(values))
            .scan_index_forward(!query.descending)
            .consistent_read(query.index.is_none())
            .limit(query.limit)
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| read_error(&error))?;
        Ok(Page {
            items: reply.items.unwrap_or_default(),
            next: reply.last_evaluated_key.map(string_key),
        })
    }
}

/// Keys of both tables and all indexes are strings.
fn string_key(key: Item) -> BTreeMap<String, String> {
    key.into_iter()
        .filter_map(|(name, value)| match value {
            AttributeValue::S(text) => Some((name, text)),
            _ => None,
        })
        .collect()
}
