//! `POST /v1/host/payouts/onboarding` and `GET /v1/host/payouts`.

use serde_json::{Value, json};
use testkit::{call, get, post};

use super::payday::{MONDAY, Payday};

const ONBOARDING: &str = "/v1/host/payouts/onboarding";
const PAYOUTS: &str = "/v1/host/payouts";

#[tokio::test]
async fn payouts_are_for_hosts() {
    let day = Payday::new().await;
    assert_eq!(call(&day.till.router, get(PAYOUTS)).await.status, 401);
    let reply = day.ask(&day.world.c, get(PAYOUTS)).await;
    assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
    let request = post(ONBOARDING).key("request-1").json(json!({}));
    let reply = day.ask(&day.world.c, request).await;
    assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
}

#[tokio::test]
async fn a_host_without_anything_reads_what_to_do() {
    let day = Payday::new().await;
    let told = day.payouts(&day.world.r).await;
    let expected = json!({
        "payee": { "state": "none", "requirements_due": 0 },
        "next": {
            "at": "2026-11-23T00:00:00.000Z", "estimate_minor": 0, "minimum_minor": 500,
            "blocked": "not_onboarded",
        },
        "currency": "USD", "items": [],
    });
    assert_eq!(told, expected);
}

#[tokio::test]
async fn onboarding_makes_one_account_and_a_new_page_each_time() {
    let day = Payday::new().await;
    let r = &day.world.r;
    let ask = |key: &str| day.ask(r, post(ONBOARDING).key(key).json(json!({})));
    let (first, again, other) =
        (ask("request-1").await, ask("request-1").await, ask("request-2").await);
    assert_eq!((first.status, again.status, other.status), (201, 201, 201), "{}", other.text);
    assert_eq!(first.body, again.body);
    assert_ne!(first.body["url"], other.body["url"]);
    assert_eq!(day.world.kit.items("app", "CONNECT#").len(), 1);
    assert_eq!(day.payouts(r).await["payee"]["state"], "started");
}

#[tokio::test]
async fn the_form_leads_back_and_its_end_is_told() {
    let day = Payday::new().await;
    let r = &day.world.r;
    let back = day.onboard(r, "later").await;
    assert_eq!(back, "https://parlor.test/studio/earnings?payouts=back");
    assert_eq!(day.payouts(r).await["payee"]["state"], "started");
    for (outcome, state) in [("document", "waiting"), ("ready", "ready")] {
        day.onboard(r, outcome).await;
        assert_eq!(day.payouts(r).await["payee"]["state"], state);
    }
}

#[tokio::test]
async fn a_processor_that_is_down_is_told_and_leaves_nothing_behind() {
    let day = Payday::new().await;
    day.control("/_sandbox/faults", json!({ "refuse_next": 3 })).await;
    let request = || post(ONBOARDING).key("request-1").json(json!({}));
    let reply = day.ask(&day.world.r, request()).await;
    assert_eq!((reply.status, reply.problem()), (503, "busy"));
    assert!(day.world.kit.items("app", "CONNECT#").is_empty());
    assert_eq!(day.ask(&day.world.r, request()).await.status, 201);
}

#[tokio::test]
async fn the_sixth_opening_in_ten_minutes_waits() {
    let day = Payday::new().await;
    for number in 0..6 {
        let request = post(ONBOARDING).key(&format!("request-{number}")).json(json!({}));
        let reply = day.ask(&day.world.r, request).await;
        assert_eq!(reply.status, if number < 5 { 201 } else { 429 }, "{}", reply.text);
    }
}

#[tokio::test]
async fn a_host_sees_the_next_payout_and_those_before() {
    let day = Payday::earned().await;
    let r = &day.world.r;
    let before = day.payouts(r).await;
    let next = &before["next"];
    assert_eq!(
        (&next["at"], &next["estimate_minor"]),
        (&json!("2026-11-30T00:00:00.000Z"), &json!(4_200))
    );
    assert_eq!(next["blocked"], Value::Null);
    day.run().await;
    let after = day.payouts(r).await;
    assert_eq!(after["next"]["at"], "2026-12-07T00:00:00.000Z");
    let item = &after["items"][0];
    let expected = json!({
        "period": "2026-W49", "amount_minor": 4_200, "returned_minor": 0, "currency": "USD",
        "state": "paid", "reserved_at": "2026-11-30T06:00:00.000Z",
        "decided_at": "2026-11-30T06:00:00.000Z",
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&item[name], value, "{name}: {item}");
    }
    let earnings = day.ask(r, get("/v1/host/earnings")).await.body;
    let line = &earnings["items"][0];
    assert_eq!((&line["reason"], &line["share_minor"]), (&json!("payout_reserve"), &json!(-4_200)));
}

#[tokio::test]
async fn twenty_weeks_of_payouts_come_in_pages() {
    let day = Payday::new().await;
    let r = &day.world.r;
    day.onboard(r, "ready").await;
    for week in 0..20 {
        day.world.at(MONDAY + week * 7 * 86_400);
        day.earn(r, 600).await;
        day.run().await;
    }
    let first = day.payouts(r).await;
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = day.ask(r, get(&format!("{PAYOUTS}?cursor={cursor}"))).await.body;
    let count = |page: &Value| page["items"].as_array().unwrap().len();
    // What is earned on a Monday is a day too young on the next one: eighteen payouts in twenty weeks.
    assert_eq!((count(&first), count(&rest)), (12, 6), "{rest}");
    assert!(first["items"][0]["period"].as_str() > rest["items"][0]["period"].as_str());
    let reply = day.ask(r, get(&format!("{PAYOUTS}?cursor=x"))).await;
    assert_eq!((reply.status, reply.problem()), (400, "bad-cursor"));
}
