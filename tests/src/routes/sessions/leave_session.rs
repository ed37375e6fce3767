//! `POST /v1/sessions/{session_id}/leave`.

use super::{doors, refused};
use crate::session_world::{Who, World};

#[tokio::test]
async fn strangers_do_not_learn_of_a_session() {
    let w = World::new(300).await;
    let id = w.active().await;
    doors(&w, &id, "leave").await;
}

#[tokio::test]
async fn leaving_stops_the_clock_at_once() {
    for who in [Who::C, Who::R] {
        let w = World::new(900).await;
        let id = w.active().await;
        w.at(20);
        let paused = w.done(who, &id, "leave").await;
        assert_eq!((&paused["state"], &paused["pause_reason"]), (&"paused".into(), &"left".into()));
        assert_eq!((w.seconds(&paused["paused_at"]), w.seconds(&paused["grace_until"])), (20, 320));
        assert_eq!(paused["pauses_left"], 4);
        assert!(paused.get("paid_until").is_none() && paused.get("renew_at").is_none());
        w.at(200);
        assert_eq!(w.read(Who::C, &id).await["active_ms"], 20_000);
    }
}

#[tokio::test]
async fn leaving_twice_is_refused_and_changes_nothing() {
    let w = World::new(900).await;
    let id = w.active().await;
    w.done(Who::C, &id, "leave").await;
    let stored = w.stored(&id);
    for who in [Who::C, Who::R] {
        refused(&w.order(who, &id, "leave").await, 409, "wrong-state");
    }
    assert_eq!(w.stored(&id), stored);
}

#[tokio::test]
async fn a_suspended_participant_may_leave() {
    let w = World::new(900).await;
    let id = w.active().await;
    w.kit.change(&w.c.user, |user| user.suspended = true).await;
    assert_eq!(w.done(Who::C, &id, "leave").await["state"], "paused");
}
