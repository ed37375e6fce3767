//! Payments: the API, the hosted page, refunds and disputes.

use http::StatusCode;
use sandbox::Config;
use serde_json::{Value, json};

use crate::support::{World, checkout_with, text};

#[tokio::test]
async fn a_paid_page_leads_back_and_tells_three_events() {
    let world = World::start(Config::default()).await;
    let checkout = world.checkout().await;
    let id = text(&checkout["id"]);
    let page = world.http.get(text(&checkout["url"])).send().await.unwrap();
    let html = page.text().await.unwrap();
    assert!(html.contains("25.00 USD") && html.contains("no real money"), "{html}");
    let form =
        [("email", "ada@example.test"), ("card_number", "4242 4242 4242 4242"), ("outcome", "pay")];
    for _ in 0..2 {
        let paid = world.http.post(text(&checkout["url"])).form(&form).send().await.unwrap();
        assert_eq!(paid.status(), StatusCode::SEE_OTHER);
        assert_eq!(paid.headers()["location"], format!("http://127.0.0.1:9/done?cs={id}"));
    }
    assert_eq!(
        world.event_types().await,
        ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
    );
    let read: Value = world.get(&format!("/v1/checkout/sessions/{id}")).await.json().await.unwrap();
    assert_eq!((&read["status"], &read["payment_status"]), (&json!("complete"), &json!("paid")));
    let intent = text(&read["payment_intent"]);
    let intent: Value =
        world.get(&format!("/v1/payment_intents/{intent}")).await.json().await.unwrap();
    assert_eq!(intent["amount_received"], 2500);
    assert_eq!(intent["metadata"]["top_up_id"], "t1");
}

#[tokio::test]
async fn a_declined_card_can_be_tried_again() {
    let world = World::start(Config::default()).await;
    let url = text(&world.checkout().await["url"]);
    let form = |card, outcome| {
        [("email", "ada@example.test"), ("card_number", card), ("outcome", outcome)]
    };
    let declined =
        world.http.post(&url).form(&form("4000000000000002", "pay")).send().await.unwrap();
    assert_eq!(declined.status(), StatusCode::PAYMENT_REQUIRED);
    assert!(declined.text().await.unwrap().contains("role=\"alert\""));
    let declined =
        world.http.post(&url).form(&form("4242424242424242", "decline")).send().await.unwrap();
    assert_eq!(declined.status(), StatusCode::PAYMENT_REQUIRED);
    let invalid =
        world.http.post(&url).form(&form("4242424242424241", "pay")).send().await.unwrap();
    assert_eq!(invalid.status(), StatusCode::UNPROCESSABLE_ENTITY);
    let paid = world.http.post(&url).form(&form("4242424242424242", "pay")).send().await.unwrap();
    assert_eq!(paid.status(), StatusCode::SEE_OTHER);
    let types = world.event_types().await;
    assert_eq!(types.iter().filter(|kind| *kind == "payment_intent.payment_failed").count(), 2);
    assert_eq!(types.iter().filter(|kind| *kind == "checkout.session.completed").count(), 1);
}

#[tokio::test]
async fn a_page_that_ran_out_cannot_be_paid() {
    let world = World::start(Config::default()).await;
    let checkout = world.checkout().await;
    world.control("/_sandbox/clock", json!({ "advance_seconds": 86_400 })).await;
    let form = [("email", "a@b.test"), ("card_number", "4242424242424242"), ("outcome", "pay")];
    let late = world.http.post(text(&checkout["url"])).form(&form).send().await.unwrap();
    assert_eq!(late.status(), StatusCode::GONE);
    assert_eq!(world.event_types().await, ["checkout.session.expired"]);
    let again = world
        .stripe(&format!("/v1/checkout/sessions/{}/expire", text(&checkout["id"])), None, &[])
        .await;
    assert_eq!(again.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn bad_requests_are_refused_as_stripe_does() {
    let world = World::start(Config::default()).await;
    for (name, value, code, param) in [
        ("mode", "subscription", "parameter_invalid", "mode"),
        ("line_items[0][price_data][unit_amount]", "49", "amount_too_small", "line_items"),
        ("line_items[0][price_data][unit_amount]", "100000000", "amount_too_large", "line_items"),
        (
            "line_items[0][price_data][unit_amount]",
            "12.5",
            "parameter_invalid_integer",
            "line_items[0][price_data][unit_amount]",
        ),
        ("success_url", "javascript:alert(1)", "url_invalid", "success_url"),
        ("customer_email", "nobody", "email_invalid", "customer_email"),
        ("no_such_thing", "1", "parameter_unknown", "no_such_thing"),
    ] {
        let response =
            world.stripe("/v1/checkout/sessions", None, &checkout_with(name, value)).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{name}={value}");
        let problem: Value = response.json().await.unwrap();
        assert_eq!(problem["error"]["code"], code, "{problem}");
        assert_eq!(problem["error"]["param"], param, "{problem}");
    }
}

#[tokio::test]
async fn unknown_ids_and_bad_keys_are_refused() {
    let world = World::start(Config {
        stripe_key: Some("sk_test_the_one".to_owned()),
        ..Config::default()
    })
    .await;
    let wrong = world.get("/v1/payment_intents/pi_none").await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    let url = world.url("/v1/payment_intents/pi_none");
    let missing = world.http.get(url).bearer_auth("sk_test_the_one").send().await.unwrap();
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    let problem: Value = missing.json().await.unwrap();
    assert_eq!(problem["error"]["code"], "resource_missing");
}

#[tokio::test]
async fn refunds_tell_the_cumulative_amount() {
    let world = World::start(Config::default()).await;
    let payment = world.payment().await;
    for amount in ["1000", "500"] {
        let form = [("payment_intent", payment.as_str()), ("amount", amount)];
        assert_eq!(world.stripe("/v1/refunds", None, &form).await.status(), StatusCode::OK);
    }
    let form = [("payment_intent", payment.as_str()), ("amount", "1001")];
    let too_much = world.stripe("/v1/refunds", None, &form).await;
    assert_eq!(too_much.status(), StatusCode::BAD_REQUEST);
    let told: Vec<Value> = world
        .events()
        .await
        .into_iter()
        .filter(|item| item["event"]["type"] == "charge.refunded")
        .map(|item| item["event"]["data"]["object"]["amount_refunded"].clone())
        .collect();
    assert_eq!(told, [json!(1000), json!(1500)]);
}

#[tokio::test]
async fn a_dispute_is_opened_once_and_decided_once() {
    let world = World::start(Config::default()).await;
    let payment = world.payment().await;
    let open = json!({ "payment_intent": payment });
    let dispute: Value =
        world.control("/_sandbox/disputes", open.clone()).await.json().await.unwrap();
    assert_eq!(dispute["status"], "needs_response");
    assert_eq!(world.control("/_sandbox/disputes", open).await.status(), StatusCode::BAD_REQUEST);
    let refund = world.stripe("/v1/refunds", None, &[("payment_intent", &payment)]).await;
    assert_eq!(refund.status(), StatusCode::BAD_REQUEST);
    let close = format!("/_sandbox/disputes/{}/close", text(&dispute["id"]));
    let won: Value = world.control(&close, json!({ "won": true })).await.json().await.unwrap();
    assert_eq!(won["status"], "won");
    let again = world.control(&close, json!({ "won": false })).await;
    assert_eq!(again.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_state_survives_a_restart() {
    let path = std::env::temp_dir().join(format!("sandbox-{}.json", uuid::Uuid::new_v4()));
    let config = Config { state_file: Some(path.clone()), ..Config::default() };
    let world = World::start(config.clone()).await;
    let payment = world.payment().await;
    world.running.save().unwrap();
    drop(world);
    let world = World::start(config).await;
    let read = world.get(&format!("/v1/payment_intents/{payment}")).await;
    assert_eq!(read.status(), StatusCode::OK);
    assert_eq!(world.event_types().await.len(), 3);
    std::fs::remove_file(path).unwrap();
}
