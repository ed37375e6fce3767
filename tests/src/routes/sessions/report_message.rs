//! Reports of messages: `POST .../messages/{message_id}/report`, the admins' list, what was said around it, and their decision.

use serde_json::{Value, json};
use testkit::{Reply, call, get, post};

use super::refused;
use crate::session_world::{Who, World};

const NOBODY: &str = "019a9f60-0000-7000-8000-00000000dead";

/// A session in which C said something: the world, the session, the message.
async fn offended() -> (World, String, String) {
    let w = World::new(900).await;
    let id = w.active().await;
    let sent = w
        .post(Who::C, &format!("/v1/sessions/{id}/messages"), json!({ "text": "Rude words" }))
        .await;
    let message = sent.body["id"].as_str().unwrap().to_owned();
    (w, id, message)
}

fn path(id: &str, message: &str) -> String {
    format!("/v1/sessions/{id}/messages/{message}/report")
}

async fn report(w: &World, who: Who, id: &str, message: &str) -> Reply {
    w.post(who, &path(id, message), json!({ "reason": "This hurts." })).await
}

async fn listed(w: &World, token: &str, status: &str) -> Value {
    call(&w.router, get(&format!("/v1/admin/reports?status={status}")).bearer(token)).await.body
}

#[tokio::test]
async fn strangers_do_not_learn_of_a_session() {
    let (w, id, message) = offended().await;
    let body = json!({ "reason": "This hurts." });
    refused(&call(&w.router, post(&path(&id, &message)).json(body)).await, 401, "not-signed-in");
    refused(&report(&w, Who::Stranger, &id, &message).await, 404, "not-found");
    refused(&report(&w, Who::R, &id, NOBODY).await, 404, "not-found");
    refused(&report(&w, Who::R, NOBODY, &message).await, 404, "not-found");
    assert!(w.kit.items("app", "REPORT#").is_empty());
}

#[tokio::test]
async fn a_report_needs_a_reason_and_another_persons_message() {
    let (w, id, message) = offended().await;
    for reason in [json!(""), json!("no"), json!("x".repeat(1_001)), json!("a\u{7}b"), json!(7)] {
        let reply = w.post(Who::R, &path(&id, &message), json!({ "reason": reason })).await;
        refused(&reply, 400, "invalid-request");
        assert_eq!(reply.body["errors"][0]["pointer"], "/reason");
    }
    refused(&report(&w, Who::C, &id, &message).await, 403, "forbidden");
}

#[tokio::test]
async fn one_report_of_a_message_is_open_at_a_time() {
    let (w, id, message) = offended().await;
    assert_eq!(report(&w, Who::R, &id, &message).await.status, 201);
    refused(&report(&w, Who::R, &id, &message).await, 409, "conflict");
    assert_eq!(w.kit.items("app", "REPORT#").len(), 1);
}

#[tokio::test]
async fn whoever_is_suspended_may_still_report_and_after_the_end() {
    let (w, id, message) = offended().await;
    w.done(Who::R, &id, "end").await;
    w.kit.change(&w.r.user, |user| user.suspended = true).await;
    assert_eq!(report(&w, Who::R, &id, &message).await.status, 201);
}

#[tokio::test]
async fn an_admin_sees_the_words_and_decides_once_and_it_is_audited() {
    let (w, id, message) = offended().await;
    let admin = w.kit.admin("Ada").await;
    let made = report(&w, Who::R, &id, &message).await;
    assert_eq!((made.status, made.body.as_object().unwrap().len()), (201, 2));
    let open = listed(&w, &admin.token, "open").await;
    let item = &open["items"][0];
    assert_eq!(item["id"], made.body["report_id"]);
    assert_eq!((&item["text"], &item["reason"]), (&"Rude words".into(), &"This hurts.".into()));
    assert_eq!(item["author"], json!({ "id": w.c.id(), "name": "Cleo" }));
    assert_eq!(item["reporter"], json!({ "id": w.r.id(), "name": "Rhea" }));
    let path = format!("/v1/admin/reports/{}/decide", item["id"].as_str().unwrap());
    let decide = async |token: &str, decision: &str| {
        let body = json!({ "decision": decision, "note": "Spoke with both." });
        call(&w.router, post(&path).bearer(token).json(body)).await
    };
    refused(&decide(&w.token(Who::R).await, "dismissed").await, 403, "forbidden");
    refused(&decide(&admin.token, "open").await, 400, "invalid-request");
    let decided = decide(&admin.token, "resolved").await;
    assert_eq!((decided.status, &decided.body["status"]), (200, &"resolved".into()));
    assert_eq!(decided.body["note"], "Spoke with both.");
    refused(&decide(&admin.token, "dismissed").await, 409, "conflict");
    assert_eq!(listed(&w, &admin.token, "open").await["items"], json!([]));
    assert_eq!(listed(&w, &admin.token, "resolved").await["items"], json!([decided.body]));
    let audit = w.kit.items("app", "AUDIT#");
    assert_eq!(audit.len(), 1);
    assert_eq!(audit[0]["action"]["S"], "decide_report");
    // What was decided may be reported again.
    assert_eq!(report(&w, Who::R, &id, &message).await.status, 201);
}

#[tokio::test]
async fn open_reports_are_a_queue_in_pages() {
    let (w, id, _) = offended().await;
    let admin = w.kit.admin("Ada").await;
    for second in 0..26 {
        w.at(second);
        let item = store::report::ReportItem {
            report_id: runtime::new_id(runtime::Clock::now(&*w.kit.clock)).to_string(),
            status: store::report::Status::Open,
            session_id: id.clone(),
            message_id: format!("m{second}"),
            text: "x".into(),
            sent_ms: 0,
            author_id: w.c.id(),
            author_name: "Cleo".into(),
            reporter_id: w.r.id(),
            reporter_name: "Rhea".into(),
            reason: format!("number {second}"),
            reported_ms: second * 1_000,
            note: None,
            decided_ms: None,
        };
        let tx = store::report::create(store::Transaction::new(), &item);
        w.kit.store().commit(tx).await.unwrap();
    }
    let token = w.kit.token(&admin.user).await;
    let first = listed(&w, &token, "open").await;
    assert_eq!(
        (first["items"].as_array().unwrap().len(), &first["items"][0]["reason"]),
        (24, &"number 0".into())
    );
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = listed(&w, &token, &format!("open&cursor={cursor}")).await;
    assert_eq!(second["items"].as_array().unwrap().len(), 2);
    let other = call(
        &w.router,
        get(&format!("/v1/admin/reports?status=resolved&cursor={cursor}")).bearer(&token),
    )
    .await;
    refused(&other, 400, "bad-cursor");
}

#[tokio::test]
async fn an_admin_who_opens_a_report_sees_ten_messages_around_it_and_it_is_audited() {
    let (w, id, _) = offended().await;
    let mut ids = Vec::new();
    for second in 1..=25 {
        w.at(second);
        let who = if second % 2 == 0 { Who::R } else { Who::C };
        let said = json!({ "text": format!("number {second}") });
        let sent = w.post(who, &format!("/v1/sessions/{id}/messages"), said).await;
        ids.push(sent.body["id"].as_str().unwrap().to_owned());
    }
    let blamed = report(&w, Who::R, &id, &ids[12]).await.body["report_id"].clone();
    let at_the_end = report(&w, Who::C, &id, &ids[23]).await.body["report_id"].clone();
    let admin = w.kit.admin("Ada").await;
    let open = async |token: &str, report: &str| {
        call(&w.router, get(&format!("/v1/admin/reports/{report}")).bearer(token)).await
    };
    refused(&open(&w.token(Who::R).await, blamed.as_str().unwrap()).await, 403, "forbidden");
    refused(&open(&admin.token, NOBODY).await, 404, "not-found");
    assert!(w.kit.items("app", "AUDIT#").is_empty());

    let texts = |reply: &Reply| {
        let messages = reply.body["messages"].as_array().unwrap().iter();
        messages.map(|one| one["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let reply = open(&admin.token, blamed.as_str().unwrap()).await;
    assert_eq!((reply.status, &reply.body["report"]["id"]), (200, &blamed));
    let expected: Vec<_> = (3..=23).map(|number| format!("number {number}")).collect();
    assert_eq!(texts(&reply), expected);
    assert_eq!(reply.body["messages"][10]["id"], reply.body["report"]["message_id"]);
    let last = open(&admin.token, at_the_end.as_str().unwrap()).await;
    assert_eq!((texts(&last).len(), texts(&last).last().unwrap().as_str()), (12, "number 25"));

    let audit = w.kit.items("app", "AUDIT#");
    assert_eq!((audit.len(), &audit[0]["action"]["S"]), (2, &json!("read_report")));
    assert_eq!(audit[0]["details"]["M"]["session_id"]["S"], json!(id));
}
