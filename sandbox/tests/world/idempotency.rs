//! Stripe's idempotency keys.

use futures::future::join_all;
use http::StatusCode;
use sandbox::Config;
use serde_json::{Value, json};

use crate::support::{CHECKOUT, World, checkout_with, text};

const PATH: &str = "/v1/checkout/sessions";

#[tokio::test]
async fn the_same_key_and_parameters_replay_the_first_answer() {
    let world = World::start(Config::default()).await;
    let first = world.stripe(PATH, Some("k"), &CHECKOUT).await;
    assert!(!first.headers().contains_key("idempotent-replayed"));
    let first: Value = first.json().await.unwrap();
    let mut reversed = CHECKOUT;
    reversed.reverse();
    let second = world.stripe(PATH, Some("k"), &reversed).await;
    assert_eq!(second.headers()["idempotent-replayed"], "true");
    assert_eq!(second.json::<Value>().await.unwrap(), first);
}

#[tokio::test]
async fn the_same_key_with_other_parameters_is_refused() {
    let world = World::start(Config::default()).await;
    world.stripe(PATH, Some("k"), &CHECKOUT).await;
    let other = checkout_with("line_items[0][price_data][unit_amount]", "2600");
    let refused = world.stripe(PATH, Some("k"), &other).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    let problem: Value = refused.json().await.unwrap();
    assert_eq!(problem["error"]["type"], "idempotency_error");
}

#[tokio::test]
async fn a_key_under_way_is_refused_and_one_object_is_made() {
    let world = World::start(Config::default()).await;
    world.control("/_sandbox/faults", json!({ "latency_ms": 300 })).await;
    let answers = join_all((0..8).map(|_| world.stripe(PATH, Some("k"), &CHECKOUT))).await;
    let mut made = Vec::new();
    for answer in answers {
        let status = answer.status();
        let body: Value = answer.json().await.unwrap();
        if status == StatusCode::OK {
            made.push(text(&body["id"]));
        } else {
            assert_eq!(status, StatusCode::CONFLICT);
            assert_eq!(body["error"]["code"], "idempotency_key_in_use");
        }
    }
    assert_eq!(made.len(), 1);
    world.control("/_sandbox/faults", json!({})).await;
    let replay: Value = world.stripe(PATH, Some("k"), &CHECKOUT).await.json().await.unwrap();
    assert_eq!(text(&replay["id"]), made[0]);
}

#[tokio::test]
async fn an_error_after_execution_began_is_replayed() {
    let world = World::start(Config::default()).await;
    let payment = world.payment().await;
    let form = [("payment_intent", payment.as_str()), ("amount", "9999")];
    let first = world.stripe("/v1/refunds", Some("k"), &form).await;
    assert_eq!(first.status(), StatusCode::BAD_REQUEST);
    let second = world.stripe("/v1/refunds", Some("k"), &form).await;
    assert_eq!(second.status(), StatusCode::BAD_REQUEST);
    assert_eq!(second.headers()["idempotent-replayed"], "true");
}

#[tokio::test]
async fn an_error_before_execution_leaves_the_key_free() {
    let world = World::start(Config::default()).await;
    let bad = checkout_with("line_items[0][price_data][unit_amount]", "1");
    let refused = world.stripe(PATH, Some("k"), &bad).await;
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    world.control("/_sandbox/faults", json!({ "refuse_next": 1 })).await;
    let down = world.stripe(PATH, Some("k"), &CHECKOUT).await;
    assert_eq!(down.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(world.stripe(PATH, Some("k"), &CHECKOUT).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_lost_answer_is_replayed() {
    let world = World::start(Config::default()).await;
    world.control("/_sandbox/faults", json!({ "lose_next": 1 })).await;
    let request = world.http.post(world.url(PATH)).bearer_auth("sk_test_sandbox");
    let lost = request.header("Idempotency-Key", "k").form(&CHECKOUT).send().await;
    let lost = match lost {
        Ok(answer) => answer.bytes().await.is_err(),
        Err(_) => true,
    };
    assert!(lost, "the answer arrived");
    let again = world.stripe(PATH, Some("k"), &CHECKOUT).await;
    assert_eq!(again.headers()["idempotent-replayed"], "true");
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let world = World::start(Config::default()).await;
    let first: Value = world.stripe(PATH, Some("k"), &CHECKOUT).await.json().await.unwrap();
    world.control("/_sandbox/clock", json!({ "advance_seconds": 86_340 })).await;
    let kept: Value = world.stripe(PATH, Some("k"), &CHECKOUT).await.json().await.unwrap();
    assert_eq!(kept["id"], first["id"]);
    world.control("/_sandbox/clock", json!({ "advance_seconds": 60 })).await;
    let fresh: Value = world.stripe(PATH, Some("k"), &CHECKOUT).await.json().await.unwrap();
    assert_ne!(fresh["id"], first["id"]);
}

#[tokio::test]
async fn a_key_of_another_endpoint_is_refused() {
    let world = World::start(Config::default()).await;
    let payment = world.payment().await;
    let form = [("payment_intent", payment.as_str())];
    assert_eq!(world.stripe("/v1/refunds", Some("k"), &form).await.status(), StatusCode::OK);
    let other = world.stripe(PATH, Some("k"), &form).await;
    assert_eq!(other.status(), StatusCode::BAD_REQUEST);
}
