//! `POST /v1/sessions/{session_id}/renew`.

use testkit::Fault;

use super::doors;
use crate::session_world::{Who, World};

#[tokio::test]
async fn strangers_do_not_learn_of_a_session() {
    let w = World::new(300).await;
    let id = w.active().await;
    doors(&w, &id, "renew").await;
}

#[tokio::test]
async fn a_heartbeat_proves_presence_and_writes_nothing_else() {
    let w = World::new(900).await;
    let id = w.active().await;
    let stored = w.stored(&id);
    w.at(40);
    w.kit.aws.reset_usage();
    let renewed = w.done(Who::C, &id, "renew").await;
    assert_eq!(w.kit.aws.usage().calls["TransactWriteItems"], 1);
    assert_eq!(
        (&renewed["member"]["present"], &renewed["minutes_held"]),
        (&true.into(), &1.into())
    );
    assert_eq!(w.stored(&id), stored);
}

#[tokio::test]
async fn within_a_quarter_of_a_minute_the_next_one_is_leased_once() {
    let w = World::new(900).await;
    let id = w.active().await;
    w.at(44);
    w.beat(&id).await;
    assert_eq!(w.balance().await, 600);
    w.at(45);
    let renewed = w.done(Who::R, &id, "renew").await;
    assert_eq!((&renewed["minutes_held"], w.seconds(&renewed["paid_until"])), (&2.into(), 120));
    w.beat(&id).await;
    assert_eq!(w.balance().await, 300);
}

#[tokio::test]
async fn whoever_was_not_heard_of_stopped_the_clock_then() {
    let w = World::new(3_000).await;
    let id = w.active().await;
    w.at(20);
    w.beat(&id).await;
    for seconds in [40, 45, 60] {
        w.at(seconds);
        w.done(Who::R, &id, "renew").await;
    }
    w.at(71);
    let paused = w.done(Who::R, &id, "renew").await;
    assert_eq!((&paused["state"], &paused["pause_reason"]), (&"paused".into(), &"lost".into()));
    assert_eq!((w.seconds(&paused["paused_at"]), &paused["active_ms"]), (20, &20_000.into()));
    assert_eq!(paused["member"]["joined"], false);
    w.done(Who::R, &id, "end").await;
    assert_eq!(w.settled(), (2_700, 210, 90));
}

#[tokio::test]
async fn without_money_renewing_is_no_refusal_and_the_session_pauses_when_the_minute_is_over() {
    let w = World::new(300).await;
    let id = w.active().await;
    w.at(50);
    let renewed = w.done(Who::C, &id, "renew").await;
    assert_eq!((&renewed["state"], &renewed["low_funds"]), (&"active".into(), &true.into()));
    assert_eq!(renewed["minutes_affordable"], 0);
    w.done(Who::R, &id, "renew").await;
    w.at(61);
    let paused = w.done(Who::C, &id, "renew").await;
    assert_eq!((&paused["state"], &paused["pause_reason"]), (&"paused".into(), &"funds".into()));
}

#[tokio::test]
async fn a_lost_reply_of_the_lease_costs_one_minute_all_the_same() {
    let w = World::new(900).await;
    let id = w.active().await;
    w.at(50);
    let mut writes = 0;
    // The heartbeat is the first write, the lease the second.
    w.kit.aws.faults.set(move |call| {
        writes += u32::from(call.operation == "TransactWriteItems");
        if writes == 2 && call.operation == "TransactWriteItems" {
            Fault::LostReply
        } else {
            Fault::None
        }
    });
    assert_eq!(w.order(Who::C, &id, "renew").await.status, 503);
    w.kit.aws.faults.clear();
    assert_eq!(w.done(Who::C, &id, "renew").await["minutes_held"], 2);
    assert_eq!(w.books().lines(&id), ["MINUTE#00001", "MINUTE#00002"]);
}

#[tokio::test]
async fn renewing_what_is_over_tells_how_it_ended() {
    let w = World::new(300).await;
    let id = w.active().await;
    w.done(Who::R, &id, "end").await;
    let over = w.done(Who::C, &id, "renew").await;
    assert_eq!((&over["state"], &over["end_reason"]), (&"finalized".into(), &"completed".into()));
}
