//! `GET /v1/sessions/{session_id}/messages`.

use serde_json::{Value, json};

use super::{reading_doors, refused};
use crate::session_world::{Who, World};

fn path(id: &str) -> String {
    format!("/v1/sessions/{id}/messages")
}

fn texts(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["text"].as_str().unwrap()).collect()
}

async fn say(w: &World, who: Who, id: &str, text: &str) -> String {
    let reply = w.post(who, &path(id), json!({ "text": text })).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    reply.body["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn strangers_do_not_learn_of_a_session() {
    let w = World::new(300).await;
    let id = w.active().await;
    reading_doors(&w, &id, "/messages").await;
}

#[tokio::test]
async fn both_read_what_was_said_in_order_and_after_the_end() {
    let w = World::new(900).await;
    let id = w.active().await;
    w.at(1);
    say(&w, Who::C, &id, "one").await;
    w.at(2);
    let second = say(&w, Who::R, &id, "two").await;
    w.at(3);
    say(&w, Who::C, &id, "three").await;
    w.done(Who::C, &id, "end").await;
    for who in [Who::C, Who::R] {
        let list = w.get(who, &path(&id)).await.body;
        assert_eq!(texts(&list), ["one", "two", "three"]);
        assert!(list.get("next_cursor").is_none());
    }
    let later = w.get(Who::R, &format!("{}?after={second}", path(&id))).await.body;
    assert_eq!(texts(&later), ["three"]);
}

#[tokio::test]
async fn a_hundred_are_a_page() {
    let w = World::new(3_000).await;
    let id = w.active().await;
    for number in 0..102_i64 {
        w.at_ms(number * 400);
        let who = if number % 2 == 0 { Who::C } else { Who::R };
        say(&w, who, &id, &number.to_string()).await;
    }
    let first = w.get(Who::C, &path(&id)).await.body;
    assert_eq!(texts(&first).len(), 100);
    let after = first["next_cursor"].as_str().unwrap();
    let second = w.get(Who::C, &format!("{}?after={after}", path(&id))).await.body;
    assert_eq!(texts(&second), ["100", "101"]);
    assert!(second.get("next_cursor").is_none());
}

#[tokio::test]
async fn only_an_id_is_a_position() {
    let w = World::new(300).await;
    let id = w.active().await;
    for query in ["after=x", "after=", "before=1", "after=NOTE%23host"] {
        refused(&w.get(Who::C, &format!("{}?{query}", path(&id))).await, 400, "invalid-request");
    }
}
