//! Scenario 18: the state machine.

use serde_json::{Value, json};

use crate::session_world::{Who, World};

/// A command that the state refuses, and that changes nothing.
async fn refused(w: &World, who: Who, id: &str, verb: &str, state: &str) {
    let stored = w.stored(id);
    let reply = w.order(who, id, verb).await;
    assert_eq!((reply.status, reply.problem()), (409, "wrong-state"), "{verb}: {}", reply.text);
    assert_eq!(reply.body["state"], state, "{verb}");
    assert_eq!(w.stored(id), stored, "{verb}");
}

#[tokio::test]
async fn scenario_18_state_machine() {
    let w = World::new(3_000).await;
    let id = w.requested().await;
    refused(&w, Who::C, &id, "leave", "waiting").await;
    refused(&w, Who::C, &id, "reconnect", "waiting").await;
    let reply = w.order(Who::R, &id, "join").await;
    assert_eq!((reply.status, reply.problem()), (409, "not-accepted"));
    let reply = w.order(Who::Stranger, &id, "join").await;
    assert_eq!((reply.status, reply.problem()), (403, "forbidden"));

    w.done(Who::R, &id, "accept").await;
    w.done(Who::C, &id, "join").await;
    w.done(Who::R, &id, "join").await;
    for (who, verb) in [(Who::R, "accept"), (Who::C, "join"), (Who::C, "reconnect")] {
        assert_eq!(w.done(who, &id, verb).await["state"], "active", "{verb}");
    }
    refused(&w, Who::C, &id, "cancel", "active").await;
    refused(&w, Who::R, &id, "decline", "active").await;

    w.at(10);
    w.done(Who::C, &id, "leave").await;
    refused(&w, Who::R, &id, "leave", "paused").await;
    w.at(70);
    assert_eq!(w.done(Who::C, &id, "reconnect").await["state"], "reconnecting");
    refused(&w, Who::C, &id, "leave", "reconnecting").await;
    assert_eq!(w.done(Who::R, &id, "reconnect").await["state"], "active");

    w.done(Who::R, &id, "end").await;
    for (who, verb) in [
        (Who::C, "join"),
        (Who::C, "leave"),
        (Who::C, "reconnect"),
        (Who::C, "cancel"),
        (Who::R, "accept"),
        (Who::R, "decline"),
    ] {
        refused(&w, who, &id, verb, "finalized").await;
    }
    assert_eq!(w.settled(), (2_700, 210, 90));
}

#[tokio::test]
async fn scenario_18_two_simultaneous_ends_are_one() {
    let w = World::new(3_000).await;
    let id = w.active().await;
    w.at(30);
    let (c, r) = tokio::join!(w.order(Who::C, &id, "end"), w.order(Who::R, &id, "end"));
    assert_eq!((c.status, r.status), (200, 200));
    assert_eq!(c.body["ended_at"], r.body["ended_at"]);
    let ends = |state: &str| {
        let history = w.stored(&id)["meter"]["M"]["history"]["L"].as_array().unwrap().clone();
        history.iter().filter(|line: &&Value| line["M"]["state"]["S"] == state).count()
    };
    assert_eq!((ends("ended"), ends("finalized")), (1, 1));
    assert_eq!(w.books().lines(&id), ["MINUTE#00001", "SETTLEMENT"]);
    assert_eq!(w.settled(), (2_700, 210, 90));
}

#[tokio::test]
async fn scenario_18_ending_a_request_costs_nothing() {
    let w = World::new(300).await;
    let id = w.requested().await;
    let ended = w.done(Who::C, &id, "end").await;
    assert_eq!((&ended["state"], &ended["end_reason"]), (&json!("ended"), &json!("cancelled")));
    assert_eq!(w.settled(), (300, 0, 0));
    w.requested().await;
}

#[tokio::test]
async fn scenario_18_one_session_at_a_time_and_never_with_oneself() {
    let w = World::new(3_000).await;
    let id = w.requested().await;
    let reply = w.ask("text").await;
    assert_eq!((reply.status, reply.problem()), (409, "session-open"));
    assert_eq!(reply.body["session_id"], json!(id));
    w.kit.fund(&w.r, 1_000).await;
    let body = json!({ "host_id": w.r.id(), "modality": "voice" });
    let reply = w.post(Who::R, "/v1/sessions", body).await;
    assert_eq!((reply.status, reply.problem()), (403, "own-session"));
}
