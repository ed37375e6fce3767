//! The processor's events about connected accounts and transfers.

use serde_json::{Value, json};

use super::super::till::event;
use super::payday::Payday;

#[tokio::test]
async fn a_transfer_that_comes_back_is_earnings_again_by_its_increase() {
    let day = Payday::earned().await;
    day.run().await;
    let transfer = day.transfers().await[0]["id"].as_str().unwrap().to_owned();
    let path = format!("/_sandbox/transfers/{transfer}/reverse");
    day.control(&path, json!({ "amount_minor": 1_200 })).await;
    day.told().await;
    assert_eq!(day.sums(), (1_200, 0, 7_000));
    assert_eq!(day.stored(), [("paid".into(), "4200".into())]);
    day.control(&path, json!({})).await;
    // Everything again, in both orders.
    let mut events = day.events().await;
    events.reverse();
    for body in events {
        day.till.accept(&day.world.kit, &body).await;
    }
    day.told().await;
    assert_eq!(day.sums(), (4_200, 0, 10_000));
    assert_eq!(day.stored(), [("returned".into(), "4200".into())]);
    let item = day.payouts(&day.world.r).await["items"][0].clone();
    assert_eq!((&item["state"], &item["returned_minor"]), (&json!("returned"), &json!(4_200)));
    // It is old enough to be paid again.
    day.next_monday();
    assert_eq!(day.run().await.paid, 1);
}

#[tokio::test]
async fn a_return_of_what_is_not_confirmed_is_not_acknowledged() {
    let day = Payday::earned().await;
    let object = json!({
        "id": "tr_1", "amount": 4_200, "amount_reversed": 4_200, "currency": "usd",
        "metadata": { "payout_id": "019a9f60-0000-7000-8000-00000000dead" },
    });
    let body = event("back", "transfer.reversed", object);
    assert_eq!(day.till.deliver(&day.world.kit, &body).await.status, 503);
    assert_eq!(day.sums(), (4_200, 0, 10_000));
}

#[tokio::test]
async fn news_of_an_account_in_the_wrong_order_leave_the_newest() {
    let day = Payday::new().await;
    let r = &day.world.r;
    day.onboard(r, "later").await;
    let account = day.world.kit.items("app", "CONNECT#")[0]["pk"]["S"].to_string();
    let account = account.trim_matches('"').trim_start_matches("CONNECT#").to_owned();
    let news = |name: &str, created: i64, enabled: bool| {
        let object = json!({
            "id": account, "payouts_enabled": enabled, "details_submitted": true,
            "requirements": { "currently_due": [], "disabled_reason": null },
            "metadata": { "host_id": r.id() },
        });
        let mut body: Value =
            serde_json::from_str(&event(name, "account.updated", object)).unwrap();
        body["created"] = json!(created);
        body.to_string()
    };
    let now = 1_900_000_000;
    for (body, state) in [
        (news("1", now, true), "ready"),
        (news("2", now - 5, false), "ready"),
        (news("3", now + 5, false), "waiting"),
    ] {
        day.till.accept(&day.world.kit, &body).await;
        assert_eq!(day.payouts(r).await["payee"]["state"], state);
    }
}

#[tokio::test]
async fn a_bank_that_refuses_is_shown_until_there_is_another() {
    let day = Payday::earned().await;
    let r = &day.world.r;
    let account = day.world.kit.items("app", "CONNECT#")[0]["pk"]["S"].to_string();
    let account = account.trim_matches('"').trim_start_matches("CONNECT#").to_owned();
    let before = day.sums();
    let path = format!("/_sandbox/accounts/{account}/bank-failure");
    day.control(&path, json!({ "failure_code": "account_closed" })).await;
    day.told().await;
    assert_eq!(day.payouts(r).await["payee"]["bank_problem"], "account_closed");
    assert_eq!(day.sums(), before);
    day.onboard(r, "ready").await;
    assert_eq!(day.payouts(r).await["payee"]["bank_problem"], Value::Null);
}

#[tokio::test]
async fn accounts_and_transfers_that_are_not_ours_are_nothing_to_act_on() {
    let day = Payday::new().await;
    for (name, kind, object) in [
        (
            "1",
            "account.updated",
            json!({ "id": "acct_1", "payouts_enabled": true, "details_submitted": true }),
        ),
        (
            "2",
            "transfer.reversed",
            json!({ "id": "tr_1", "amount_reversed": 5, "currency": "usd", "metadata": {} }),
        ),
        ("3", "payout.failed", json!({ "id": "po_1", "failure_code": "x" })),
    ] {
        day.till.accept(&day.world.kit, &event(name, kind, object)).await;
    }
}
