//! `POST /v1/sessions/{session_id}/join`.

use super::{doors, refused};
use crate::session_world::{Who, World};

#[tokio::test]
async fn strangers_are_told_that_they_are_not_part_of_it() {
    let w = World::new(300).await;
    let id = w.requested().await;
    doors(&w, &id, "join").await;
}

#[tokio::test]
async fn the_host_accepts_before_joining() {
    let w = World::new(300).await;
    let id = w.requested().await;
    refused(&w.order(Who::R, &id, "join").await, 409, "not-accepted");
}

#[tokio::test]
async fn the_second_to_join_starts_the_clock_and_pays_the_first_minute() {
    let w = World::new(300).await;
    let id = w.requested().await;
    let alone = w.done(Who::C, &id, "join").await;
    assert_eq!((&alone["state"], &alone["member"]["joined"]), (&"waiting".into(), &true.into()));
    w.done(Who::R, &id, "accept").await;
    assert_eq!(w.balance().await, 300);
    w.at(30);
    let active = w.done(Who::R, &id, "join").await;
    assert_eq!(active["state"], "active");
    assert_eq!((w.seconds(&active["started_at"]), w.seconds(&active["paid_until"])), (30, 90));
    assert_eq!(w.seconds(&active["renew_at"]), 75);
    assert_eq!((&active["minutes_charged"], &active["held_minor"]), (&1.into(), &300.into()));
    assert_eq!(w.balance().await, 0);
}

#[tokio::test]
async fn joining_twice_pays_once() {
    let w = World::new(900).await;
    let id = w.active().await;
    let stored = w.stored(&id);
    w.done(Who::R, &id, "join").await;
    w.done(Who::C, &id, "join").await;
    assert_eq!(w.stored(&id), stored);
    assert_eq!(w.books().lines(&id), ["MINUTE#00001"]);
}

#[tokio::test]
async fn a_member_who_joined_and_vanished_is_waited_for() {
    let w = World::new(300).await;
    let id = w.requested().await;
    w.done(Who::C, &id, "join").await;
    w.done(Who::R, &id, "accept").await;
    w.at(60);
    assert_eq!(w.done(Who::R, &id, "join").await["state"], "waiting");
    assert_eq!(w.done(Who::C, &id, "join").await["state"], "active");
}

#[tokio::test]
async fn money_that_is_gone_by_then_starts_nothing() {
    let w = World::new(300).await;
    let id = w.requested().await;
    w.done(Who::R, &id, "accept").await;
    w.done(Who::C, &id, "join").await;
    let gone = |tx| store::wallet::change_spending(tx, &w.c.id(), -1, |update| update);
    w.kit.store().commit(gone(store::Transaction::new())).await.unwrap();
    let reply = w.order(Who::R, &id, "join").await;
    refused(&reply, 402, "funds-too-low");
    assert_eq!(w.read(Who::C, &id).await["state"], "waiting");
    assert_eq!(w.kit.items("ledger", &format!("MEMBER#{}", w.c.id())).len(), 2);
}
