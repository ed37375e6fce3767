//! `POST /v1/sessions/{session_id}/messages/mark`.

use serde_json::{Value, json};
use testkit::{call, post};

use super::refused;
use crate::session_world::{Who, World};

fn path(id: &str) -> String {
    format!("/v1/sessions/{id}/messages/mark")
}

/// Messages by C, one a second; their ids.
async fn said(w: &World, id: &str, count: i64) -> Vec<String> {
    let mut ids = Vec::new();
    for second in 1..=count {
        w.at(second);
        let sent =
            w.post(Who::C, &format!("/v1/sessions/{id}/messages"), json!({ "text": "x" })).await;
        ids.push(sent.body["id"].as_str().unwrap().to_owned());
    }
    ids
}

#[tokio::test]
async fn strangers_do_not_learn_of_a_session() {
    let w = World::new(900).await;
    let id = w.active().await;
    let ids = said(&w, &id, 1).await;
    let body = json!({ "read_up_to": ids[0] });
    refused(&call(&w.router, post(&path(&id)).json(body.clone())).await, 401, "not-signed-in");
    refused(&w.post(Who::Stranger, &path(&id), body).await, 404, "not-found");
    assert!(
        w.kit.items("app", &format!("SESSION#{id}")).iter().all(|it| it["read_up_to"].is_null())
    );
}

#[tokio::test]
async fn only_a_message_of_the_session_can_be_marked() {
    let w = World::new(900).await;
    let id = w.active().await;
    let unknown = "ffffffff-ffff-7fff-bfff-ffffffffffff";
    for (body, pointer) in [
        (json!({ "read_up_to": unknown }), "/read_up_to"),
        (json!({ "delivered_up_to": unknown }), "/delivered_up_to"),
        (json!({ "read_up_to": "x" }), "/read_up_to"),
    ] {
        let reply = w.post(Who::R, &path(&id), body).await;
        refused(&reply, 400, "invalid-request");
        assert_eq!(reply.body["errors"][0]["pointer"], pointer);
    }
    refused(&w.post(Who::R, &path(&id), json!({ "read": unknown })).await, 400, "invalid-request");
}

#[tokio::test]
async fn a_mark_moves_on_and_never_back() {
    let w = World::new(900).await;
    let id = w.active().await;
    let ids = said(&w, &id, 3).await;
    let mark = async |body: Value| w.post(Who::R, &path(&id), body).await.body;
    let first = mark(json!({ "delivered_up_to": ids[2] })).await;
    assert_eq!(first["host"], json!({ "delivered_up_to": ids[2] }));
    let read = mark(json!({ "read_up_to": ids[1] })).await;
    assert_eq!(read["host"], json!({ "delivered_up_to": ids[2], "read_up_to": ids[1] }));
    for late in [json!({ "delivered_up_to": ids[0] }), json!({ "read_up_to": ids[0] }), json!({})] {
        assert_eq!(mark(late).await, read);
    }
    assert_eq!(read["member"], json!({}), "the other side's mark is its own");
}

#[tokio::test]
async fn what_is_read_has_been_delivered_and_both_sides_see_it_after_the_end() {
    let w = World::new(900).await;
    let id = w.active().await;
    let ids = said(&w, &id, 2).await;
    w.done(Who::C, &id, "end").await;
    let marks = w.post(Who::R, &path(&id), json!({ "read_up_to": ids[1] })).await.body;
    assert_eq!(marks["host"], json!({ "delivered_up_to": ids[1], "read_up_to": ids[1] }));
    let list = w.get(Who::C, &format!("/v1/sessions/{id}/messages")).await.body;
    assert_eq!(list["marks"], marks);
}
