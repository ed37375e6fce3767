//! Scenarios 7, 8 and 11: who may start, at which rate, and what a begun minute costs.

use serde_json::json;

use crate::session_world::{Who, World, change_profile};

#[tokio::test]
async fn scenario_07_funding_gate() {
    let w = World::new(299).await;
    let reply = w.ask("voice").await;
    assert_eq!((reply.status, reply.problem()), (402, "funds-too-low"));
    assert_eq!(
        (&reply.body["needed_minor"], &reply.body["available_minor"]),
        (&json!(300), &json!(299))
    );
    assert!(w.kit.items("app", "SESSION#").is_empty());

    let w = World::new(300).await;
    let reply = w.ask("voice").await;
    assert_eq!((reply.status, &reply.body["state"]), (201, &json!("waiting")));
    assert_eq!(w.balance().await, 300);
    let id = reply.body["id"].as_str().unwrap();
    w.done(Who::R, id, "accept").await;
    w.done(Who::C, id, "join").await;
    assert_eq!(w.books().held(), 0);
    let active = w.done(Who::R, id, "join").await;
    assert_eq!((&active["state"], &active["held_minor"]), (&json!("active"), &json!(300)));
    assert_eq!((w.balance().await, w.books().held()), (0, 300));
    w.at(10);
    w.done(Who::C, id, "end").await;
    assert_eq!(w.settled(), (0, 210, 90));
}

#[tokio::test]
async fn scenario_08_rates() {
    let w = World::new(3_000).await;
    let reply = w.ask("video").await;
    assert_eq!((reply.status, reply.problem()), (409, "modality-off"));

    let id = w.active().await;
    let host = w.kit.store().host(w.r.user.id).await.unwrap().unwrap();
    change_profile(&w.kit, &host, |host| host.rates.voice_minor = Some(400)).await;
    w.room(&id, 0, 90).await;
    assert_eq!(w.read(Who::C, &id).await["rate_minor"], 300);
    w.done(Who::R, &id, "end").await;
    assert_eq!(w.settled(), (3_000 - 600, 420, 180));

    let reply = w.ask("voice").await;
    assert_eq!((reply.status, &reply.body["rate_minor"]), (201, &json!(400)));
}

#[tokio::test]
async fn scenario_11_rounding_of_time() {
    for (seconds, minutes) in [(1, 1), (60, 1), (61, 2)] {
        let w = World::new(3_000).await;
        let id = w.active().await;
        w.room(&id, 0, seconds).await;
        let ended = w.done(Who::C, &id, "end").await;
        assert_eq!(ended["state"], "finalized");
        assert_eq!(ended["active_ms"], seconds * 1_000);
        assert_eq!(ended["settlement"]["minutes"], minutes, "{seconds} s");
        assert_eq!(w.settled(), (3_000 - 300 * minutes, 210 * minutes, 90 * minutes));
    }
}

#[tokio::test]
async fn scenario_11_a_request_that_comes_to_nothing_costs_nothing() {
    let w = World::new(300).await;
    let id = w.requested().await;
    let declined = w.done(Who::R, &id, "decline").await;
    assert_eq!(
        (&declined["state"], &declined["end_reason"]),
        (&json!("ended"), &json!("declined"))
    );
    assert_eq!(w.books().lines(&id), Vec::<String>::new());

    let id = w.requested().await;
    w.at(120);
    assert_eq!(w.read(Who::C, &id).await["state"], "waiting");
    w.at(121);
    let expired = w.read(Who::C, &id).await;
    assert_eq!((&expired["state"], &expired["end_reason"]), (&json!("ended"), &json!("expired")));
    assert_eq!(w.seconds(&expired["ended_at"]), 120);
    w.tick().await;
    assert_eq!(w.books().lines(&id), Vec::<String>::new());
    assert_eq!(w.settled(), (300, 0, 0));
    assert!(w.kit.items("app", "SHARD#").is_empty());
}
