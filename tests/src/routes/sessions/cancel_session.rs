//! `POST /v1/sessions/{session_id}/cancel`.

use super::{doors, refused};
use crate::session_world::{Who, World};

#[tokio::test]
async fn strangers_do_not_learn_of_a_request() {
    let w = World::new(300).await;
    let id = w.requested().await;
    doors(&w, &id, "cancel").await;
}

#[tokio::test]
async fn the_host_cannot_cancel() {
    let w = World::new(300).await;
    let id = w.requested().await;
    refused(&w.order(Who::R, &id, "cancel").await, 403, "forbidden");
}

#[tokio::test]
async fn cancelling_frees_both_and_costs_nothing_even_after_acceptance() {
    let w = World::new(300).await;
    let id = w.requested().await;
    w.done(Who::R, &id, "accept").await;
    w.done(Who::C, &id, "join").await;
    let cancelled = w.done(Who::C, &id, "cancel").await;
    assert_eq!(cancelled["end_reason"], "cancelled");
    assert_eq!(w.done(Who::C, &id, "cancel").await["ended_at"], cancelled["ended_at"]);
    assert_eq!(w.settled(), (300, 0, 0));
    w.requested().await;
}

#[tokio::test]
async fn a_session_that_runs_is_ended_and_not_cancelled() {
    let w = World::new(300).await;
    let id = w.active().await;
    refused(&w.order(Who::C, &id, "cancel").await, 409, "wrong-state");
}
