//! DynamoDB: the tables of `template.yaml` in dynoxide, and its operations by name.

use dynoxide::Database;
use dynoxide::errors::DynoxideError;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// A database in memory with both tables.
pub(crate) fn database(app: &str, ledger: &str) -> Database {
    let db = Database::memory().expect("an in-process DynamoDB");
    create_tables(&db, app, ledger);
    db
}

/// Creates the two tables of `template.yaml`. No streams: dynoxide's slow down with each record; consumers are tested
/// with events.
pub fn create_tables(db: &Database, app: &str, ledger: &str) {
    for (name, indexes, projection) in
        [(app, vec!["gsi1", "gsi2"], "ALL"), (ledger, vec!["gsi1"], "KEYS_ONLY")]
    {
        let request =
            serde_json::from_value(table(name, &indexes, projection)).expect("a table's request");
        db.create_table(request).expect("a table");
        let ttl = json!({ "TableName": name, "TimeToLiveSpecification": { "AttributeName": "expires_at_s", "Enabled": true } });
        let request = serde_json::from_value(ttl).expect("a TTL request");
        db.update_time_to_live(request).expect("a table's TTL");
    }
}

fn table(name: &str, indexes: &[&str], projection: &str) -> Value {
    let mut attributes = vec!["pk".to_owned(), "sk".to_owned()];
    attributes
        .extend(indexes.iter().flat_map(|index| [format!("{index}pk"), format!("{index}sk")]));
    let keys = |prefix: &str| json!([{ "AttributeName": format!("{prefix}pk"), "KeyType": "HASH" }, { "AttributeName": format!("{prefix}sk"), "KeyType": "RANGE" }]);
    let attributes: Vec<Value> = attributes
        .iter()
        .map(|name| json!({ "AttributeName": name, "AttributeType": "S" }))
        .collect();
    let indexes: Vec<Value> = indexes
        .iter()
        .map(|index| json!({ "IndexName": index, "KeySchema": keys(index), "Projection": { "ProjectionType": projection } }))
        .collect();
    json!({
        "TableName": name, "BillingMode": "PAY_PER_REQUEST", "KeySchema": keys(""),
        "AttributeDefinitions": attributes, "GlobalSecondaryIndexes": indexes,
    })
}

/// Runs an operation: status, body, and the capacity units it took.
pub(crate) fn run(db: &Database, operation: &str, mut body: Value) -> (u16, String, f64) {
    body["ReturnConsumedCapacity"] = json!("TOTAL");
    let outcome = match operation {
        "GetItem" => work(body, |request| db.get_item(request)),
        "PutItem" => work(body, |request| db.put_item(request)),
        "UpdateItem" => work(body, |request| db.update_item(request)),
        "DeleteItem" => work(body, |request| db.delete_item(request)),
        "BatchGetItem" => work(body, |request| db.batch_get_item(request)),
        "Query" => work(body, |request| db.query(request)),
        "TransactWriteItems" => work(body, |request| db.transact_write_items(request)),
        "TransactGetItems" => work(body, |request| db.transact_get_items(request)),
        other => panic!("the product does not use {other}"),
    };
    match outcome {
        Ok(reply) => {
            let units = units(&reply["ConsumedCapacity"]);
            (200, reply.to_string(), units)
        }
        Err(error) => (error.status_code(), error.to_json(), 0.0),
    }
}

fn work<Q: DeserializeOwned, R: Serialize>(
    body: Value,
    run: impl FnOnce(Q) -> Result<R, DynoxideError>,
) -> Result<Value, DynoxideError> {
    let request = serde_json::from_value(body)
        .map_err(|error| DynoxideError::ValidationException(error.to_string()))?;
    let reply = run(request)?;
    Ok(serde_json::to_value(reply).expect("a reply in JSON"))
}

/// One table's capacity or a list of several.
fn units(capacity: &Value) -> f64 {
    match capacity {
        Value::Array(tables) => tables.iter().map(units).sum(),
        table => table["CapacityUnits"].as_f64().unwrap_or(0.0),
    }
}

/// A transaction that met another one at its first item.
pub(crate) fn conflict(body: &Value) -> Value {
    let count = body["TransactItems"].as_array().map_or(1, Vec::len);
    let reasons: Vec<Value> = (0..count)
        .map(|item| json!({ "Code": if item == 0 { "TransactionConflict" } else { "None" } }))
        .collect();
    json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "message": "Transaction cancelled", "CancellationReasons": reasons,
    })
}
