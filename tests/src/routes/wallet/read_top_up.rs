//! `GET /v1/wallet/top-ups/{top_up_id}`.

use serde_json::{Value, json};
use testkit::{call, get};

use super::till::Shop;

#[tokio::test]
async fn a_top_up_is_read_by_its_owner_alone() {
    let shop = Shop::open().await;
    let (ada, ben) = (shop.kit.member("Ada").await, shop.kit.member("Ben").await);
    let top_up = shop.top_up(&ada, "request-1", 2_500).await;
    let path = format!("/v1/wallet/top-ups/{}", top_up["id"].as_str().unwrap());
    assert_eq!(call(&shop.till.router, get(&path)).await.status, 401);
    let stranger = call(&shop.till.router, get(&path).bearer(&ben.token)).await;
    assert_eq!((stranger.status, stranger.problem()), (404, "not-found"));
    assert_eq!(shop.till.read(get(&path).bearer(&ada.token)).await, top_up);
    for unknown in ["0197a000-0000-7000-8000-000000000000", "not-an-id"] {
        let request = get(&format!("/v1/wallet/top-ups/{unknown}")).bearer(&ada.token);
        assert_eq!(call(&shop.till.router, request).await.status, 404);
    }
}

#[tokio::test]
async fn a_top_up_is_pending_until_the_event_and_then_paid_without_a_page() {
    let shop = Shop::open().await;
    let ada = shop.kit.member("Ada").await;
    let top_up = shop.top_up(&ada, "request-1", 2_500).await;
    let path = format!("/v1/wallet/top-ups/{}", top_up["id"].as_str().unwrap());
    shop.pay(&top_up).await;
    assert_eq!(shop.till.read(get(&path).bearer(&ada.token)).await["status"], "pending");
    shop.kit.clock.advance(5);
    shop.till.accept(&shop.kit, &shop.event("checkout.session.completed").await).await;
    let paid = shop.till.read(get(&path).bearer(&ada.token)).await;
    assert_eq!(
        (&paid["status"], &paid["paid_at"], &paid["checkout_url"]),
        (&json!("paid"), &json!("2026-11-20T15:00:05.000Z"), &Value::Null)
    );
}

#[tokio::test]
async fn a_page_that_ran_out_expires_its_top_up() {
    let shop = Shop::open().await;
    let ada = shop.kit.member("Ada").await;
    let top_up = shop.top_up(&ada, "request-1", 2_500).await;
    shop.control("/_sandbox/clock", json!({ "advance_seconds": 86_400 })).await;
    let page = reqwest::get(top_up["checkout_url"].as_str().unwrap()).await.unwrap();
    assert_eq!(page.status(), 200);
    shop.till.accept(&shop.kit, &shop.event("checkout.session.expired").await).await;
    let path = format!("/v1/wallet/top-ups/{}", top_up["id"].as_str().unwrap());
    let expired = shop.till.read(get(&path).bearer(&ada.token)).await;
    assert_eq!((&expired["status"], &expired["checkout_url"]), (&json!("expired"), &Value::Null));
}
