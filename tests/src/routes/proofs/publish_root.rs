//! From a charge to a proof: entries on the ledger's stream become leaves, hours are published, receipts prove themselves.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use proof::tree::root;
use proof::{Hour, Problem, Report, Root, SignedRoot, report};
use proofs::publish_root::{PublishError, Scheduled};
use proofs::{collect_leaves, publish_root};
use runtime::{BatchReply, StreamEvent};
use serde_json::{Value, json};
use store::Transaction;
use testkit::{Fault, Kit};

use super::app;
use crate::session_world::{Who, World};

fn hour(text: &str) -> Hour {
    text.to_owned().try_into().unwrap()
}

/// Everything that the ledger's stream has delivered by now, newest first: the order of shards is not that of time.
fn stream(kit: &Kit) -> Vec<Value> {
    let entries = kit.items("ledger", "MEMBER#").into_iter().rev().enumerate();
    let records = entries.map(|(number, image)| {
        json!({ "eventName": "INSERT", "dynamodb": { "SequenceNumber": number.to_string(), "NewImage": image } })
    });
    records.collect()
}

async fn deliver(kit: &Kit, records: &[Value]) -> BatchReply {
    let event: StreamEvent = serde_json::from_value(json!({ "Records": records })).unwrap();
    collect_leaves::handle(&app(kit), event).await.unwrap()
}

async fn collect(kit: &Kit) {
    assert_eq!(deliver(kit, &stream(kit)).await, BatchReply::default());
}

/// The schedule at an instant, with the clock at it.
async fn publish(kit: &Kit, at: &str) -> Result<(), PublishError> {
    let time: Timestamp = at.parse().unwrap();
    kit.clock.set(time);
    publish_root::handle(&app(kit), Scheduled { time }).await
}

fn published(kit: &Kit, of: &str) -> Option<SignedRoot> {
    let bytes = kit.aws.object(hour(of).path().trim_start_matches('/'))?;
    Some(serde_json::from_slice(&bytes).unwrap())
}

/// A session of three minutes with a refunded one, as a receipt that its member reads now.
async fn finished(w: &World) -> String {
    let id = w.active().await;
    w.room(&id, 0, 130).await;
    w.done(Who::C, &id, "end").await;
    w.refund_second_minute(&id).await;
    id
}

async fn receipt(w: &World, id: &str) -> (Value, Report) {
    let reply = w.get(Who::C, &format!("/v1/sessions/{id}/receipt")).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let report = report(reply.text.as_bytes()).unwrap();
    assert!(report.figures_hold && report.entries_hold, "{report:?}");
    (reply.body, report)
}

#[tokio::test]
async fn a_receipt_proves_every_entry_once_its_hour_is_published() {
    let w = World::new(3_000).await;
    let id = finished(&w).await;
    let (body, before) = receipt(&w, &id).await;
    assert!(before.pending && before.roots.is_empty());
    assert_eq!(body["proofs"]["provable_at"], "2026-11-20T16:10:00.000Z");
    assert_eq!(before.entries.len(), 5, "three leases, the settlement, a refund");

    collect(&w.kit).await;
    publish(&w.kit, "2026-11-20T16:09:59Z").await.unwrap();
    assert_eq!(published(&w.kit, "2026-11-20T15"), None, "too early");
    publish(&w.kit, "2026-11-20T16:10:00Z").await.unwrap();

    let (body, after) = receipt(&w, &id).await;
    assert!(after.proofs_hold && !after.pending, "{after:?}");
    assert!(body["proofs"]["provable_at"].is_null());
    let signed = published(&w.kit, "2026-11-20T15").unwrap();
    assert_eq!(body["proofs"]["roots"], json!([signed]));
    let (header, root) = signed.read().unwrap();
    assert_eq!((root.count, root.issuer.as_str()), (6, "https://parlor.test"), "a top-up too");
    assert_eq!(header.kid, w.kit.ctx().proof_key.public().await.unwrap().kid);
    let signature = testkit::sign(signed.signing_input().as_bytes());
    assert_eq!(signed, signed.clone().signed(&signature));
    assert_eq!(
        w.kit.aws.object_type("proofs/2026-11-20/15.json").as_deref(),
        Some("application/json")
    );
}

#[tokio::test]
async fn whatever_is_changed_in_a_proven_receipt_is_found() {
    let w = World::new(3_000).await;
    let id = finished(&w).await;
    collect(&w.kit).await;
    publish(&w.kit, "2026-11-20T16:10:00Z").await.unwrap();
    let (body, _) = receipt(&w, &id).await;
    let other = hex::encode([7_u8; 32]);
    let changes = [
        ("/proofs/entries/0/proof/salt", json!(other)),
        ("/proofs/entries/0/proof/path/0", json!(other)),
        ("/proofs/entries/0/proof/index", json!(99)),
        ("/proofs/entries/0/proof/hour", json!("2026-11-20T14")),
        ("/proofs/entries/0/at", json!("2026-11-20T15:00:01.000Z")),
        ("/proofs/entries/0/id", json!(format!("{id}:MINUTE#00009"))),
        ("/proofs/entries/0/reason", json!("top_up")),
        ("/proofs/entries/0/postings/0/amount_minor", json!(-301)),
        ("/proofs/entries/0/postings/1/account", json!("platform:fees")),
        ("/proofs/entries/4/postings/0/amount_minor", json!(-899)),
        ("/proofs/roots", json!([])),
        ("/proofs/roots/0/payload", json!("e30")),
        ("/minutes/0/charged_at", json!("2026-11-20T15:00:09.000Z")),
        ("/minutes/0/entry_id", json!(format!("{id}:MINUTE#00002"))),
        ("/minutes/1/refunded_minor", json!(299)),
        ("/settlement_entry_id", json!("another")),
        ("/settled_at", json!("2026-11-20T15:09:00.000Z")),
        ("/released/minutes", json!(2)),
        ("/member/id", json!("somebody")),
        ("/host/id", json!("somebody")),
        ("/session_id", json!("another")),
        ("/rate_minor", json!(299)),
        ("/fee_rule/platform_percent", json!("31")),
    ];
    for (pointer, value) in changes {
        let mut forged = body.clone();
        *forged.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
        let found = report(forged.to_string().as_bytes())
            .map_or(true, |it| !(it.figures_hold && it.entries_hold && it.proofs_hold));
        assert!(found, "{pointer}");
    }
    // The proof of one entry proves no other; an instant that the leaf does not have is none, though the figures agree.
    let mut forged = body.clone();
    let (one, other) = ("/proofs/entries/0/proof", "/proofs/entries/1/proof");
    *forged.pointer_mut(one).unwrap() = body.pointer(other).unwrap().clone();
    *forged.pointer_mut(other).unwrap() = body.pointer(one).unwrap().clone();
    assert!(!report(forged.to_string().as_bytes()).unwrap().proofs_hold);
    let mut forged = body.clone();
    let at = body["minutes"][0]["charged_at"].as_str().unwrap().replace('Z', "5Z");
    forged["minutes"][0]["charged_at"] = json!(at);
    forged["proofs"]["entries"][0]["at"] = json!(at);
    assert!(!report(forged.to_string().as_bytes()).unwrap().proofs_hold);
    // An entry that is left out, or there twice, is found too.
    let left_out = |list: &mut Vec<Value>| drop(list.remove(1));
    let twice = |list: &mut Vec<Value>| list.push(list[0].clone());
    let changes: [fn(&mut Vec<Value>); 2] = [left_out, twice];
    for change in changes {
        let mut forged = body.clone();
        change(forged["proofs"]["entries"].as_array_mut().unwrap());
        assert!(!report(forged.to_string().as_bytes()).unwrap().entries_hold);
    }
}

#[tokio::test]
async fn a_file_with_anything_in_it_that_nobody_checks_is_no_receipt() {
    let w = World::new(3_000).await;
    let id = finished(&w).await;
    collect(&w.kit).await;
    publish(&w.kit, "2026-11-20T16:10:00Z").await.unwrap();
    let (body, _) = receipt(&w, &id).await;
    let places = [
        "",
        "/member",
        "/host",
        "/fee_rule",
        "/intervals/0",
        "/minutes/0",
        "/released",
        "/proofs",
        "/proofs/entries/0",
        "/proofs/entries/0/postings/0",
        "/proofs/entries/0/proof",
        "/proofs/roots/0",
    ];
    for place in places {
        let mut forged = body.clone();
        forged.pointer_mut(place).unwrap()["paid_in_full"] = json!(true);
        let outcome = report(forged.to_string().as_bytes());
        let Err(Problem::Unreadable { detail }) = outcome else { panic!("{place}: {outcome:?}") };
        assert!(detail.contains("unknown field `paid_in_full`"), "{place}: {detail}");
    }
    let twice = body.to_string().replacen('{', r#"{"rate_minor":1,"#, 1);
    assert!(report(twice.as_bytes()).is_err(), "a field that is there twice");
    // A root whose parts are not base64url, or say more than the format has.
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = published(&w.kit, "2026-11-20T15").unwrap();
    let mut payload: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(&signed.payload).unwrap()).unwrap();
    payload["note"] = json!("trust me");
    for (name, value) in [
        ("payload", "not base64url!".to_owned()),
        ("payload", part(&payload)),
        ("protected", format!("{}=", signed.protected)),
        ("signature", format!("{} ", signed.signature)),
    ] {
        let mut forged = body.clone();
        forged["proofs"]["roots"][0][name] = json!(value);
        let found = report(forged.to_string().as_bytes()).unwrap();
        assert!(!found.proofs_hold && found.roots[0].problem.is_some(), "{name}: {found:?}");
    }
}

#[tokio::test]
async fn entries_that_come_twice_or_in_pieces_are_one_leaf_each() {
    let w = World::new(3_000).await;
    finished(&w).await;
    let records = stream(&w.kit);
    deliver(&w.kit, &records[..2]).await;
    let first = w.kit.items("app", "LEAVES#");
    collect(&w.kit).await;
    deliver(&w.kit, &records[1..4]).await;
    publish(&w.kit, "2026-11-20T16:10:00Z").await.unwrap();
    let root = published(&w.kit, "2026-11-20T15").unwrap().read().unwrap().1;
    assert_eq!(root.count, 6);
    let after = w.kit.items("app", "LEAVES#");
    for leaf in first.iter().filter(|leaf| leaf["sk"]["S"] != "FENCE") {
        assert!(after.contains(leaf), "a leaf keeps its salt");
    }
}

#[tokio::test]
async fn an_entry_that_comes_late_is_in_the_next_open_hour_once() {
    let w = World::new(3_000).await;
    let id = finished(&w).await;
    let records = stream(&w.kit);
    let is_lease = |record: &Value| {
        record["dynamodb"]["NewImage"]["reason"]["S"].as_str() == Some("session_minute")
    };
    let (late, punctual): (Vec<Value>, Vec<Value>) = records.iter().cloned().partition(is_lease);
    deliver(&w.kit, &punctual).await;
    publish(&w.kit, "2026-11-20T16:10:00Z").await.unwrap();
    deliver(&w.kit, &late).await;
    deliver(&w.kit, &records).await;
    let (body, between) = receipt(&w, &id).await;
    assert!(between.pending && between.proofs_hold);
    assert_eq!(body["proofs"]["provable_at"], "2026-11-20T17:10:00.000Z");
    publish(&w.kit, "2026-11-20T17:10:00Z").await.unwrap();
    let (_, after) = receipt(&w, &id).await;
    assert!(after.proofs_hold && !after.pending, "{after:?}");
    let counts = ["2026-11-20T15", "2026-11-20T16"]
        .map(|hour| published(&w.kit, hour).unwrap().read().unwrap().1.count);
    assert_eq!(counts.iter().sum::<u64>(), 6);
    assert_eq!(counts[1], 3);
}

#[tokio::test]
async fn hours_are_published_in_order_and_each_names_the_one_before() {
    let kit = Kit::new().await;
    publish(&kit, "2026-11-20T16:10:00Z").await.unwrap();
    publish(&kit, "2026-11-20T19:10:00Z").await.unwrap();
    let (mut at, mut chained) = (hour("2026-11-20T18"), 0);
    while let Some(signed) = published(&kit, &at.to_string()) {
        let (_, this) = signed.read().unwrap();
        assert_eq!((this.hour, this.count), (at, 0));
        assert_eq!(this.root, hex::encode(root(&[])));
        at = at.before();
        let before = published(&kit, &at.to_string());
        assert_eq!(this.previous, before.map(|before| before.fingerprint()));
        chained += 1;
    }
    assert_eq!(chained, 24 + 4, "a day before the first run, and every hour since");
}

#[tokio::test]
async fn a_crash_between_any_two_steps_leads_to_the_same_root() {
    let w = World::new(3_000).await;
    let id = finished(&w).await;
    publish(&w.kit, "2026-11-20T15:10:00Z").await.unwrap();
    w.at(200);
    collect(&w.kit).await;
    let steps = ["TransactWriteItems", "Query", "Sign", "PutObject", "GetPublicKey"];
    for (step, fault) in
        steps.into_iter().flat_map(|step| [(step, Fault::LostRequest), (step, Fault::LostReply)])
    {
        w.kit.aws.faults.once(step, fault);
        let outcome = publish(&w.kit, "2026-11-20T16:10:00Z").await;
        if step == "TransactWriteItems" {
            // The first is that which closes the hour.
            assert!(outcome.is_err(), "{step}");
        }
    }
    publish(&w.kit, "2026-11-20T16:10:00Z").await.unwrap();
    let (_, report) = receipt(&w, &id).await;
    assert!(report.proofs_hold && !report.pending, "{report:?}");
    let head = w.kit.store().head().await.unwrap().unwrap();
    assert_eq!(head.hour, hour("2026-11-20T15"));
    assert_eq!(head.fingerprint, published(&w.kit, "2026-11-20T15").unwrap().fingerprint());
}

#[tokio::test]
async fn what_is_published_is_never_overwritten() {
    let w = World::new(3_000).await;
    publish(&w.kit, "2026-11-20T15:10:00Z").await.unwrap();
    w.kit.aws.put_object("proofs/2026-11-20/15.json", "application/json", b"{}");
    let outcome = publish(&w.kit, "2026-11-20T16:10:00Z").await;
    assert!(matches!(outcome, Err(PublishError::Differs(_))), "{outcome:?}");
    assert_eq!(w.kit.aws.object("proofs/2026-11-20/15.json").unwrap(), b"{}");
    assert_eq!(w.kit.store().head().await.unwrap().unwrap().hour, hour("2026-11-20T14"));
}

#[tokio::test]
async fn an_hour_that_shows_fewer_leaves_than_it_counted_is_not_published() {
    let w = World::new(3_000).await;
    finished(&w).await;
    collect(&w.kit).await;
    let leaf = w.kit.items("app", "LEAVES#").into_iter().find(|item| item["sk"]["S"] != "FENCE");
    let leaf = leaf.unwrap();
    let key = store::Key::new(leaf["pk"]["S"].as_str().unwrap(), leaf["sk"]["S"].as_str().unwrap());
    let tx =
        Transaction::new().delete("leaf", store::Table::App, &key, store::Condition::present());
    w.kit.store().commit(tx).await.unwrap();
    let outcome = publish(&w.kit, "2026-11-20T16:10:00Z").await;
    assert!(matches!(outcome, Err(PublishError::Store(_))), "{outcome:?}");
    assert_eq!(published(&w.kit, "2026-11-20T15"), None);
}

#[tokio::test]
async fn nobody_closes_hours_far_ahead_and_an_entry_finds_an_open_one_anyway() {
    let w = World::new(3_000).await;
    let far = Scheduled { time: "2026-11-20T17:00:01Z".parse().unwrap() };
    w.at(0);
    let outcome = publish_root::handle(&app(&w.kit), far).await;
    assert!(matches!(outcome, Err(PublishError::TooFarAhead)), "{outcome:?}");
    // The present hour closed by hand.
    let soon = Scheduled { time: "2026-11-20T16:10:00Z".parse().unwrap() };
    publish_root::handle(&app(&w.kit), soon).await.unwrap();
    let id = finished(&w).await;
    collect(&w.kit).await;
    publish(&w.kit, "2026-11-20T17:10:00Z").await.unwrap();
    let (_, report) = receipt(&w, &id).await;
    assert!(report.proofs_hold && !report.pending, "{report:?}");
}

#[tokio::test]
async fn a_large_hour_is_proven_from_its_tiles() {
    let kit = Kit::new().await;
    let store = kit.store();
    let leaves: Vec<store::proof::NewLeaf> = (0..700_u32)
        .map(|number| store::proof::NewLeaf {
            hour: hour("2026-11-20T14"),
            cause: format!("cause-{}", number % 40),
            line: format!("MINUTE#{number:05}"),
            salt: hex::encode([0; 32]),
            hash: hex::encode(proof::tree::leaf_hash(&number.to_be_bytes())),
        })
        .collect();
    for leaf in &leaves {
        store.commit(store::proof::put_leaves(std::slice::from_ref(leaf))).await.unwrap();
    }
    publish(&kit, "2026-11-20T15:10:00Z").await.unwrap();
    let hashes = store.leaves_of(hour("2026-11-20T14")).await.unwrap();
    assert_eq!(hashes.len(), 700);
    let found = store.published(hour("2026-11-20T14"), &hashes).await.unwrap().unwrap();
    let (_, Root { root, count, .. }) = found.signed.read().unwrap();
    for hash in &hashes {
        let place = found.place(hash).unwrap();
        let reached = proof::tree::root_from_path(*hash, place.index, count, &place.path).unwrap();
        assert_eq!(hex::encode(reached), root);
    }
    assert_eq!(found.place(&[7; 32]), None);
}

#[tokio::test]
async fn the_example_of_the_ledgers_stream_is_an_entry() {
    let kit = Kit::new().await;
    let text = include_str!("../../../../events/collect_leaves.json");
    let event: StreamEvent = serde_json::from_str(text).unwrap();
    let reply = collect_leaves::handle(&app(&kit), event).await.unwrap();
    assert_eq!(reply, BatchReply::default());
    assert_eq!(kit.items("app", "LEAVES#").len(), 2, "a leaf and its fence");
    let text = include_str!("../../../../events/publish_root.json");
    let event: Scheduled = serde_json::from_str(text).unwrap();
    kit.clock.set(event.time);
    publish_root::handle(&app(&kit), event).await.unwrap();
}
