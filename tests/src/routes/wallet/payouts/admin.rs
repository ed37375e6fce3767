//! `GET /v1/admin/payouts`, holding and releasing a host's payouts, and trying a refused one again.

use serde_json::{Value, json};
use testkit::{Person, Reply, get, post};

use super::payday::Payday;

async fn list(day: &Payday, admin: &Person, state: &str) -> Vec<Value> {
    let reply = day.ask(admin, get(&format!("/v1/admin/payouts?state={state}"))).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.body["items"].as_array().unwrap().clone()
}

async fn order(day: &Payday, admin: &Person, verb: &str, body: Value) -> Reply {
    let path = format!("/v1/admin/hosts/{}/payouts/{verb}", day.world.r.id());
    day.ask(admin, post(&path).json(body)).await
}

fn audited(day: &Payday, action: &str) -> Value {
    let rows = day.world.kit.items("app", "AUDIT#");
    rows.into_iter().find(|row| row["action"]["S"] == action).unwrap()
}

#[tokio::test]
async fn payouts_are_run_by_admins() {
    let day = Payday::new().await;
    for person in [&day.world.c, &day.world.r] {
        assert_eq!(day.ask(person, get("/v1/admin/payouts")).await.status, 403);
        assert_eq!(order(&day, person, "hold", json!({ "reason": "Because." })).await.status, 403);
    }
}

#[tokio::test]
async fn a_hold_stops_the_next_payout_until_it_is_released() {
    let day = Payday::earned().await;
    let amy = day.world.kit.admin("Amy").await;
    let reply = order(&day, &amy, "hold", json!({ "reason": " " })).await;
    assert_eq!((reply.status, reply.problem()), (400, "invalid-request"));
    let reply = order(&day, &amy, "hold", json!({ "reason": "We look into a complaint." })).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let again = order(&day, &amy, "hold", json!({ "reason": "Again." })).await;
    assert_eq!((again.status, again.problem()), (409, "conflict"));
    assert_eq!(day.run().await.paid, 0);
    let told = day.payouts(&day.world.r).await;
    assert_eq!(told["payee"]["hold_reason"], "We look into a complaint.");
    assert_eq!(told["next"]["blocked"], "on_hold");
    let row = audited(&day, "hold_payouts");
    assert_eq!(row["details"]["M"]["reason"]["S"], "We look into a complaint.");

    assert_eq!(order(&day, &amy, "release", json!({})).await.status, 200);
    let again = order(&day, &amy, "release", json!({})).await;
    assert_eq!((again.status, again.problem()), (409, "conflict"));
    audited(&day, "release_payouts");
    day.next_monday();
    assert_eq!(day.run().await.paid, 1);
}

#[tokio::test]
async fn a_host_who_is_none_cannot_be_held() {
    let day = Payday::new().await;
    let amy = day.world.kit.admin("Amy").await;
    let path = format!("/v1/admin/hosts/{}/payouts/hold", day.world.c.id());
    let reply = day.ask(&amy, post(&path).json(json!({ "reason": "No host." }))).await;
    assert_eq!(reply.status, 404);
}

#[tokio::test]
async fn a_hold_can_come_before_the_account() {
    let day = Payday::new().await;
    let amy = day.world.kit.admin("Amy").await;
    let reply = order(&day, &amy, "hold", json!({ "reason": "Identity unclear." })).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    day.onboard(&day.world.r, "ready").await;
    let told = day.payouts(&day.world.r).await;
    assert_eq!(
        (&told["payee"]["state"], &told["next"]["blocked"]),
        (&json!("ready"), &json!("on_hold"))
    );
}

#[tokio::test]
async fn a_refused_payout_is_tried_again_once_and_sent_by_the_next_run() {
    let day = Payday::earned().await;
    let amy = day.world.kit.admin("Amy").await;
    day.control("/_sandbox/faults", json!({ "refuse_transfers": 1 })).await;
    day.run().await;
    let failed = list(&day, &amy, "failed").await;
    let id = failed[0]["id"].as_str().unwrap();
    assert_eq!((&failed[0]["host_name"], &failed[0]["attempt"]), (&json!("Rhea"), &json!(1)));
    let path = format!("/v1/admin/payouts/{id}/retry");
    let retry = |key: &str| day.ask(&amy, post(&path).key(key).json(json!({})));
    let first = retry("retry-0001").await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(retry("retry-0001").await.body, first.body);
    assert_eq!(
        (&first.body["state"], &first.body["amount_minor"]),
        (&json!("reserved"), &json!(4_200))
    );
    let second = retry("retry-0002").await;
    assert_eq!((second.status, second.problem()), (409, "conflict"));
    assert_eq!(day.sums(), (0, 4_200, 10_000));
    assert_eq!(audited(&day, "retry_payout")["object_id"]["S"], id);

    assert_eq!(day.run().await.paid, 1);
    assert_eq!(day.sums(), (0, 0, 5_800));
    let paid = list(&day, &amy, "paid").await;
    assert_eq!((&paid[0]["attempt"], &paid[0]["period"]), (&json!(2), &json!("2026-W49")));
    assert!(day.transfers().await[0]["transfer_group"].as_str().unwrap().ends_with("_2026-W49_2"));
    let path = format!("/v1/admin/payouts/{}/retry", paid[0]["id"].as_str().unwrap());
    let reply = day.ask(&amy, post(&path).key("retry-0003").json(json!({}))).await;
    assert_eq!((reply.status, reply.problem()), (409, "wrong-state"));
}

#[tokio::test]
async fn a_state_that_is_none_is_refused() {
    let day = Payday::new().await;
    let amy = day.world.kit.admin("Amy").await;
    let reply = day.ask(&amy, get("/v1/admin/payouts?state=lost")).await;
    assert_eq!((reply.status, reply.problem()), (400, "invalid-request"));
    assert_eq!(list(&day, &amy, "reserved").await, Vec::<Value>::new());
}
