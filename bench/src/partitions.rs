//! Tables over partitions, as DynamoDB keeps them: each a file with a lock of its own, so that charges of different members
//! do not wait for each other. Items with the same partition key are in the same partition.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result};
use dynoxide::Database;
use dynoxide::actions::batch_get_item::{
    BatchGetItemRequest, BatchGetItemResponse, KeysAndAttributes,
};
use dynoxide::actions::get_item::{GetItemRequest, GetItemResponse};
use dynoxide::actions::query::{QueryRequest, QueryResponse};
use dynoxide::actions::transact_write_items::{
    TransactWriteItem, TransactWriteItemsRequest, TransactWriteItemsResponse,
};
use dynoxide::errors::DynoxideError;
use dynoxide::types::{AttributeValue, ConsumedCapacity};
use serde_json::{Value, json};
use store::wallet::shard_of;

use crate::aws::{APP, LEDGER};

type Attributes = HashMap<String, AttributeValue>;

/// The partitions of both tables.
#[derive(Clone)]
pub struct Partitions(Vec<Database>);

impl Partitions {
    /// So many new files in a folder.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn on_files(folder: &Path, count: u32) -> Result<Self> {
        let open = |number| {
            let path = folder.join(format!("dynamo-{number}.sqlite"));
            let db = Database::new(&path.to_string_lossy())?;
            testkit::create_tables(&db, APP, LEDGER);
            Ok(db)
        };
        Ok(Self((0..count.max(1)).map(open).collect::<Result<_>>()?))
    }

    /// SQLite no longer waits for the disk, and keeps its pages in memory.
    ///
    /// # Errors
    /// A database refuses it.
    pub fn do_not_wait_for_the_disk(&self) -> Result<()> {
        self.0.iter().try_for_each(|db| Ok(db.enable_bulk_loading()?))
    }

    /// All items of a table, in DynamoDB's JSON, with this attribute alone.
    ///
    /// # Errors
    /// There is no such table.
    pub fn scan(&self, table: &str, attribute: &str) -> Result<Vec<Value>> {
        let mut found = Vec::new();
        for db in &self.0 {
            let mut start = Value::Null;
            loop {
                let mut request = json!({ "TableName": table, "ProjectionExpression": attribute });
                if !start.is_null() {
                    request["ExclusiveStartKey"] = start;
                }
                let mut page = serde_json::to_value(db.scan(serde_json::from_value(request)?)?)?;
                let items = page["Items"].as_array_mut().context("a page has items")?;
                found.append(items);
                start = page["LastEvaluatedKey"].take();
                if start.is_null() {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Writes, and how many partitions they were in. In one they happen together; a transaction over several, which only
    /// the making of the world asks for, is one for each of them.
    ///
    /// # Errors
    /// As the database says.
    pub fn transact(
        &self,
        request: TransactWriteItemsRequest,
    ) -> Result<(TransactWriteItemsResponse, usize), DynoxideError> {
        let mut parts: HashMap<usize, Vec<TransactWriteItem>> = HashMap::new();
        for write in request.transact_items {
            let at = self.place(target(&write));
            parts.entry(at).or_default().push(write);
        }
        let (count, mut used) = (parts.len(), Vec::new());
        for (at, transact_items) in parts {
            // The SDK names each transaction. Dynoxide would hash the whole request for it and go through the names of the
            // last ten minutes, and nothing is sent twice here.
            let part = TransactWriteItemsRequest {
                transact_items,
                client_request_token: None,
                return_consumed_capacity: request.return_consumed_capacity.clone(),
                return_item_collection_metrics: None,
            };
            let reply = self.at(at)?.transact_write_items(part)?;
            used.extend(reply.consumed_capacity.unwrap_or_default());
        }
        let consumed_capacity = Some(used);
        Ok((TransactWriteItemsResponse { consumed_capacity, item_collection_metrics: None }, count))
    }

    /// Items of several keys.
    ///
    /// # Errors
    /// As the database says.
    pub fn batch_get(
        &self,
        request: BatchGetItemRequest,
    ) -> Result<BatchGetItemResponse, DynoxideError> {
        let mut parts: HashMap<usize, HashMap<String, KeysAndAttributes>> = HashMap::new();
        for (table, wanted) in request.request_items {
            for key in wanted.keys {
                let tables = parts.entry(self.place(Some(&key))).or_default();
                let part = tables.entry(table.clone()).or_default();
                part.consistent_read = wanted.consistent_read;
                part.keys.push(key);
            }
        }
        let mut all = BatchGetItemResponse {
            responses: HashMap::new(),
            unprocessed_keys: HashMap::new(),
            consumed_capacity: None,
        };
        let mut used: Vec<ConsumedCapacity> = Vec::new();
        for (at, request_items) in parts {
            let return_consumed_capacity = request.return_consumed_capacity.clone();
            let part = BatchGetItemRequest { request_items, return_consumed_capacity };
            let reply = self.at(at)?.batch_get_item(part)?;
            for (table, items) in reply.responses {
                all.responses.entry(table).or_default().extend(items);
            }
            all.unprocessed_keys.extend(reply.unprocessed_keys);
            used.extend(reply.consumed_capacity.unwrap_or_default());
        }
        Ok(BatchGetItemResponse { consumed_capacity: Some(used), ..all })
    }

    /// One item.
    ///
    /// # Errors
    /// As the database says.
    pub fn get(&self, request: GetItemRequest) -> Result<GetItemResponse, DynoxideError> {
        self.at(self.place(Some(&request.key)))?.get_item(request)
    }

    /// Items of a partition key; the store always names it `:pk`.
    ///
    /// # Errors
    /// As the database says.
    pub fn query(&self, request: QueryRequest) -> Result<QueryResponse, DynoxideError> {
        let values = request.expression_attribute_values.as_ref();
        let at = self.place_of(values.and_then(|values| values.get(":pk")));
        self.at(at)?.query(request)
    }

    fn at(&self, place: usize) -> Result<&Database, DynoxideError> {
        self.0.get(place).ok_or_else(|| DynoxideError::InternalServerError("no partition".into()))
    }

    fn place(&self, key: Option<&Attributes>) -> usize {
        self.place_of(key.and_then(|key| key.get("pk")))
    }

    fn place_of(&self, pk: Option<&AttributeValue>) -> usize {
        let count = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        match pk {
            Some(AttributeValue::S(pk)) => shard_of(pk, count) as usize,
            _ => 0,
        }
    }
}

/// The item or key that a write is about.
fn target(write: &TransactWriteItem) -> Option<&Attributes> {
    let put = write.put.as_ref().map(|put| &put.item);
    let update = write.update.as_ref().map(|update| &update.key);
    let delete = write.delete.as_ref().map(|delete| &delete.key);
    let check = write.condition_check.as_ref().map(|check| &check.key);
    put.or(update).or(delete).or(check)
}
