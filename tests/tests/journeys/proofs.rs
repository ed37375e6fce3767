//! From a reading to a proof that anybody can check: the ledger's stream, the hour published, the receipt downloaded.

use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use proof::{Hour, report};
use reqwest::Method;
use serde_json::{Value, json};

use crate::world::{Room, SHARED, World, text};

/// Reads what is on the site for everybody.
async fn public(world: &World, path: &str) -> Value {
    world.stack.call(None, Method::GET, path, None, None).await.unwrap().ok().unwrap()
}

/// Waits until the stream has brought a leaf of each entry: what comes after its hour is closed goes to a later one.
async fn collected(world: &World, room: &Room, entries: usize) {
    let mut scan = json!({
        "TableName": text(&world.stack.outputs["AppTable"]), "ConsistentRead": true,
        "FilterExpression": "begins_with(pk, :leaves) AND begins_with(sk, :entry)",
        "ExpressionAttributeValues": {
            ":leaves": { "S": "LEAVES#" }, ":entry": { "S": format!("ENTRY#{}#", room.id) },
        },
    });
    world
        .stack
        .eventually("a leaf of each entry", async || {
            let mut found = 0;
            loop {
                let page = world.aws.call("dynamodb", "DynamoDB_20120810.Scan", &scan).await.json();
                found += page["Items"].as_array().map_or(0, Vec::len);
                scan["ExclusiveStartKey"] = page["LastEvaluatedKey"].clone();
                if scan["ExclusiveStartKey"].is_null() {
                    scan.as_object_mut().unwrap().remove("ExclusiveStartKey");
                    return Ok((found == entries).then_some(()));
                }
            }
        })
        .await
        .unwrap();
}

/// The receipt once all of its entries are proven: the hour is closed early, as the schedule would when it is due.
async fn proven(world: &World, room: &Room) -> Value {
    let path = room.at("receipt");
    world
        .stack
        .eventually("the proofs", async || {
            let receipt = room.member.get(&path).await?;
            let due = &receipt["proofs"]["provable_at"];
            if due.is_null() {
                return Ok(Some(receipt));
            }
            world.aws.invoke("PublishRoot", &json!({ "time": due })).await;
            Ok(None)
        })
        .await
        .unwrap()
}

#[tokio::test]
async fn a_receipt_proves_itself_from_the_published_root_of_its_hour() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let (member, host) = (world.member_with("Mira", 2_000).await, world.host("Pia", 300).await);
    let room = world.running(member, host).await;
    room.run_to_minute(&world, 2).await;
    room.end(&world).await;
    let before = room.member.get(&room.at("receipt")).await.unwrap();
    let checked = report(before.to_string().as_bytes()).unwrap();
    assert!(checked.figures_hold && checked.entries_hold && checked.pending, "{before}");

    collected(&world, &room, checked.entries.len()).await;
    let after = proven(&world, &room).await;
    let checked = report(after.to_string().as_bytes()).unwrap();
    assert!(checked.figures_hold && checked.entries_hold && checked.proofs_hold, "{checked:?}");
    assert!(!checked.pending && !checked.roots.is_empty(), "{checked:?}");

    // The same documents are on the site for everybody, signed by a key that the site names.
    let keys = public(&world, "/.well-known/jwks.json").await;
    for (line, carried) in checked.roots.iter().zip(after["proofs"]["roots"].as_array().unwrap()) {
        assert_eq!(&public(&world, line.path.as_ref().unwrap()).await, carried);
        let mut named = keys["keys"].as_array().unwrap().iter();
        let named = named.find(|key| key["kid"] == line.kid.as_str() && key["purpose"] == "roots");
        let named = named.unwrap();
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(&named[name])).unwrap();
        let key = PublicKeyComponents { n: bytes("n"), e: bytes("e") };
        let signature = URL_SAFE_NO_PAD.decode(&line.signature).unwrap();
        key.verify(&RSA_PKCS1_2048_8192_SHA256, line.signing_input.as_bytes(), &signature).unwrap();
    }

    // Nobody puts another document in its place, not even the function that published it.
    let publisher = world.aws.as_function("PublishRoot").await;
    let path = checked.roots[0].path.as_ref().unwrap();
    let object = format!("/{}{path}", text(&world.stack.outputs["ProofsBucket"]));
    let put = async |headers: &[(&str, &str)]| {
        publisher.send(Method::PUT, "s3", &object, headers, b"{}".to_vec()).await
    };
    let over = put(&[]).await;
    assert!(over.is_denied(), "{over:?}");
    let taken = put(&[("if-none-match", "*")]).await;
    assert_eq!(taken.status, 412, "{taken:?}");
    assert_eq!(&public(&world, path).await, &after["proofs"]["roots"][0]);
}

#[tokio::test]
async fn an_hour_that_is_not_published_is_not_there() {
    let world = World::new();
    let far: Timestamp = "2100-01-01T00:00:00Z".parse().unwrap();
    let path = Hour::of(far.as_millisecond()).path();
    let reply = world.stack.call(None, Method::GET, &path, None, None).await.unwrap();
    assert_eq!(reply.status, 404);
}
