//! `POST /v1/sessions/{session_id}/decline`.

use super::{doors, refused};
use crate::session_world::{Who, World};

#[tokio::test]
async fn strangers_do_not_learn_of_a_request() {
    let w = World::new(300).await;
    let id = w.requested().await;
    doors(&w, &id, "decline").await;
}

#[tokio::test]
async fn the_member_cannot_decline() {
    let w = World::new(300).await;
    let id = w.requested().await;
    refused(&w.order(Who::C, &id, "decline").await, 403, "forbidden");
}

#[tokio::test]
async fn declining_frees_both_and_costs_nothing() {
    let w = World::new(300).await;
    let id = w.requested().await;
    let declined = w.done(Who::R, &id, "decline").await;
    assert_eq!(
        (&declined["state"], &declined["end_reason"]),
        (&"ended".into(), &"declined".into())
    );
    assert_eq!(w.settled(), (300, 0, 0));
    assert!(w.kit.items("app", "SHARD#").is_empty());
    w.requested().await;
}

#[tokio::test]
async fn declining_again_changes_nothing_and_cancelling_after_it_is_refused() {
    let w = World::new(300).await;
    let id = w.requested().await;
    w.done(Who::R, &id, "decline").await;
    let stored = w.stored(&id);
    w.at(5);
    assert_eq!(w.done(Who::R, &id, "decline").await["end_reason"], "declined");
    refused(&w.order(Who::C, &id, "cancel").await, 409, "wrong-state");
    assert_eq!(w.stored(&id), stored);
}

#[tokio::test]
async fn a_suspended_host_may_still_decline() {
    let w = World::new(300).await;
    let id = w.requested().await;
    w.kit.change(&w.r.user, |user| user.suspended = true).await;
    w.done(Who::R, &id, "decline").await;
}
