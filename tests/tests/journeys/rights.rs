//! A function can do what its role says and nothing else: tried with the role's own credentials, each time beside
//! something that it may do, so that a refusal is a refusal of the deed.

use reqwest::Method;
use serde_json::{Value, json};

use crate::aws::Aws;
use crate::world::{World, text, unique};

fn table(world: &World, output: &str) -> String {
    text(&world.stack.outputs[output])
}

/// A key that belongs to nothing.
fn nothing() -> Value {
    json!({ "pk": { "S": format!("NOTHING#{}", unique()) }, "sk": { "S": "NOTHING" } })
}

async fn dynamo(role: &Aws, operation: &str, body: &Value) -> crate::aws::Answer {
    role.call("dynamodb", &format!("DynamoDB_20120810.{operation}"), body).await
}

/// One item in a transaction that cannot be carried out: who may write gets as far as the condition.
fn impossible(table: &str) -> Value {
    json!({ "TransactItems": [{ "Put": {
        "TableName": table, "Item": nothing(), "ConditionExpression": "attribute_exists(pk)",
    } }] })
}

#[tokio::test]
async fn a_route_that_reads_people_cannot_write_them() {
    let world = World::new();
    let app = table(&world, "AppTable");
    let role = world.aws.as_function("ReadMe").await;
    let read = dynamo(&role, "GetItem", &json!({ "TableName": app, "Key": nothing() })).await;
    assert_eq!(read.status, 200, "{read:?}");
    let put = dynamo(&role, "PutItem", &json!({ "TableName": app, "Item": nothing() })).await;
    assert!(put.is_denied(), "{put:?}");
    let transaction = dynamo(&role, "TransactWriteItems", &impossible(&app)).await;
    assert!(transaction.is_denied(), "{transaction:?}");
    let delete = dynamo(&role, "DeleteItem", &json!({ "TableName": app, "Key": nothing() })).await;
    assert!(delete.is_denied(), "{delete:?}");
}

#[tokio::test]
async fn a_route_that_reads_money_cannot_write_it() {
    let world = World::new();
    let ledger = table(&world, "LedgerTable");
    let role = world.aws.as_function("ReadWallet").await;
    let read = dynamo(&role, "GetItem", &json!({ "TableName": ledger, "Key": nothing() })).await;
    assert_eq!(read.status, 200, "{read:?}");
    for (operation, body) in [
        ("PutItem", json!({ "TableName": ledger, "Item": nothing() })),
        ("TransactWriteItems", impossible(&ledger)),
        ("DeleteItem", json!({ "TableName": ledger, "Key": nothing() })),
    ] {
        let answer = dynamo(&role, operation, &body).await;
        assert!(answer.is_denied(), "{operation}: {answer:?}");
    }
}

#[tokio::test]
async fn money_is_written_inside_a_transaction_or_not_at_all() {
    let world = World::new();
    let ledger = table(&world, "LedgerTable");
    for function in ["BillingCharge", "RefundMinute", "ReceiveStripeEvent"] {
        let role = world.aws.as_function(function).await;
        let inside = dynamo(&role, "TransactWriteItems", &impossible(&ledger)).await;
        assert!(inside.text.contains("ConditionalCheckFailed"), "{function}: {inside:?}");
        let item = nothing();
        let outside = dynamo(&role, "PutItem", &json!({ "TableName": ledger, "Item": item })).await;
        assert!(outside.is_denied(), "{function}: {outside:?}");
        let update = json!({ "TableName": ledger, "Key": item, "UpdateExpression": "SET available_minor = :much",
            "ExpressionAttributeValues": { ":much": { "N": "1000000" } } });
        let update = dynamo(&role, "UpdateItem", &update).await;
        assert!(update.is_denied(), "{function}: {update:?}");
        let delete =
            dynamo(&role, "DeleteItem", &json!({ "TableName": ledger, "Key": item })).await;
        assert!(delete.is_denied(), "{function}: {delete:?}");
    }
}

#[tokio::test]
async fn a_role_reaches_no_secret_queue_key_or_bucket_that_it_was_not_given() {
    let world = World::new();
    let role = world.aws.as_function("ReadWallet").await;
    let secret = json!({ "SecretId": world.stack.outputs["StripeSecretId"] });
    let answer = role.call("secretsmanager", "secretsmanager.GetSecretValue", &secret).await;
    assert!(answer.is_denied(), "the reply must not be shown: {}", answer.status);
    let message =
        json!({ "QueueUrl": world.stack.outputs["BillingQueueUrl"], "MessageBody": "{}" });
    let answer = role.call("sqs", "AmazonSQS.SendMessage", &message).await;
    assert!(answer.is_denied(), "{answer:?}");
    let sign = json!({ "KeyId": world.aws.physical("SigningKey").await, "MessageType": "RAW",
        "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256", "Message": "e30=" });
    let answer = role.call("kms", "TrentService.Sign", &sign).await;
    assert!(answer.is_denied(), "{answer:?}");
    let public = json!({ "KeyId": sign["KeyId"] });
    let answer = role.call("kms", "TrentService.GetPublicKey", &public).await;
    assert_eq!(answer.status, 200, "its own right: {answer:?}");
    let path = format!("/{}/media/{}", text(&world.stack.outputs["MediaBucket"]), unique());
    let answer = role.send(Method::PUT, "s3", &path, &[], b"x".to_vec()).await;
    assert!(answer.is_denied(), "{answer:?}");
}
