//! `POST /v1/sessions/{session_id}/media`.

use serde_json::{Value, json};
use testkit::{Kit, call, post};
use uuid::Uuid;

use super::Rooms;
use crate::session_world::Who;

/// A kit whose deployment has a relay.
async fn with_relay(secret: Value) -> Kit {
    let mut kit = Kit::new().await;
    kit.config.ice_urls = vec!["stun:stun.parlor.test".into(), "turn:turn.parlor.test:3478".into()];
    kit.aws.put_secret("room", &secret.to_string());
    kit
}

#[tokio::test]
async fn only_participants_get_in_and_nobody_learns_of_a_session() {
    let rooms = Rooms::new(900).await;
    let id = rooms.w.active().await;
    let path = format!("/v1/sessions/{id}/media");
    let reply = call(&rooms.router, post(&path).json(json!({}))).await;
    assert_eq!((reply.status, reply.problem()), (401, "not-signed-in"));
    let reply = rooms.ask(Who::Stranger, &id).await;
    assert_eq!((reply.status, reply.problem()), (404, "not-found"));
    for unknown in [Uuid::nil().to_string(), "7".to_owned()] {
        let reply = rooms.ask(Who::C, &unknown).await;
        assert_eq!((reply.status, reply.problem()), (404, "not-found"), "{unknown}");
    }
    let token = rooms.w.token(Who::C).await;
    let request = post(&path).bearer(&token).json(json!({ "adapter": "agora" }));
    let reply = call(&rooms.router, request).await;
    assert_eq!((reply.status, reply.problem()), (400, "invalid-request"));
}

#[tokio::test]
async fn media_is_given_only_while_the_clock_runs_on_paid_time() {
    let rooms = Rooms::new(300).await;
    let id = rooms.w.requested().await;
    let refused = async |state: &str| {
        for who in [Who::C, Who::R] {
            let reply = rooms.ask(who, &id).await;
            assert_eq!((reply.status, reply.problem()), (409, "wrong-state"), "{}", reply.text);
            assert_eq!(reply.body["state"], state);
        }
    };
    refused("waiting").await;
    rooms.w.done(Who::R, &id, "accept").await;
    rooms.w.done(Who::C, &id, "join").await;
    refused("waiting").await;
    rooms.w.done(Who::R, &id, "join").await;
    rooms.media(Who::C, &id).await;
    rooms.w.at(40);
    rooms.w.beat(&id).await;
    rooms.w.at_ms(58_999);
    rooms.media(Who::R, &id).await;
    // Less than a second is left: an access would lapse before anybody could use it.
    rooms.w.at_ms(60_000);
    refused("active").await;
    rooms.w.at(61);
    refused("paused").await;
    rooms.w.done(Who::R, &id, "end").await;
    refused("finalized").await;
}

#[tokio::test]
async fn two_browsers_on_one_network_need_no_server_and_no_secret() {
    let rooms = Rooms::new(900).await;
    let id = rooms.w.active().await;
    assert_eq!(rooms.w.read(Who::C, &id).await["room"], "peer");
    rooms.w.kit.aws.reset_usage();
    let media = rooms.media(Who::C, &id).await;
    assert_eq!(media, json!({ "adapter": "peer", "ice_servers": [] }));
    let usage = rooms.w.kit.aws.usage();
    assert!(!usage.calls.contains_key("GetSecretValue"), "{usage:?}");
}

#[tokio::test]
async fn a_relay_is_given_with_a_credential_of_the_callers_own_for_twenty_minutes() {
    let kit = with_relay(json!({ "turn_secret": "north" })).await;
    let rooms = Rooms::with(kit, 900).await;
    let id = rooms.w.active().await;
    let mut credentials = Vec::new();
    for (who, person) in [(Who::C, rooms.w.c.id()), (Who::R, rooms.w.r.id())] {
        let media = rooms.media(who, &id).await;
        assert_eq!(rooms.w.seconds(&media["expires_at"]), 1_200);
        assert_eq!(media["renew_after_ms"], 960_000);
        assert_eq!(media["ice_servers"][0], json!({ "urls": ["stun:stun.parlor.test"] }));
        let relay = &media["ice_servers"][1];
        assert_eq!(relay["urls"], json!(["turn:turn.parlor.test:3478"]));
        let start = rooms.w.kit.ctx().now().as_second();
        assert_eq!(relay["username"], format!("{}:{person}", start + 1_200));
        credentials.push(relay["credential"].as_str().unwrap().to_owned());
    }
    assert_ne!(credentials[0], credentials[1]);
    // The secret is read once by a process.
    assert_eq!(rooms.w.kit.aws.usage().calls["GetSecretValue"], 1);
}

#[tokio::test]
async fn a_secret_that_is_missing_or_of_another_shape_is_a_bug_and_its_text_stays_here() {
    for secret in [json!({}), json!({ "turn": "north" }), json!("north")] {
        let rooms = Rooms::with(with_relay(secret).await, 900).await;
        let id = rooms.w.active().await;
        let reply = rooms.ask(Who::C, &id).await;
        assert_eq!((reply.status, reply.problem()), (500, "internal"));
        assert!(!reply.text.contains("north"), "{}", reply.text);
    }
}

#[tokio::test]
async fn somebody_may_ask_sixty_times_a_minute() {
    let rooms = Rooms::new(900).await;
    let id = rooms.w.active().await;
    for _ in 0..60 {
        rooms.media(Who::C, &id).await;
    }
    let reply = rooms.ask(Who::C, &id).await;
    assert_eq!((reply.status, reply.problem()), (429, "too-many-requests"));
    rooms.media(Who::R, &id).await;
}

#[tokio::test]
async fn a_session_by_text_has_no_media_whatever_is_paid() {
    let rooms = Rooms::new(900).await;
    let asked = rooms.w.ask("text").await;
    let id = asked.body["id"].as_str().unwrap();
    rooms.w.done(Who::R, id, "accept").await;
    rooms.w.done(Who::C, id, "join").await;
    rooms.w.done(Who::R, id, "join").await;
    let reply = rooms.ask(Who::C, id).await;
    assert_eq!((reply.status, reply.problem()), (409, "modality-off"));
}
