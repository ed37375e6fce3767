//! Scenarios 9, 10, 12, 13 and 14: running dry, topping up, and workers that are doubled, broken or late.

use std::sync::Arc;

use serde_json::json;
use testkit::Fault;
use tokio::sync::Notify;

use crate::session_world::{Who, World};

#[tokio::test]
async fn scenario_09_runs_dry() {
    let w = World::new(1_000).await;
    let id = w.active().await;
    assert_eq!(w.balance().await, 700);
    for minute in 0..8 {
        w.at(minute * 60);
        w.tick().await;
        w.room(&id, minute * 60, minute * 60 + 60).await;
    }
    w.at(180);
    assert_eq!(w.balance().await, 100);
    w.at(479);
    let paused = w.read(Who::C, &id).await;
    assert_eq!((&paused["state"], &paused["pause_reason"]), (&json!("paused"), &json!("funds")));
    assert_eq!((w.seconds(&paused["paused_at"]), w.seconds(&paused["grace_until"])), (180, 480));
    assert_eq!(paused["active_ms"], 180_000);
    w.at(480);
    w.tick().await;
    assert_eq!(w.read(Who::C, &id).await["state"], "paused");
    w.at(540);
    w.tick().await;
    let over = w.read(Who::C, &id).await;
    assert_eq!((&over["state"], &over["end_reason"]), (&json!("finalized"), &json!("grace_over")));
    assert_eq!(w.seconds(&over["ended_at"]), 480);
    assert_eq!(over["settlement"]["minutes"], 3);
    assert_eq!(w.settled(), (100, 630, 270));
    let lines = ["MINUTE#00001", "MINUTE#00002", "MINUTE#00003", "SETTLEMENT"];
    assert_eq!(w.books().lines(&id), lines);
}

#[tokio::test]
async fn scenario_10_top_up_and_resume() {
    let w = World::new(1_000).await;
    let id = w.active().await;
    w.room(&id, 0, 290).await;
    let reply = w.order(Who::C, &id, "reconnect").await;
    assert_eq!((reply.status, reply.problem()), (402, "funds-too-low"));
    assert_eq!(
        (&reply.body["needed_minor"], &reply.body["available_minor"]),
        (&json!(300), &json!(100))
    );
    let paused = w.read(Who::C, &id).await;
    assert_eq!((&paused["state"], w.seconds(&paused["grace_until"])), (&json!("paused"), 480));

    w.at(300);
    w.kit.fund(&w.c, 2_000).await;
    assert_eq!(w.balance().await, 2_100);
    w.beat(&id).await;
    w.at(310);
    assert_eq!(w.done(Who::C, &id, "reconnect").await["state"], "active");
    assert_eq!(w.balance().await, 1_800);
    // The tick leases a fifth minute, which never begins and comes back.
    w.at(315);
    w.tick().await;
    assert_eq!(w.balance().await, 1_500);
    w.room(&id, 315, 330).await;
    let ended = w.done(Who::C, &id, "end").await;
    assert_eq!(
        (&ended["active_ms"], &ended["settlement"]["minutes"]),
        (&json!(200_000), &json!(4))
    );
    assert_eq!(ended["settlement"]["gross_minor"], 1_200);
    assert_eq!(ended["settlement"]["released_minor"], 300);
    assert_eq!(w.settled(), (1_800, 840, 360));
}

#[tokio::test]
async fn scenario_12_duplicate_workers() {
    let w = World::new(1_000).await;
    let id = w.active().await;
    let messages = w.tick_messages().await;
    let (one, other) = tokio::join!(w.work(messages.clone()), w.work(messages.clone()));
    assert!(one.batch_item_failures.is_empty() && other.batch_item_failures.is_empty());
    assert_eq!(w.balance().await, 400);
    assert_eq!(w.books().lines(&id), ["MINUTE#00001", "MINUTE#00002"]);
    assert_eq!(w.read(Who::C, &id).await["minutes_held"], 2);
    // The same messages once more, an hour of the queue later.
    assert!(w.work(messages).await.batch_item_failures.is_empty());
    assert_eq!(w.books().lines(&id).len(), 2);
}

#[tokio::test]
async fn scenario_13_crash_after_debit() {
    let w = World::new(1_000).await;
    let id = w.active().await;
    let messages = w.tick_messages().await;
    let died = Arc::new(Notify::new());
    let dies = died.clone();
    w.kit.aws.faults.set(move |call| {
        if call.operation != "TransactWriteItems" {
            return Fault::None;
        }
        dies.notify_one();
        Fault::LostReply
    });
    tokio::select! {
        reply = w.work(messages.clone()) => panic!("it lived: {reply:?}"),
        () = died.notified() => {}
    }
    w.kit.aws.faults.clear();
    assert_eq!(w.balance().await, 400);
    // The queue gives the message again.
    assert!(w.work(messages).await.batch_item_failures.is_empty());
    assert_eq!(w.balance().await, 400);
    assert_eq!(w.books().lines(&id), ["MINUTE#00001", "MINUTE#00002"]);
    for minute in 1..3 {
        w.room(&id, (minute - 1) * 60, minute * 60).await;
        w.tick().await;
    }
    let active = w.read(Who::C, &id).await;
    assert_eq!((&active["state"], &active["minutes_charged"]), (&json!("active"), &json!(2)));
    assert_eq!(w.books().lines(&id), ["MINUTE#00001", "MINUTE#00002", "MINUTE#00003"]);
    w.at(121);
    w.done(Who::C, &id, "end").await;
    assert_eq!(w.settled(), (100, 630, 270));
}

#[tokio::test]
async fn scenario_14_late_scheduler_while_the_room_renews() {
    let w = World::new(3_000).await;
    let id = w.active().await;
    assert_eq!(w.balance().await, 2_700);
    w.room(&id, 0, 200).await;
    let active = w.read(Who::C, &id).await;
    assert_eq!((&active["state"], &active["minutes_charged"]), (&json!("active"), &json!(4)));
    assert_eq!(w.balance().await, 1_800);
    w.done(Who::C, &id, "end").await;
    assert_eq!(w.settled(), (1_800, 840, 360));
}

#[tokio::test]
async fn scenario_14_late_scheduler_with_too_little_money() {
    let w = World::new(700).await;
    let id = w.active().await;
    assert_eq!(w.balance().await, 400);
    w.room(&id, 0, 200).await;
    w.tick().await;
    let paused = w.read(Who::C, &id).await;
    assert_eq!((&paused["state"], &paused["pause_reason"]), (&json!("paused"), &json!("funds")));
    assert_eq!((w.seconds(&paused["paused_at"]), w.balance().await), (120, 100));
    w.done(Who::C, &id, "end").await;
    assert_eq!(w.settled(), (100, 420, 180));
}

#[tokio::test]
async fn scenario_14_late_scheduler_when_nobody_renews() {
    let w = World::new(3_000).await;
    let id = w.active().await;
    for seconds in [20, 40] {
        w.at(seconds);
        w.beat(&id).await;
    }
    w.at(200);
    let paused = w.read(Who::R, &id).await;
    assert_eq!(
        (&paused["state"], &paused["pause_reason"]),
        (&json!("paused"), &json!("unrenewed"))
    );
    assert_eq!(w.seconds(&paused["paused_at"]), 60);
    w.tick().await;
    assert_eq!(w.balance().await, 2_700);
    w.at(400);
    w.tick().await;
    assert_eq!(w.settled(), (2_700, 210, 90));
    assert_eq!(w.books().lines(&id), ["MINUTE#00001", "SETTLEMENT"]);
}
