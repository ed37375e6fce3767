//! `GET /v1/sessions/{session_id}`.

use super::reading_doors;
use crate::session_world::{Who, World};

#[tokio::test]
async fn strangers_do_not_learn_of_a_session() {
    let w = World::new(300).await;
    let id = w.active().await;
    reading_doors(&w, &id, "").await;
}

#[tokio::test]
async fn each_side_sees_the_session_and_only_the_member_the_money() {
    let w = World::new(1_000).await;
    let id = w.active().await;
    w.at(30);
    let (c, r) = (w.read(Who::C, &id).await, w.read(Who::R, &id).await);
    assert_eq!((&c["you"], &r["you"]), (&"member".into(), &"host".into()));
    assert_eq!((&c["balance_minor"], &c["minutes_affordable"]), (&700.into(), &2.into()));
    assert!(r.get("balance_minor").is_none() && r.get("minutes_affordable").is_none());
    assert_eq!((&c["active_ms"], &c["now"]), (&30_000.into(), &"2026-11-20T15:00:30.000Z".into()));
    assert_eq!((&c["host"]["slug"], &c["host"]["name"]), (&"rhea".into(), &"Rhea".into()));
    assert_eq!((&c["minute_seconds"], &c["heartbeat_seconds"]), (&60.into(), &20.into()));
    assert_eq!(
        (&c["brand"], &c["currency"], &c["low_funds"]),
        (&"soulseer".into(), &"USD".into(), &false.into())
    );
}

#[tokio::test]
async fn reading_changes_nothing() {
    let w = World::new(1_000).await;
    let id = w.active().await;
    let before = (w.kit.items("app", "SESSION#"), w.kit.items("ledger", ""));
    for seconds in [30, 61, 200, 1_000] {
        w.at(seconds);
        w.read(Who::C, &id).await;
        w.read(Who::R, &id).await;
    }
    assert_eq!((w.kit.items("app", "SESSION#"), w.kit.items("ledger", "")), before);
}
