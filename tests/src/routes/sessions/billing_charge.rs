//! The consumer of the billing queue.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use jiff::Timestamp;
use runtime::Clock;
use serde_json::{Value, json};
use sessions::billing_charge;
use store::session::{OpenItem, session_key, shard_key};
use store::{CommitError, Key, Store, StoreError, Table, Transaction, Until};
use testkit::{Fault, Kit};

use crate::session_world::{Who, World, event};

#[tokio::test]
async fn what_is_no_work_fails_alone() {
    let w = World::new(900).await;
    let id = w.active().await;
    let mut messages = w.tick_messages().await;
    let good = messages.len();
    for bad in [
        "",
        "{}",
        r#"{"shard":99,"tick_at":"2026-11-20T15:00:00Z"}"#,
        r#"{"shard":1,"tick_at":"2026-11-20T15:00:00Z","amount_minor":1}"#,
    ] {
        messages.push(bad.to_owned());
    }
    let reply = w.work(messages).await;
    let mut failed: Vec<_> =
        reply.batch_item_failures.iter().map(|one| one.item_identifier.clone()).collect();
    failed.sort();
    assert_eq!(failed, (good..good + 4).map(|number| format!("m{number}")).collect::<Vec<_>>());
    assert_eq!(w.read(Who::C, &id).await["minutes_held"], 2);
}

#[tokio::test]
async fn late_and_reordered_messages_charge_what_is_due_now() {
    let w = World::new(3_000).await;
    let id = w.active().await;
    let first = w.tick_messages().await;
    w.room(&id, 0, 40).await;
    let second = w.tick_messages().await;
    assert!(w.work(second).await.batch_item_failures.is_empty());
    assert!(w.work(first).await.batch_item_failures.is_empty());
    assert_eq!(w.books().lines(&id), ["MINUTE#00001", "MINUTE#00002"]);
    assert_eq!(w.read(Who::C, &id).await["minutes_held"], 2);
}

/// A lease that another transaction held up once came through when both browsers had stopped already, and the member
/// paid for a minute that nobody had.
#[tokio::test]
async fn a_lease_that_is_held_up_beyond_the_paid_time_is_not_sent() {
    for (held_seconds, minutes, state) in [(20, 2, "active"), (21, 1, "paused")] {
        let w = World::new(900).await;
        let id = w.active().await;
        w.room(&id, 0, 40).await;
        let messages = w.tick_messages().await;
        let (clock, mut held) = (w.kit.clock.clone(), false);
        w.kit.aws.faults.set(move |call| {
            if call.operation != "TransactWriteItems" || std::mem::replace(&mut held, true) {
                return Fault::None;
            }
            clock.advance(held_seconds);
            Fault::Conflict
        });
        assert!(w.work(messages).await.batch_item_failures.is_empty());
        let session = w.read(Who::C, &id).await;
        assert_eq!((&session["minutes_held"], &session["state"]), (&json!(minutes), &json!(state)));
        assert_eq!(w.balance().await, 900 - 300 * minutes);
    }
}

/// The SDK tries by itself again, seconds later if it has to.
#[tokio::test]
async fn a_try_of_the_sdk_is_not_sent_too_late_either() {
    let kit = Kit::new().await;
    let retry = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    let aws = kit.aws.config().to_builder().retry_config(retry).build();
    let dynamodb = aws_sdk_dynamodb::Client::new(&aws);
    let store = Store::new(dynamodb, &kit.config.app_table, &kit.config.ledger_table);
    let (clock, start) = (kit.clock.clone(), kit.clock.now().as_millisecond());
    for (late, calls) in [(false, 2), (true, 1)] {
        let (moved, held) = (clock.clone(), if late { 61_000 } else { 60_000 });
        let mut first = true;
        kit.aws.reset_usage();
        clock.set(Timestamp::from_millisecond(start).unwrap());
        kit.aws.faults.set(move |_| {
            if !std::mem::take(&mut first) {
                return Fault::None;
            }
            moved.advance_ms(held);
            Fault::Broken
        });
        let shown = clock.clone();
        let until = Until::new(move || shown.now().as_millisecond(), start + 60_000);
        let key = Key::new("LIMIT#late", calls.to_string());
        let tx = Transaction::new().create("it", Table::App, &key, &json!({})).until(until);
        let outcome = store.commit(tx).await;
        // The first try may have arrived, for all that is known.
        let unknown = matches!(outcome, Err(CommitError::Store(StoreError::Unavailable(_))));
        assert_eq!((outcome.is_ok(), unknown), (!late, late));
        assert_eq!(kit.aws.usage().calls["TransactWriteItems"], calls);
    }
}

#[tokio::test]
async fn a_charge_is_one_transaction_of_four_write_units() {
    let w = World::new(3_000).await;
    w.active().await;
    let messages = w.tick_messages().await;
    w.kit.aws.reset_usage();
    w.work(messages.clone()).await;
    let charging = w.kit.aws.usage();
    assert_eq!(charging.calls["TransactWriteItems"], 1);
    w.kit.aws.reset_usage();
    w.work(messages).await;
    let resting = w.kit.aws.usage();
    assert!(!resting.calls.contains_key("TransactWriteItems"));
    let units = charging.capacity_units - resting.capacity_units;
    assert!((units - 4.0).abs() < 0.01, "{units}");
}

#[tokio::test]
async fn a_session_that_cannot_be_handled_does_not_hold_up_the_others() {
    let w = World::new(900).await;
    let id = w.active().await;
    let lost = OpenItem { session_id: id.replace('-', "_"), member_id: w.stranger.id() };
    let mut key = shard_key(&lost.session_id);
    key.pk = shard_key(&id).pk;
    let tx = Transaction::new().create("shard", Table::App, &key, &lost);
    w.kit.store().commit(tx).await.unwrap();
    let reply = w.work(w.tick_messages().await).await;
    assert_eq!(reply.batch_item_failures.len(), 1);
    assert_eq!(w.read(Who::C, &id).await["minutes_held"], 2);
}

/// A full table once made a worker give up within 0.3 seconds, and its message came again after five minutes: two of a
/// hundred sessions of a large tick were left to their rooms.
#[tokio::test]
async fn what_a_full_table_refuses_for_a_while_is_charged_by_the_same_message() {
    for (operation, refused) in [("TransactWriteItems", 8), ("BatchGetItem", 2), ("Query", 16)] {
        let w = World::new(900).await;
        let id = w.active().await;
        let messages = w.tick_messages().await;
        let mut left = refused;
        w.kit.aws.faults.set(move |call| {
            let full = call.operation == operation && left > 0;
            left -= i32::from(full);
            if full { Fault::Throttle } else { Fault::None }
        });
        let reply = w.work(messages).await;
        assert!(reply.batch_item_failures.is_empty(), "{operation}: {reply:?}");
        assert_eq!(w.books().lines(&id), ["MINUTE#00001", "MINUTE#00002"], "{operation}");
    }
}

#[tokio::test]
async fn a_lease_whose_outcome_is_unknown_is_looked_at_again_and_charged_once() {
    for fault in [Fault::LostReply, Fault::LostRequest, Fault::Broken] {
        let w = World::new(900).await;
        let id = w.active().await;
        let messages = w.tick_messages().await;
        w.kit.aws.faults.once("TransactWriteItems", fault);
        assert!(w.work(messages).await.batch_item_failures.is_empty());
        assert_eq!(w.books().lines(&id), ["MINUTE#00001", "MINUTE#00002"]);
        assert_eq!(w.balance().await, 300);
    }
}

/// Also when it was busy until the paid time had passed: then it is decided anew, and nobody is charged.
#[tokio::test]
async fn what_is_tried_again_is_decided_again() {
    let w = World::new(900).await;
    let id = w.active().await;
    w.room(&id, 0, 40).await;
    let messages = w.tick_messages().await;
    let (clock, mut refused) = (w.kit.clock.clone(), 0);
    w.kit.aws.faults.set(move |call| {
        if call.operation != "TransactWriteItems" || refused == 6 {
            return Fault::None;
        }
        refused += 1;
        clock.advance(if refused == 6 { 21 } else { 0 });
        Fault::Throttle
    });
    assert!(w.work(messages).await.batch_item_failures.is_empty());
    assert_eq!(w.books().lines(&id), ["MINUTE#00001"]);
    assert_eq!(w.stored(&id)["meter"]["M"]["state"]["S"], "paused");
}

#[tokio::test]
async fn throttled_work_comes_again_when_its_time_is_over() {
    let w = World::new(900).await;
    let id = w.active().await;
    let messages = w.tick_messages().await;
    for operation in ["Query", "BatchGetItem", "TransactWriteItems"] {
        let (clock, start) = (w.kit.clock.clone(), w.kit.clock.now());
        w.kit.aws.reset_usage();
        w.kit.aws.faults.set(move |call| {
            if call.operation != operation {
                return Fault::None;
            }
            clock.advance(10);
            Fault::Throttle
        });
        let reply = w.work(messages.clone()).await;
        assert!(!reply.batch_item_failures.is_empty(), "{operation}");
        // Forty seconds, and the tries of what was begun before they were over.
        let calls = w.kit.aws.usage().calls[operation];
        assert!((4..=4 + 16).contains(&calls), "{operation}: {calls}");
        w.kit.clock.set(start);
    }
    w.kit.aws.faults.clear();
    assert!(w.work(messages).await.batch_item_failures.is_empty());
    assert_eq!(w.books().lines(&id), ["MINUTE#00001", "MINUTE#00002"]);
}

/// A hundred sessions are read at once.
#[tokio::test]
async fn a_session_that_cannot_be_read_does_not_hold_up_those_read_with_it() {
    let w = World::new(900).await;
    let id = w.active().await;
    let open = OpenItem { session_id: id.replace('-', "_"), member_id: w.stranger.id() };
    let key = Key::new(shard_key(&id).pk, format!("SESSION#{}", open.session_id));
    let tx = Transaction::new().create("shard", Table::App, &key, &open).create(
        "session",
        Table::App,
        &session_key(&open.session_id),
        &json!({ "meter": 1 }),
    );
    w.kit.store().commit(tx).await.unwrap();
    let reply = w.work(w.tick_messages().await).await;
    assert_eq!(reply.batch_item_failures.len(), 1);
    assert_eq!(w.read(Who::C, &id).await["minutes_held"], 2);
}

#[tokio::test]
async fn a_full_shard_is_handed_out_in_pages_that_hand_out_nothing_more() {
    let w = World::new(900).await;
    let id = w.active().await;
    let shard = shard_key(&id).pk;
    let number: u32 = shard.strip_prefix("SHARD#").unwrap().parse().unwrap();
    // Two thousand places before the session's own, in twenty transactions; they belong to no session and fail.
    for block in 10..30 {
        let mut tx = Transaction::new();
        for place in 0..100 {
            let session_id = format!("0000-{block}-{place:02}");
            let key = store::Key::new(&shard, format!("SESSION#{session_id}"));
            let open = OpenItem { session_id, member_id: w.c.id() };
            tx = tx.create("shard", Table::App, &key, &open);
        }
        w.kit.store().commit(tx).await.unwrap();
    }
    let ctx = w.kit.ctx();
    let sent = || crate::session_world::bodies(&w.kit.aws.sent("SendMessageBatch"));
    let body = json!({ "shard": number, "tick_at": "2026-11-20T15:00:00Z" }).to_string();
    let reply = billing_charge::handle(&ctx, &w.queue(), event(vec![body])).await;
    assert_eq!(reply.batch_item_failures.len(), 1);
    let pages: Vec<Value> = sent().iter().map(|body| serde_json::from_str(body).unwrap()).collect();
    let page =
        |after: &str| json!({ "shard": number, "after": after, "tick_at": "2026-11-20T15:00:00Z" });
    assert_eq!(pages, [page("SESSION#0000-19-99"), page("SESSION#0000-29-99")]);
    assert_eq!(w.read(Who::C, &id).await["minutes_held"], 1);
    // The page of dead places fails and sends nothing; the page of the session charges it.
    let reply = w.work(sent()).await;
    assert_eq!(reply.batch_item_failures.len(), 1);
    assert_eq!(sent().len(), 2);
    assert_eq!(w.read(Who::C, &id).await["minutes_held"], 2);
}
