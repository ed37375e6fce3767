//! `POST /v1/sessions/{session_id}/messages`.

use serde_json::json;
use testkit::{Fault, call, post};

use super::refused;
use crate::session_world::{Who, World};

fn path(id: &str) -> String {
    format!("/v1/sessions/{id}/messages")
}

#[tokio::test]
async fn strangers_do_not_learn_of_a_session() {
    let w = World::new(900).await;
    let id = w.active().await;
    let say = |text: &str| json!({ "text": text });
    refused(
        &call(&w.router, post(&path(&id)).key("message-1").json(say("Hi"))).await,
        401,
        "not-signed-in",
    );
    refused(&w.post(Who::Stranger, &path(&id), say("Hi")).await, 404, "not-found");
    assert!(w.kit.items("app", &format!("SESSION#{id}")).iter().all(|item| item["text"].is_null()));
}

#[tokio::test]
async fn both_sides_are_heard() {
    let w = World::new(900).await;
    let id = w.active().await;
    let sent = w.post(Who::C, &path(&id), json!({ "text": " Hello \u{1F44B}\r\nthere " })).await;
    assert_eq!(sent.status, 201);
    assert_eq!(
        (&sent.body["from"], &sent.body["text"]),
        (&"member".into(), &"Hello \u{1F44B}\nthere".into())
    );
    assert_eq!(
        (&sent.body["session_id"], &sent.body["sent_at"]),
        (&json!(id), &"2026-11-20T15:00:00.000Z".into())
    );
    w.at(1);
    assert_eq!(w.post(Who::R, &path(&id), json!({ "text": "Hi" })).await.body["from"], "host");
}

#[tokio::test]
async fn a_message_sent_twice_is_said_once() {
    let w = World::new(900).await;
    let id = w.active().await;
    let token = w.token(Who::C).await;
    let say = |text: &str| {
        post(&path(&id)).bearer(&token).key("message-0001").json(json!({ "text": text }))
    };
    w.kit.aws.faults.once("TransactWriteItems", Fault::LostReply);
    let first = call(&w.router, say("Hello")).await;
    let again = call(&w.router, say("Hello")).await;
    assert_eq!((first.status, again.status, &first.text), (201, 201, &again.text));
    assert!(again.headers.contains_key("idempotency-hit"));
    refused(&call(&w.router, say("Other")).await, 422, "idempotency-key-reused");
    let without = post(&path(&id)).bearer(&token).json(json!({ "text": "Hello" }));
    refused(&call(&w.router, without).await, 400, "idempotency-key-missing");
    let list = w.get(Who::R, &path(&id)).await.body;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_message_is_bounded_text() {
    let w = World::new(900).await;
    let id = w.active().await;
    for bad in [json!(""), json!(" \n "), json!("é".repeat(501)), json!("a\u{7}"), json!(null)] {
        let reply = w.post(Who::C, &path(&id), json!({ "text": bad })).await;
        refused(&reply, 400, "invalid-request");
        assert_eq!(reply.body["errors"][0]["pointer"], "/text");
    }
    assert_eq!(w.post(Who::C, &path(&id), json!({ "text": "é".repeat(500) })).await.status, 201);
}

#[tokio::test]
async fn nothing_is_said_but_in_an_active_session() {
    let w = World::new(900).await;
    let id = w.requested().await;
    let say = || json!({ "text": "Hi" });
    refused(&w.post(Who::C, &path(&id), say()).await, 409, "wrong-state");
    w.done(Who::R, &id, "accept").await;
    w.done(Who::C, &id, "join").await;
    w.done(Who::R, &id, "join").await;
    assert_eq!(w.post(Who::C, &path(&id), say()).await.status, 201);
    w.done(Who::R, &id, "leave").await;
    refused(&w.post(Who::C, &path(&id), say()).await, 409, "wrong-state");
    w.done(Who::R, &id, "end").await;
    refused(&w.post(Who::C, &path(&id), say()).await, 409, "wrong-state");
}

#[tokio::test]
async fn sixty_messages_a_minute_are_enough() {
    let w = World::new(900).await;
    let id = w.active().await;
    let say = || json!({ "text": "Hi" });
    for _ in 0..60 {
        assert_eq!(w.post(Who::C, &path(&id), say()).await.status, 201);
    }
    let reply = w.post(Who::C, &path(&id), say()).await;
    refused(&reply, 429, "too-many-requests");
    assert!(reply.headers.contains_key("retry-after"));
    assert_eq!(w.post(Who::R, &path(&id), say()).await.status, 201);
}
