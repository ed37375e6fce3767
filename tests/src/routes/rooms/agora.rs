//! `POST /v1/sessions/{session_id}/media` where Agora carries the session.

use serde_json::{Value, json};
use store::site::RoomAdapter;
use testkit::Kit;

use super::{Rooms, carried_by};
use crate::session_world::Who;

const APP_ID: &str = "970ca35de60c44645bbae8a215061b33";

/// A world whose brand is carried by Agora.
async fn rooms(secret: Value) -> Rooms {
    let kit = Kit::new().await;
    carried_by(&kit, RoomAdapter::Agora, &secret).await;
    Rooms::with(kit, 900).await
}

fn secret() -> Value {
    json!({ "agora_app_id": APP_ID, "agora_app_certificate": "5cfd2fd1755d40ecb72977518be15d3b" })
}

#[tokio::test]
async fn tokens_lapse_with_the_paid_time_and_are_renewed_with_the_next_lease() {
    let rooms = rooms(secret()).await;
    let id = rooms.w.active().await;
    assert_eq!(rooms.w.read(Who::C, &id).await["room"], "agora");
    let first = rooms.media(Who::C, &id).await;
    assert_eq!((&first["adapter"], &first["app_id"]), (&"agora".into(), &APP_ID.into()));
    assert_eq!((&first["channel"], &first["uid"]), (&id.as_str().into(), &1.into()));
    assert_eq!(first["rtm_user_id"], format!("{id}:member"));
    assert_eq!(
        (rooms.w.seconds(&first["expires_at"]), &first["renew_after_ms"]),
        (60, &48_000.into())
    );
    for token in ["rtc_token", "rtm_token"] {
        assert!(first[token].as_str().unwrap().starts_with("007eJx"), "{first}");
    }
    rooms.w.at(48);
    let unpaid = rooms.media(Who::C, &id).await;
    assert_eq!(
        (rooms.w.seconds(&unpaid["expires_at"]), &unpaid["renew_after_ms"]),
        (60, &9_600.into())
    );
    rooms.w.beat(&id).await;
    let renewed = rooms.media(Who::C, &id).await;
    assert_eq!(rooms.w.seconds(&renewed["expires_at"]), 120);
    assert_ne!(renewed["rtc_token"], first["rtc_token"]);
}

#[tokio::test]
async fn each_side_is_another_user_of_one_channel() {
    let rooms = rooms(secret()).await;
    let id = rooms.w.active().await;
    let (c, r) = (rooms.media(Who::C, &id).await, rooms.media(Who::R, &id).await);
    assert_eq!(c["channel"], r["channel"]);
    assert_eq!((&c["uid"], &r["uid"]), (&1.into(), &2.into()));
    assert_ne!(c["rtm_user_id"], r["rtm_user_id"]);
    let other = rooms.media(Who::C, &id).await;
    // A fresh salt, so a fresh token, in the same second.
    assert_ne!(c["rtc_token"], other["rtc_token"]);
}

#[tokio::test]
async fn no_access_is_longer_than_twenty_minutes_however_much_is_paid() {
    let mut kit = Kit::new().await;
    kit.config.lease_minutes = 5;
    carried_by(&kit, RoomAdapter::Agora, &secret()).await;
    let rooms = Rooms::with(kit, 100_000).await;
    let id = rooms.w.active().await;
    let paid = rooms.media(Who::C, &id).await;
    assert_eq!(rooms.w.seconds(&paid["expires_at"]), 300);
    let room = live::room::Room::read(&rooms.w.kit.store(), &id, 0).await.unwrap().unwrap();
    let now = rooms.app.ctx.now();
    // Five times as many minutes as one lease has.
    let mut long = room.clone();
    long.facts.leased = 25;
    let access = rooms::access::Paid::of(&long, metering::Side::Member, now).unwrap();
    assert_eq!(access.until_s - now.as_second(), rooms::access::ACCESS_SECONDS_MAX);
}

#[tokio::test]
async fn a_session_keeps_what_it_was_requested_with_when_the_brand_changes() {
    let rooms = rooms(secret()).await;
    let id = rooms.w.active().await;
    carried_by(&rooms.w.kit, RoomAdapter::Peer, &secret()).await;
    assert_eq!(rooms.media(Who::R, &id).await["adapter"], "agora");
}

#[tokio::test]
async fn a_key_that_is_missing_or_malformed_is_a_bug_that_says_nothing() {
    for secret in [
        json!({ "agora_app_id": APP_ID }),
        json!({ "agora_app_id": APP_ID, "agora_app_certificate": "north" }),
    ] {
        let rooms = rooms(secret).await;
        let id = rooms.w.active().await;
        let reply = rooms.ask(Who::C, &id).await;
        assert_eq!((reply.status, reply.problem()), (500, "internal"));
        assert!(!reply.text.contains("north"), "{}", reply.text);
    }
}
