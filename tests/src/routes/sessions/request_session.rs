//! `POST /v1/sessions`.

use serde_json::json;
use store::Transaction;
use store::host::Status;
use testkit::{Fault, Kit, call, post};

use super::refused;
use crate::session_world::{Who, World, change_profile, profile};

async fn with_host(balance_minor: i64, change: impl FnOnce(&mut store::host::HostItem)) -> World {
    let w = World::new(balance_minor).await;
    let host = w.kit.store().host(w.r.user.id).await.unwrap().unwrap();
    change_profile(&w.kit, &host, change).await;
    w
}

#[tokio::test]
async fn nobody_asks_without_signing_in() {
    let w = World::new(300).await;
    let body = json!({ "host_id": w.r.id(), "modality": "voice" });
    let reply = call(&w.router, post("/v1/sessions").key("request-1").json(body)).await;
    refused(&reply, 401, "not-signed-in");
}

#[tokio::test]
async fn a_request_waits_two_minutes_and_costs_nothing() {
    let w = World::new(300).await;
    let reply = w.ask("voice").await;
    assert_eq!(reply.status, 201);
    let session = &reply.body;
    assert_eq!((&session["state"], &session["you"]), (&"waiting".into(), &"member".into()));
    assert_eq!((&session["rate_minor"], &session["modality"]), (&300.into(), &"voice".into()));
    assert_eq!((w.seconds(&session["created_at"]), w.seconds(&session["expires_at"])), (0, 120));
    assert_eq!((&session["balance_minor"], &session["held_minor"]), (&300.into(), &0.into()));
    assert_eq!(
        (&session["host"]["slug"], &session["member"]["name"]),
        (&"rhea".into(), &"Cleo".into())
    );
    assert_eq!(session, &w.read(Who::C, session["id"].as_str().unwrap()).await);
    assert_eq!(w.settled(), (300, 0, 0));
}

#[tokio::test]
async fn the_terms_are_those_of_the_site() {
    let mut kit = Kit::new().await;
    kit.config.fee_percent = "12.5".parse().unwrap();
    kit.config.lease_minutes = 2;
    kit.config.minute_seconds = 30;
    let w = World::with(kit, 3_000).await;
    let id = w.active().await;
    let session = w.read(Who::C, &id).await;
    assert_eq!((&session["minute_seconds"], &session["minutes_held"]), (&30.into(), &2.into()));
    w.at(31);
    w.done(Who::C, &id, "end").await;
    assert_eq!(w.settled(), (2_400, 526, 74));
    let receipt = w.get(Who::C, &format!("/v1/sessions/{id}/receipt")).await.body;
    assert_eq!(receipt["fee_rule"]["version"], "soulseer-12.5");
}

#[tokio::test]
async fn a_host_who_is_not_verified_does_not_exist() {
    for status in [Status::Pending, Status::Rejected] {
        let w = with_host(300, |host| host.status = status).await;
        refused(&w.ask("voice").await, 404, "not-found");
    }
    let w = World::new(300).await;
    let body = json!({ "host_id": w.stranger.id(), "modality": "voice" });
    refused(&w.post(Who::C, "/v1/sessions", body).await, 404, "not-found");
}

#[tokio::test]
async fn each_obstacle_has_its_own_refusal() {
    let w = with_host(300, |host| host.online = false).await;
    refused(&w.ask("voice").await, 409, "host-offline");
    let w = World::new(300).await;
    refused(&w.ask("video").await, 409, "modality-off");
    let reply = w.ask("telepathy").await;
    refused(&reply, 400, "invalid-request");
    assert_eq!(reply.body["errors"][0]["pointer"], "/modality");
    w.kit.change(&w.c.user, |user| user.suspended = true).await;
    refused(&w.ask("voice").await, 403, "suspended");
    let w = World::new(199).await;
    refused(&w.ask("text").await, 402, "funds-too-low");
    assert!(w.kit.items("app", "USER#").iter().all(|item| item["sk"]["S"] != "OPEN"));
}

#[tokio::test]
async fn a_locked_wallet_asks_nobody() {
    let w = World::new(300).await;
    let lock = |update: store::Update| update.name("#locked", "locked").value(":why", "dispute");
    let change = store::Update::new("SET #locked = :why");
    let tx = Transaction::new();
    let key = store::wallet::wallet_key(&w.c.id());
    let tx = tx.update("wallet", store::Table::Ledger, &key, lock(change));
    w.kit.store().commit(tx).await.unwrap();
    refused(&w.ask("voice").await, 403, "spending-locked");
}

#[tokio::test]
async fn a_request_sent_twice_is_made_once() {
    let w = World::new(300).await;
    let token = w.token(Who::C).await;
    let ask = |modality: &str| {
        let body = json!({ "host_id": w.r.id(), "modality": modality });
        post("/v1/sessions").bearer(&token).key("request-0001").json(body)
    };
    w.kit.aws.faults.once("TransactWriteItems", Fault::LostReply);
    let first = call(&w.router, ask("voice")).await;
    assert_eq!(first.status, 201, "{}", first.text);
    w.at(30);
    let again = call(&w.router, ask("voice")).await;
    assert_eq!((again.status, &again.text), (201, &first.text));
    assert!(again.headers.contains_key("idempotency-hit"));
    refused(&call(&w.router, ask("text")).await, 422, "idempotency-key-reused");
    assert_eq!(w.kit.items("app", "SHARD#").len(), 1);
}

#[tokio::test]
async fn one_person_has_one_open_session() {
    let w = World::new(900).await;
    let id = w.requested().await;
    let reply = w.ask("voice").await;
    refused(&reply, 409, "session-open");
    assert_eq!(reply.body["session_id"], json!(id));
    w.kit.fund(&w.stranger, 900).await;
    let body = || json!({ "host_id": w.r.id(), "modality": "voice" });
    let reply = w.post(Who::Stranger, "/v1/sessions", body()).await;
    refused(&reply, 409, "host-busy");
    assert!(reply.body.get("session_id").is_none(), "whose session it is concerns nobody");
    w.done(Who::C, &id, "cancel").await;
    assert_eq!(w.post(Who::Stranger, "/v1/sessions", body()).await.status, 201);
}

#[tokio::test]
async fn a_session_that_time_has_ended_blocks_nobody() {
    let w = World::new(900).await;
    w.requested().await;
    w.at(121);
    w.requested().await;

    // A session that ran, was left and is over: it is settled on the way.
    let w = World::new(900).await;
    let id = w.active().await;
    w.at(20);
    w.done(Who::C, &id, "leave").await;
    w.at(330);
    w.kit.fund(&w.stranger, 900).await;
    let body = json!({ "host_id": w.r.id(), "modality": "voice" });
    assert_eq!(w.post(Who::Stranger, "/v1/sessions", body).await.status, 201);
    assert_eq!(w.settled().0, 600);
    assert_eq!(w.read(Who::C, &id).await["state"], "finalized");
}

#[tokio::test]
async fn two_stale_sessions_block_nobody_either() {
    let w = World::new(900).await;
    let other = w.kit.host("Otto").await;
    profile(&w.kit, &other).await;
    let body = json!({ "host_id": other.id(), "modality": "voice" });
    assert_eq!(w.post(Who::C, "/v1/sessions", body).await.status, 201);
    w.kit.fund(&w.stranger, 900).await;
    let body = json!({ "host_id": w.r.id(), "modality": "voice" });
    assert_eq!(w.post(Who::Stranger, "/v1/sessions", body).await.status, 201);
    w.at(121);
    w.requested().await;
}

#[tokio::test]
async fn ten_requests_in_five_minutes_are_enough() {
    let w = World::new(900).await;
    for _ in 0..10 {
        let id = w.requested().await;
        w.done(Who::C, &id, "cancel").await;
    }
    let reply = w.ask("voice").await;
    refused(&reply, 429, "too-many-requests");
    assert!(reply.headers.contains_key("retry-after"));
    w.at(300);
    w.requested().await;
}
