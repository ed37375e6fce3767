//! `POST /v1/sessions/{session_id}/accept`.

use super::{doors, refused};
use crate::session_world::{Who, World};

#[tokio::test]
async fn strangers_do_not_learn_of_a_request() {
    let w = World::new(300).await;
    let id = w.requested().await;
    doors(&w, &id, "accept").await;
}

#[tokio::test]
async fn the_member_cannot_accept_for_the_host() {
    let w = World::new(300).await;
    let id = w.requested().await;
    refused(&w.order(Who::C, &id, "accept").await, 403, "forbidden");
}

#[tokio::test]
async fn accepting_gives_both_two_more_minutes_to_join() {
    let w = World::new(300).await;
    let id = w.requested().await;
    w.at(100);
    let accepted = w.done(Who::R, &id, "accept").await;
    assert_eq!((&accepted["state"], &accepted["you"]), (&"waiting".into(), &"host".into()));
    assert_eq!(w.seconds(&accepted["accepted_at"]), 100);
    assert_eq!(w.seconds(&accepted["expires_at"]), 220);
    assert!(accepted.get("balance_minor").is_none(), "the host does not see the member's balance");
}

#[tokio::test]
async fn accepting_again_changes_nothing() {
    let w = World::new(300).await;
    let id = w.requested().await;
    w.done(Who::R, &id, "accept").await;
    let stored = w.stored(&id);
    w.at(50);
    w.done(Who::R, &id, "accept").await;
    assert_eq!(w.stored(&id), stored);
}

#[tokio::test]
async fn an_expired_request_cannot_be_accepted() {
    let w = World::new(300).await;
    let id = w.requested().await;
    w.at(121);
    let reply = w.order(Who::R, &id, "accept").await;
    refused(&reply, 409, "wrong-state");
    assert_eq!(reply.body["state"], "ended");
}

#[tokio::test]
async fn a_suspended_host_cannot_accept() {
    let w = World::new(300).await;
    let id = w.requested().await;
    w.kit.change(&w.r.user, |user| user.suspended = true).await;
    refused(&w.order(Who::R, &id, "accept").await, 403, "suspended");
}
