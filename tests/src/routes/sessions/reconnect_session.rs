//! `POST /v1/sessions/{session_id}/reconnect`.

use super::{doors, refused};
use crate::session_world::{Who, World};

#[tokio::test]
async fn strangers_do_not_learn_of_a_session() {
    let w = World::new(300).await;
    let id = w.active().await;
    w.done(Who::C, &id, "leave").await;
    doors(&w, &id, "reconnect").await;
}

#[tokio::test]
async fn coming_back_continues_the_paid_minute() {
    let w = World::new(300).await;
    let id = w.active().await;
    w.at(20);
    w.done(Who::C, &id, "leave").await;
    w.at(50);
    let active = w.done(Who::C, &id, "reconnect").await;
    assert_eq!((&active["state"], &active["minutes_held"]), (&"active".into(), &1.into()));
    assert_eq!(w.seconds(&active["paid_until"]), 90);
    assert!(active.get("paused_at").is_none() && active.get("grace_until").is_none());
    assert_eq!(w.done(Who::C, &id, "reconnect").await["state"], "active");
}

#[tokio::test]
async fn the_other_side_is_awaited_within_the_same_deadline() {
    let w = World::new(300).await;
    let id = w.active().await;
    w.at(20);
    w.done(Who::C, &id, "leave").await;
    w.at(100);
    let back = w.done(Who::C, &id, "reconnect").await;
    assert_eq!((&back["state"], &back["host"]["present"]), (&"reconnecting".into(), &false.into()));
    assert_eq!(w.seconds(&back["grace_until"]), 320);
    w.at(321);
    refused(&w.order(Who::R, &id, "reconnect").await, 410, "grace-over");
}

#[tokio::test]
async fn a_due_minute_is_paid_on_coming_back_or_not_begun() {
    let w = World::new(500).await;
    let id = w.active().await;
    w.room(&id, 0, 80).await;
    let reply = w.order(Who::C, &id, "reconnect").await;
    refused(&reply, 402, "funds-too-low");
    assert_eq!(
        (&reply.body["needed_minor"], &reply.body["available_minor"]),
        (&300.into(), &200.into())
    );
    w.kit.fund(&w.c, 100).await;
    assert_eq!(w.done(Who::C, &id, "reconnect").await["state"], "active");
    assert_eq!(w.books().lines(&id), ["MINUTE#00001", "MINUTE#00002"]);
    assert_eq!(w.balance().await, 0);
}

#[tokio::test]
async fn a_request_that_has_not_begun_is_joined_and_not_reconnected() {
    let w = World::new(300).await;
    let id = w.requested().await;
    refused(&w.order(Who::C, &id, "reconnect").await, 409, "wrong-state");
}
