//! `GET /v1/sessions`.

use serde_json::{Value, json};
use testkit::{call, get};

use super::refused;
use crate::session_world::{Who, World};

fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// So many requests that were cancelled, a minute apart; newest first.
async fn many(w: &World, count: i64) -> Vec<String> {
    let mut made = Vec::new();
    for number in 0..count {
        w.at(number * 60);
        let id = w.requested().await;
        w.done(Who::C, &id, "cancel").await;
        made.insert(0, id);
    }
    made
}

#[tokio::test]
async fn one_lists_ones_own_sessions_and_no_other() {
    let w = World::new(300).await;
    let made = many(&w, 2).await;
    refused(&call(&w.router, get("/v1/sessions")).await, 401, "not-signed-in");
    assert_eq!(ids(&w.get(Who::C, "/v1/sessions").await.body), made);
    assert_eq!(ids(&w.get(Who::R, "/v1/sessions?as=host").await.body), made);
    for (who, side) in [(Who::C, "host"), (Who::R, "member"), (Who::Stranger, "member")] {
        let list = w.get(who, &format!("/v1/sessions?as={side}")).await.body;
        assert_eq!(list, json!({ "items": [] }), "{who:?} as {side}");
    }
}

#[tokio::test]
async fn pages_continue_where_the_one_before_ended() {
    let w = World::new(300).await;
    let made = many(&w, 26).await;
    let first = w.get(Who::C, "/v1/sessions?as=member").await.body;
    assert_eq!(ids(&first), made[..24]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = w.get(Who::C, &format!("/v1/sessions?as=member&cursor={cursor}")).await.body;
    assert_eq!(ids(&second), made[24..]);
    assert!(second.get("next_cursor").is_none());
    for path in
        [format!("/v1/sessions?as=host&cursor={cursor}"), "/v1/sessions?cursor=x".to_owned()]
    {
        refused(&w.get(Who::C, &path).await, 400, "bad-cursor");
    }
    let reply = w.get(Who::Stranger, &format!("/v1/sessions?cursor={cursor}")).await;
    refused(&reply, 400, "bad-cursor");
}

#[tokio::test]
async fn unknown_filters_are_refused() {
    let w = World::new(300).await;
    for path in
        ["/v1/sessions?as=admin", "/v1/sessions?state=active", "/v1/sessions?as=host&as=host"]
    {
        refused(&w.get(Who::C, path).await, 400, "invalid-request");
    }
}

#[tokio::test]
async fn a_listed_session_is_shown_as_it_is_now() {
    let w = World::new(300).await;
    let id = w.active().await;
    w.at(30);
    let list = w.get(Who::C, "/v1/sessions").await.body;
    assert_eq!(list["items"][0], w.read(Who::C, &id).await);
    w.at(100);
    let list = w.get(Who::R, "/v1/sessions?as=host").await.body;
    assert_eq!(list["items"][0], w.read(Who::R, &id).await);
    assert_eq!(list["items"][0]["state"], "paused");
}
