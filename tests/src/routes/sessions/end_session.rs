//! `POST /v1/sessions/{session_id}/end`.

use serde_json::json;
use testkit::Fault;

use super::{doors, refused};
use crate::session_world::{Who, World};

#[tokio::test]
async fn strangers_do_not_learn_of_a_session() {
    let w = World::new(300).await;
    let id = w.active().await;
    doors(&w, &id, "end").await;
}

#[tokio::test]
async fn ending_settles_at_once_and_frees_both() {
    let w = World::new(900).await;
    let id = w.active().await;
    w.at(30);
    let ended = w.done(Who::R, &id, "end").await;
    assert_eq!((&ended["state"], &ended["end_reason"]), (&"finalized".into(), &"completed".into()));
    let figures = json!({ "minutes": 1, "gross_minor": 300, "share_minor": 210, "fee_minor": 90, "released_minor": 0 });
    assert_eq!(ended["settlement"], figures);
    assert_eq!((&ended["minutes_held"], &ended["held_minor"]), (&0.into(), &0.into()));
    assert_eq!(w.settled(), (600, 210, 90));
    assert!(w.kit.items("app", "SHARD#").is_empty());
    let host = w.kit.store().host(w.r.user.id).await.unwrap().unwrap();
    assert_eq!(host.session_count, 1);
    w.requested().await;
}

#[tokio::test]
async fn each_side_says_its_own_words_once() {
    let w = World::new(900).await;
    let id = w.active().await;
    let path = format!("/v1/sessions/{id}/end");
    let say = |text: &str| json!({ "summary": text });
    let ended = w.post(Who::C, &path, say("  Thank you.\r\nSee you. ")).await;
    assert_eq!(ended.body["summary"], json!({ "member": "Thank you.\nSee you." }));
    w.post(Who::R, &path, say("A good talk.")).await;
    let again = w.post(Who::C, &path, say("Never mind.")).await;
    assert_eq!(again.status, 200);
    let both = json!({ "member": "Thank you.\nSee you.", "host": "A good talk." });
    assert_eq!(again.body["summary"], both);
    assert_eq!(w.books().lines(&id), ["MINUTE#00001", "SETTLEMENT"]);
}

#[tokio::test]
async fn a_summary_is_bounded_text() {
    let w = World::new(900).await;
    let id = w.active().await;
    let path = format!("/v1/sessions/{id}/end");
    for bad in [json!("é".repeat(1_001)), json!("a\u{1b}[2J"), json!(7)] {
        let reply = w.post(Who::C, &path, json!({ "summary": bad })).await;
        refused(&reply, 400, "invalid-request");
        assert_eq!(reply.body["errors"][0]["pointer"], "/summary");
    }
    assert_eq!(w.read(Who::C, &id).await["state"], "active");
    let reply = w.post(Who::C, &path, json!({ "summary": "é".repeat(1_000) })).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn an_end_whose_settlement_failed_is_settled_by_the_tick() {
    let w = World::new(900).await;
    let id = w.active().await;
    let mut writes = 0;
    w.kit.aws.faults.set(move |call| {
        writes += u32::from(call.operation == "TransactWriteItems");
        if writes >= 2 && call.operation == "TransactWriteItems" {
            Fault::Broken
        } else {
            Fault::None
        }
    });
    let ended = w.done(Who::C, &id, "end").await;
    assert_eq!(ended["state"], "ended");
    w.kit.aws.faults.clear();
    assert_eq!(w.books().held(), 300);
    // Both are free although nothing is settled yet, and the tick copes with the member's second session.
    let next = w.active().await;
    w.tick().await;
    assert_eq!(w.read(Who::C, &id).await["state"], "finalized");
    w.done(Who::C, &next, "end").await;
    assert_eq!(w.settled(), (300, 420, 180));
}

#[tokio::test]
async fn a_suspended_participant_may_end() {
    let w = World::new(900).await;
    let id = w.active().await;
    w.kit.change(&w.c.user, |user| user.suspended = true).await;
    assert_eq!(w.done(Who::C, &id, "end").await["state"], "finalized");
}
