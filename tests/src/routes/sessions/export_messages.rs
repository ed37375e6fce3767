//! `GET /v1/sessions/{session_id}/messages/export`.

use serde_json::json;
use testkit::{call, get};

use super::refused;
use crate::session_world::{Who, World};

fn path(id: &str, query: &str) -> String {
    format!("/v1/sessions/{id}/messages/export{query}")
}

async fn talked() -> (World, String) {
    let w = World::new(900).await;
    let id = w.active().await;
    for (second, who, text) in [(1, Who::C, "Hello\nthere"), (2, Who::R, "<b>Hi</b>")] {
        w.at(second);
        w.post(who, &format!("/v1/sessions/{id}/messages"), json!({ "text": text })).await;
    }
    (w, id)
}

#[tokio::test]
async fn what_was_said_is_for_those_who_said_it() {
    let (w, id) = talked().await;
    refused(&call(&w.router, get(&path(&id, ""))).await, 401, "not-signed-in");
    refused(&w.get(Who::Stranger, &path(&id, "")).await, 404, "not-found");
    for query in ["?format=xml", "?format=", "?after=x", "?page=2"] {
        refused(&w.get(Who::C, &path(&id, query)).await, 400, "invalid-request");
    }
}

#[tokio::test]
async fn both_sides_get_the_same_file_during_and_after() {
    let (w, id) = talked().await;
    let file = w.get(Who::C, &path(&id, "?format=json")).await;
    assert_eq!(
        (file.status, &file.body["member"], &file.body["host"]),
        (200, &"Cleo".into(), &"Rhea".into())
    );
    let list = w.get(Who::C, &format!("/v1/sessions/{id}/messages")).await.body;
    assert_eq!(file.body["messages"], list["items"]);
    assert!(file.body["next_after"].is_null());
    let name = format!("attachment; filename=\"session-{id}.json\"");
    assert_eq!(file.headers["content-disposition"], name.as_str());
    w.done(Who::R, &id, "end").await;
    assert_eq!(w.get(Who::R, &path(&id, "")).await.body["messages"], list["items"]);
}

#[tokio::test]
async fn the_text_is_plain_and_in_the_readers_zone() {
    let (w, id) = talked().await;
    let utc = w.get(Who::R, &path(&id, "?format=text")).await;
    assert_eq!(utc.headers["content-type"], "text/plain; charset=utf-8");
    assert!(utc.text.contains("Times in UTC"), "{}", utc.text);
    w.kit.change(&w.c.user, |user| user.time_zone = Some("Asia/Tokyo".into())).await;
    let tokyo = w.get(Who::C, &path(&id, "?format=text")).await;
    let expected = format!(
        "Session {id}\nCleo and Rhea\nTimes in Asia/Tokyo\n\n2026-11-21 00:00:01 Cleo:\n    Hello\n    there\n\n\
         2026-11-21 00:00:02 Rhea:\n    <b>Hi</b>\n"
    );
    assert_eq!(tokyo.text, expected);
}

#[tokio::test]
async fn a_file_can_begin_after_a_message() {
    let (w, id) = talked().await;
    let all = w.get(Who::C, &path(&id, "")).await.body;
    let first = all["messages"][0]["id"].as_str().unwrap().to_owned();
    let rest = w.get(Who::C, &path(&id, &format!("?after={first}"))).await.body;
    assert_eq!(rest["messages"], json!([all["messages"][1]]));
}
