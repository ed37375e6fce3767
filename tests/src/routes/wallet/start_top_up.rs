//! `POST /v1/wallet/top-ups`.

use futures::future::join_all;
use serde_json::json;
use testkit::{Fault, call, get, post};

use super::till::{Shop, dispute};

#[tokio::test]
async fn nobody_tops_up_without_signing_in() {
    let shop = Shop::open().await;
    let request = post("/v1/wallet/top-ups").key("request-1").json(json!({ "amount_minor": 500 }));
    assert_eq!(call(&shop.till.router, request).await.status, 401);
}

#[tokio::test]
async fn a_suspended_member_does_not_top_up() {
    let shop = Shop::open().await;
    let ada = shop.kit.member("Ada").await;
    shop.kit.change(&ada.user, |user| user.suspended = true).await;
    let request = shop.ask(&ada, "request-1", json!({ "amount_minor": 500 }));
    let reply = call(&shop.till.router, request).await;
    assert_eq!((reply.status, reply.problem()), (403, "suspended"));
}

#[tokio::test]
async fn a_top_up_needs_a_key() {
    let shop = Shop::open().await;
    let ada = shop.kit.member("Ada").await;
    let body = json!({ "amount_minor": 500 });
    let request = post("/v1/wallet/top-ups").bearer(&ada.token).json(body);
    let reply = call(&shop.till.router, request).await;
    assert_eq!((reply.status, reply.problem()), (400, "idempotency-key-missing"));
}

#[tokio::test]
async fn scenario_05_top_up_limits() {
    let shop = Shop::open().await;
    let ada = shop.kit.member("Ada").await;
    let refused = [
        json!({ "amount_minor": 99 }),
        json!({ "amount_minor": 50_001 }),
        json!({ "amount_minor": 0 }),
        json!({ "amount_minor": -500 }),
        json!({ "amount_minor": "abc" }),
        json!({ "amount_minor": 5.5 }),
        json!({ "amount_minor": null }),
        json!({}),
        json!({ "amount_minor": 500, "currency": "EUR" }),
    ];
    for (number, body) in refused.into_iter().enumerate() {
        let request = shop.ask(&ada, &format!("refused-{number}"), body.clone());
        let reply = call(&shop.till.router, request).await;
        assert_eq!(reply.status, 400, "{body}: {}", reply.text);
    }
    assert!(shop.kit.items("app", "TOPUP#").is_empty());
    for amount_minor in [100, 50_000] {
        let top_up = shop.top_up(&ada, &format!("taken-{amount_minor}"), amount_minor).await;
        assert_eq!(
            (&top_up["status"], &top_up["amount_minor"]),
            (&json!("pending"), &json!(amount_minor))
        );
    }
    let reply = call(&shop.till.router, get("/v1/wallet/top-ups").bearer(&ada.token)).await;
    assert_eq!((reply.status, reply.problem()), (405, "method-not-allowed"));
}

#[tokio::test]
async fn the_page_names_the_site_and_leads_back_to_it() {
    let shop = Shop::open().await;
    let ada = shop.kit.member("Ada").await;
    let top_up = shop.top_up(&ada, "request-1", 2_500).await;
    let page = reqwest::get(top_up["checkout_url"].as_str().unwrap()).await.unwrap();
    let html = page.text().await.unwrap();
    assert!(html.contains("SoulSeer wallet") && html.contains("25.00 USD"), "{html}");
    assert!(html.contains("https://parlor.test/wallet?top_up="), "{html}");
    assert!(html.contains(&ada.user.email), "{html}");
}

#[tokio::test]
async fn the_same_request_again_is_the_same_top_up() {
    let shop = Shop::open().await;
    let ada = shop.kit.member("Ada").await;
    let first = shop.top_up(&ada, "request-1", 2_500).await;
    let again = shop.ask(&ada, "request-1", json!({ "amount_minor": 2_500 }));
    let again = call(&shop.till.router, again).await;
    assert_eq!((again.status, &again.body), (201, &first));
    assert_eq!(again.headers["idempotency-hit"], "true");
    let other = shop.ask(&ada, "request-1", json!({ "amount_minor": 2_600 }));
    let other = call(&shop.till.router, other).await;
    assert_eq!((other.status, other.problem()), (422, "idempotency-key-reused"));
}

#[tokio::test]
async fn a_double_click_is_one_top_up() {
    let shop = Shop::open().await;
    let ada = shop.kit.member("Ada").await;
    let body = json!({ "amount_minor": 2_500 });
    let clicks = (0..4).map(|_| call(&shop.till.router, shop.ask(&ada, "request-1", body.clone())));
    let replies = join_all(clicks).await;
    for reply in &replies {
        assert_eq!((reply.status, &reply.body["id"]), (201, &replies[0].body["id"]));
    }
    assert_eq!(shop.kit.items("app", "TOPUP#").len(), 1);
}

#[tokio::test]
async fn a_lost_reply_of_the_store_is_answered_with_what_was_stored() {
    let shop = Shop::open().await;
    let ada = shop.kit.member("Ada").await;
    shop.kit.aws.faults.once("TransactWriteItems", Fault::LostReply);
    shop.top_up(&ada, "request-1", 2_500).await;
    assert_eq!(shop.kit.items("app", "TOPUP#").len(), 1);
}

#[tokio::test]
async fn no_more_than_five_top_ups_are_started_in_ten_minutes() {
    let shop = Shop::open().await;
    let ada = shop.kit.member("Ada").await;
    for number in 0..5 {
        shop.top_up(&ada, &format!("request-{number}"), 500).await;
    }
    let sixth = shop.ask(&ada, "request-5", json!({ "amount_minor": 500 }));
    let sixth = call(&shop.till.router, sixth).await;
    assert_eq!((sixth.status, sixth.problem()), (429, "too-many-requests"));
}

#[tokio::test]
async fn nothing_is_added_while_spending_is_locked() {
    let shop = Shop::open().await;
    let ada = shop.kit.member("Ada").await;
    let top_up = shop.top_up(&ada, "request-1", 2_500).await;
    shop.pay(&top_up).await;
    let paid = shop.event("checkout.session.completed").await;
    shop.till.accept(&shop.kit, &paid).await;
    let paid: serde_json::Value = serde_json::from_str(&paid).unwrap();
    let intent = paid["data"]["object"]["payment_intent"].as_str().unwrap();
    let opened = dispute("d", "charge.dispute.created", "needs_response", 2_500);
    shop.till.accept(&shop.kit, &opened.replace("pi_1", intent)).await;
    let request = shop.ask(&ada, "request-2", json!({ "amount_minor": 500 }));
    let reply = call(&shop.till.router, request).await;
    assert_eq!((reply.status, reply.problem()), (403, "spending-locked"));
}

#[tokio::test]
async fn a_processor_that_does_not_answer_is_a_matter_of_trying_again() {
    let shop = Shop::open().await;
    let ada = shop.kit.member("Ada").await;
    shop.control("/_sandbox/faults", json!({ "refuse_next": 3 })).await;
    let request = shop.ask(&ada, "request-1", json!({ "amount_minor": 500 }));
    let reply = call(&shop.till.router, request).await;
    assert_eq!((reply.status, reply.problem()), (503, "busy"));
    assert!(reply.headers.contains_key("retry-after"));
    shop.top_up(&ada, "request-1", 500).await;
}
