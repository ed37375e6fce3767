//! `GET /v1/sessions/{session_id}/events`.

use serde_json::json;
use testkit::{call, get};

use crate::live_world::Live;
use crate::session_world::Who;

#[tokio::test]
async fn events_are_for_participants() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.deliver().await;
    let path = format!("/v1/sessions/{id}/events");
    let reply = call(&live.router, get(&path)).await;
    assert_eq!((reply.status, reply.problem()), (401, "not-signed-in"));
    let reply = live.events(Who::Stranger, &id, 0).await;
    assert_eq!((reply.status, reply.problem()), (404, "not-found"));
    let reply = live.events(Who::C, "019a9f60-0000-7000-8000-00000000dead", 0).await;
    assert_eq!((reply.status, reply.problem()), (404, "not-found"));
}

#[tokio::test]
async fn a_bad_number_is_a_clear_refusal() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    let token = live.w.token(Who::C).await;
    for query in
        ["after=-1", "after=x", "after=1000000000000", "after=1.5", "before=1", "after=1&after=2"]
    {
        let path = format!("/v1/sessions/{id}/events?{query}");
        let reply = call(&live.router, get(&path).bearer(&token)).await;
        assert_eq!((reply.status, reply.problem()), (400, "invalid-request"), "{query}");
    }
}

#[tokio::test]
async fn who_missed_everything_learns_it_in_order_and_the_session_once() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.deliver().await;
    let path = format!("/v1/sessions/{id}/messages");
    for text in ["one", "two"] {
        live.w.post(Who::C, &path, json!({ "text": text })).await;
        live.w.at(1);
    }
    live.deliver().await;
    let all = live.events(Who::R, &id, 0).await.body;
    let items = all["items"].as_array().unwrap();
    let texts: Vec<_> = items
        .iter()
        .filter(|it| it["type"] == "message")
        .map(|it| it["data"]["text"].clone())
        .collect();
    assert_eq!(texts, ["one", "two"]);
    let sessions: Vec<_> = items.iter().filter(|it| it["type"] == "session").collect();
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0]["data"], live.w.read(Who::R, &id).await);
    assert!(sessions[0]["data"]["balance_minor"].is_null(), "the host does not see the balance");
    assert_eq!((&all["more"], &all["missing"]), (&json!(false), &json!(false)));
    let last = all["last_seq"].as_u64().unwrap();
    let nothing = live.events(Who::R, &id, last).await.body;
    assert_eq!(nothing, json!({ "items": [], "last_seq": last, "more": false, "missing": false }));
}

#[tokio::test]
async fn a_long_gap_comes_in_pages_without_a_hole() {
    let live = Live::new(90_000).await;
    let id = live.w.active().await;
    let path = format!("/v1/sessions/{id}/messages");
    for minute in 0..5_i64 {
        for _ in 0..30 {
            let who = if minute % 2 == 0 { Who::C } else { Who::R };
            assert_eq!(live.w.post(who, &path, json!({ "text": "x" })).await.status, 201);
        }
        live.deliver().await;
        live.w.room(&id, minute * 60, (minute + 1) * 60).await;
    }
    live.deliver().await;
    let (mut after, mut numbers, mut pages) = (0, Vec::new(), 0);
    loop {
        let page = live.events(Who::C, &id, after).await.body;
        let items = page["items"].as_array().unwrap();
        numbers.extend(items.iter().map(|it| it["seq"].as_u64().unwrap()));
        after = page["last_seq"].as_u64().unwrap();
        pages += 1;
        if page["more"] == false {
            break;
        }
    }
    assert!(pages > 1 && numbers.len() > 150, "{pages} pages of {}", numbers.len());
    assert!(numbers.is_sorted_by(|a, b| a < b));
}

#[tokio::test]
async fn events_that_are_gone_are_said_to_be_missing() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.deliver().await;
    let first = json!({
        "TableName": "app",
        "Key": { "pk": { "S": format!("SESSION#{id}") }, "sk": { "S": "EVENT#000000000001" } },
    });
    live.w.kit.db().delete_item(serde_json::from_value(first).unwrap()).unwrap();
    assert_eq!(live.events(Who::C, &id, 0).await.body["missing"], true);
    assert_eq!(live.events(Who::C, &id, 1).await.body["missing"], false);
}
