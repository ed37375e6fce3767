//! The consumer of the stream of `Ledger`.

use serde_json::json;

use crate::live_world::Live;
use crate::session_world::Who;

#[tokio::test]
async fn a_leased_minute_is_told_once_to_both_and_the_balance_to_the_member_alone() {
    let live = Live::new(900).await;
    let id = live.w.requested().await;
    live.w.done(Who::R, &id, "accept").await;
    live.w.done(Who::C, &id, "join").await;
    live.deliver().await;
    live.listening(Who::C, "c", &id).await;
    live.listening(Who::R, "r", &id).await;
    live.w.done(Who::R, &id, "join").await;
    let (_, ledger) = live.records();
    live.money(ledger).await;
    for socket in ["c", "r"] {
        let charges = live.of_type(socket, "charge");
        assert_eq!(charges.len(), 1);
        let expected =
            json!({ "first_minute": 1, "minutes": 1, "amount_minor": 300, "currency": "USD" });
        assert_eq!(charges[0]["data"], expected);
        assert!(charges[0]["seq"].is_u64());
        let session = &live.of_type(socket, "session")[0];
        assert!(session["seq"].is_null());
        assert_eq!(
            (&session["data"]["state"], &session["data"]["minutes_held"]),
            (&"active".into(), &1.into())
        );
    }
    let balance = &live.of_type("c", "balance")[0];
    let expected =
        json!({ "available_minor": 600, "held_minor": 300, "currency": "USD", "locked": false });
    assert_eq!(balance["data"], expected);
    assert!(balance["session_id"].is_null());
    assert!(live.of_type("r", "balance").is_empty());
    assert!(live.of_type("r", "session")[0]["data"]["balance_minor"].is_null());
}

#[tokio::test]
async fn a_top_up_during_a_session_is_seen_at_once() {
    let live = Live::new(600).await;
    let id = live.w.active().await;
    live.deliver().await;
    live.listening(Who::C, "c", &id).await;
    live.w.kit.fund(&live.w.c, 2_500).await;
    live.deliver().await;
    let session = &live.of_type("c", "session")[0]["data"];
    assert_eq!((&session["balance_minor"], &session["low_funds"]), (&2_800.into(), &false.into()));
    assert!(live.of_type("c", "charge").is_empty(), "a top-up is no charge");
}

#[tokio::test]
async fn a_charge_costs_what_it_cost_and_is_told_when_nobody_listens() {
    let live = Live::new(9_000).await;
    let id = live.w.active().await;
    live.deliver().await;
    live.w.at(50);
    live.w.beat(&id).await;
    live.deliver().await;
    let events = live.events(Who::C, &id, 0).await.body;
    let charges: Vec<_> =
        events["items"].as_array().unwrap().iter().filter(|it| it["type"] == "charge").collect();
    assert_eq!(charges.len(), 2);
    assert_eq!(charges[1]["data"]["first_minute"], 2);
}
