//! `GET /v1/sessions/{session_id}/receipt`.

use metering::Receipt;
use testkit::{call, get};

use super::{reading_doors, refused};
use crate::session_world::{Who, World};

/// A session of three minutes, one leased minute too many, with a pause in it.
async fn finished(w: &World) -> String {
    let id = w.active().await;
    w.room(&id, 0, 70).await;
    w.done(Who::C, &id, "leave").await;
    w.at(90);
    w.done(Who::R, &id, "renew").await;
    w.done(Who::C, &id, "reconnect").await;
    w.room(&id, 90, 150).await;
    w.tick().await;
    w.done(Who::C, &id, "end").await;
    id
}

#[tokio::test]
async fn strangers_do_not_learn_of_a_receipt() {
    let w = World::new(3_000).await;
    let id = finished(&w).await;
    reading_doors(&w, &id, "/receipt").await;
}

#[tokio::test]
async fn there_is_none_before_the_settlement_nor_for_what_never_began() {
    let w = World::new(3_000).await;
    let id = w.requested().await;
    let path = format!("/v1/sessions/{id}/receipt");
    refused(&w.get(Who::C, &path).await, 409, "not-settled");
    w.done(Who::C, &id, "cancel").await;
    refused(&w.get(Who::C, &path).await, 409, "not-settled");
    let id = w.active().await;
    refused(&w.get(Who::R, &format!("/v1/sessions/{id}/receipt")).await, 409, "not-settled");
}

#[tokio::test]
async fn the_receipt_is_the_same_for_both_sides_and_an_admin_and_every_time() {
    let w = World::new(3_000).await;
    let id = finished(&w).await;
    let path = format!("/v1/sessions/{id}/receipt");
    let c = w.get(Who::C, &path).await;
    w.at(500);
    let r = w.get(Who::R, &path).await;
    let admin = w.kit.admin("Ada").await;
    let a = call(&w.router, get(&path).bearer(&w.kit.token(&admin.user).await)).await;
    assert_eq!((c.status, &c.text, &c.text), (200, &r.text, &a.text));
    let body = &c.body;
    assert_eq!(body["active_ms"], 130_000);
    assert_eq!(body["minutes"].as_array().unwrap().len(), 3);
    assert_eq!(
        (&body["gross_minor"], &body["share_minor"], &body["fee_minor"]),
        (&900.into(), &630.into(), &270.into())
    );
    assert_eq!(
        (&body["released"]["minutes"], &body["released"]["amount_minor"]),
        (&1.into(), &300.into())
    );
    assert_eq!(body["intervals"][0]["from"], "2026-11-20T15:00:00.000Z");
    assert_eq!(body["intervals"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&body["fee_rule"]["version"], &body["fee_rule"]["platform_percent"]),
        (&"soulseer-30".into(), &"30".into())
    );
    assert_eq!(body["minutes"][0]["entry_id"], format!("{id}:MINUTE#00001"));
    assert_eq!(body["settlement_entry_id"], format!("{id}:SETTLEMENT"));
    assert_eq!(w.settled(), (2_100, 630, 270));
}

#[tokio::test]
async fn a_receipt_recomputes_from_its_own_json_and_a_forged_one_does_not() {
    let w = World::new(3_000).await;
    let id = finished(&w).await;
    let reply = w.get(Who::C, &format!("/v1/sessions/{id}/receipt")).await;
    let receipt: Receipt = serde_json::from_str(&reply.text).unwrap();
    receipt.check().unwrap();
    for (pointer, value) in [
        ("/gross_minor", 600),
        ("/minutes/1/share_minor", 211),
        ("/rate_minor", 299),
        ("/active_ms", 60_000),
        ("/released/amount_minor", 0),
        ("/refunded_minor", 300),
    ] {
        let mut forged = reply.body.clone();
        *forged.pointer_mut(pointer).unwrap() = value.into();
        let forged: Receipt = serde_json::from_value(forged).unwrap();
        assert!(forged.check().is_err(), "{pointer}");
    }
}

#[tokio::test]
async fn a_refunded_minute_is_shown_as_such() {
    let w = World::new(3_000).await;
    let id = finished(&w).await;
    w.refund_second_minute(&id).await;
    let body = w.get(Who::C, &format!("/v1/sessions/{id}/receipt")).await.body;
    assert_eq!(
        (&body["minutes"][1]["refunded_minor"], &body["refunded_minor"]),
        (&300.into(), &300.into())
    );
    assert_eq!(body["gross_minor"], 900);
    assert_eq!(w.settled(), (2_400, 420, 180));
}
