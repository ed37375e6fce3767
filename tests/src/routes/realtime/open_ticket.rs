//! `POST /v1/realtime/tickets`.

use serde_json::json;
use testkit::{call, post};

use crate::live_world::Live;
use crate::session_world::Who;

const PATH: &str = "/v1/realtime/tickets";

#[tokio::test]
async fn nobody_gets_a_ticket_without_a_token() {
    let live = Live::new(900).await;
    let reply = call(&live.router, post(PATH).json(json!({}))).await;
    assert_eq!((reply.status, reply.problem()), (401, "not-signed-in"));
    let token = live.w.token(Who::C).await;
    let reply = call(&live.router, post(PATH).bearer(&token).json(json!({ "user_id": "x" }))).await;
    assert_eq!((reply.status, reply.problem()), (400, "invalid-request"));
    assert!(live.w.kit.items("app", "TICKET#").is_empty());
}

#[tokio::test]
async fn a_ticket_is_stored_only_as_a_hash_and_for_a_minute() {
    let live = Live::new(900).await;
    let token = live.w.token(Who::C).await;
    let reply = call(&live.router, post(PATH).bearer(&token).json(json!({}))).await;
    assert_eq!(reply.status, 201);
    let secret = reply.body["ticket"].as_str().unwrap();
    assert_eq!(secret.len(), 43);
    assert_eq!(reply.body["url"], "wss://live.parlor.test/live");
    assert_eq!(reply.body["expires_at"], "2026-11-20T15:01:00.000Z");
    assert_eq!(reply.body["ping_seconds"], 20);
    let stored = live.w.kit.items("app", "TICKET#");
    assert_eq!(stored.len(), 1);
    assert!(!stored[0].to_string().contains(secret));
    assert!(!stored[0].to_string().contains(&token));
}

#[tokio::test]
async fn each_ticket_is_another_and_there_are_sixty_a_minute() {
    let live = Live::new(900).await;
    let first = live.ticket(Who::C).await;
    for _ in 1..60 {
        assert_ne!(live.ticket(Who::C).await, first);
    }
    let token = live.w.token(Who::C).await;
    let reply = call(&live.router, post(PATH).bearer(&token).json(json!({}))).await;
    assert_eq!((reply.status, reply.problem()), (429, "too-many-requests"));
    live.ticket(Who::R).await;
}
