//! `PUT /v1/sessions/{session_id}/note`.

use serde_json::json;
use testkit::{call, put};

use super::refused;
use crate::session_world::{Who, World};

#[tokio::test]
async fn strangers_do_not_learn_of_a_session() {
    let w = World::new(300).await;
    let id = w.requested().await;
    let path = format!("/v1/sessions/{id}/note");
    let note = || json!({ "text": "x" });
    refused(&call(&w.router, put(&path).json(note())).await, 401, "not-signed-in");
    refused(&w.put(Who::Stranger, &path, note()).await, 404, "not-found");
    w.kit.change(&w.c.user, |user| user.suspended = true).await;
    refused(&w.put(Who::C, &path, note()).await, 403, "suspended");
}

#[tokio::test]
async fn each_side_keeps_one_note_during_the_session_and_after_it() {
    let w = World::new(300).await;
    let id = w.active().await;
    let path = format!("/v1/sessions/{id}/note");
    w.put(Who::C, &path, json!({ "text": "first" })).await;
    w.put(Who::R, &path, json!({ "text": "theirs" })).await;
    w.done(Who::C, &id, "end").await;
    let note = w.put(Who::C, &path, json!({ "text": "second\nline" })).await;
    assert_eq!((note.status, &note.body["text"]), (200, &"second\nline".into()));
    assert_eq!(w.get(Who::C, &path).await.body, note.body);
    assert_eq!(w.get(Who::R, &path).await.body["text"], "theirs");
    assert_eq!(w.put(Who::C, &path, json!({ "text": "" })).await.body["text"], "");
}

#[tokio::test]
async fn a_note_is_bounded_text() {
    let w = World::new(300).await;
    let id = w.requested().await;
    let path = format!("/v1/sessions/{id}/note");
    for bad in [
        json!({ "text": "é".repeat(4_001) }),
        json!({ "text": "\u{0}" }),
        json!({}),
        json!({ "text": "a", "side": "host" }),
    ] {
        refused(&w.put(Who::C, &path, bad).await, 400, "invalid-request");
    }
    assert_eq!(w.put(Who::C, &path, json!({ "text": "é".repeat(4_000) })).await.status, 200);
}
