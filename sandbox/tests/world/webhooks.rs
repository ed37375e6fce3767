//! Deliveries: signed, repeated, and disturbed on request.

use std::time::Duration;

use sandbox::{Config, sign};
use serde_json::{Value, json};

use crate::receiver::Receiver;
use crate::support::{World, text};

async fn world(receiver: &Receiver, attempts_max: u32) -> World {
    World::start(Config {
        webhook_url: Some(receiver.url.clone()),
        retry_backoff: Duration::from_millis(5),
        attempts_max,
        ..Config::default()
    })
    .await
}

async fn record(world: &World, event_type: &str) -> String {
    let event = json!({ "type": event_type, "object": { "id": "x" } });
    let recorded: Value = world.control("/_sandbox/events", event).await.json().await.unwrap();
    text(&recorded["id"])
}

#[tokio::test]
async fn a_delivery_is_signed_over_its_raw_body() {
    let receiver = Receiver::start(&[]).await;
    let world = world(&receiver, 3).await;
    record(&world, "a").await;
    world.running.deliveries_settled().await;
    let got = receiver.got();
    let (time, _) = got[0].signature.strip_prefix("t=").unwrap().split_once(',').unwrap();
    let secret = &world.running.sandbox().config().webhook_secret;
    assert_eq!(got[0].signature, sign(secret, time.parse().unwrap(), &got[0].body));
}

#[tokio::test]
async fn a_refused_delivery_is_repeated_until_it_is_accepted() {
    let receiver = Receiver::start(&[500, 302]).await;
    let world = world(&receiver, 5).await;
    record(&world, "a").await;
    world.running.deliveries_settled().await;
    assert_eq!(receiver.got().len(), 3);
    let delivery = &world.events().await[0]["deliveries"][0];
    assert_eq!(delivery["state"], "delivered");
    let statuses: Vec<&Value> =
        delivery["attempts"].as_array().unwrap().iter().map(|a| &a["status"]).collect();
    assert_eq!(statuses, [&json!(500), &json!(302), &json!(200)]);
}

#[tokio::test]
async fn attempts_are_bounded() {
    let receiver = Receiver::start(&[500; 20]).await;
    let world = world(&receiver, 3).await;
    record(&world, "a").await;
    world.running.deliveries_settled().await;
    assert_eq!(receiver.got().len(), 3);
    assert_eq!(world.events().await[0]["deliveries"][0]["state"], "given_up");
}

#[tokio::test]
async fn events_can_be_held_reordered_and_duplicated() {
    let receiver = Receiver::start(&[]).await;
    let world = world(&receiver, 3).await;
    let held = json!({ "hold": true, "duplicate": 1 });
    world.control("/_sandbox/webhooks", held).await;
    for kind in ["a", "b", "c"] {
        record(&world, kind).await;
    }
    world.running.deliveries_settled().await;
    assert!(receiver.got().is_empty());
    world.control("/_sandbox/webhooks", json!({ "reorder": true })).await;
    world.running.deliveries_settled().await;
    assert_eq!(receiver.types(), ["c", "c", "b", "b", "a", "a"]);
}

#[tokio::test]
async fn first_attempts_can_be_lost_and_events_sent_again() {
    let receiver = Receiver::start(&[]).await;
    let world = world(&receiver, 3).await;
    world.control("/_sandbox/webhooks", json!({ "drop_first": 1 })).await;
    let id = record(&world, "a").await;
    world.running.deliveries_settled().await;
    assert_eq!(receiver.got().len(), 1);
    let again = json!({ "event_id": id, "copies": 2 });
    assert_eq!(world.control("/_sandbox/deliver", again).await.status(), 202);
    world.running.deliveries_settled().await;
    assert_eq!(receiver.got().len(), 3);
    let unknown = json!({ "event_id": "evt_none" });
    assert_eq!(world.control("/_sandbox/deliver", unknown).await.status(), 404);
}

#[tokio::test]
async fn a_delayed_event_arrives_later() {
    let receiver = Receiver::start(&[]).await;
    let world = world(&receiver, 3).await;
    world.control("/_sandbox/webhooks", json!({ "delay_ms": 40 })).await;
    let began = std::time::Instant::now();
    record(&world, "a").await;
    world.running.deliveries_settled().await;
    assert!(began.elapsed() >= Duration::from_millis(40));
    assert_eq!(receiver.got().len(), 1);
}

#[tokio::test]
async fn without_an_address_events_are_only_recorded() {
    let world = World::start(Config::default()).await;
    record(&world, "a").await;
    world.running.deliveries_settled().await;
    assert_eq!(world.events().await[0]["deliveries"][0]["state"], "unaddressed");
}

#[tokio::test]
async fn the_control_page_shows_what_happened() {
    let world = World::start(Config::default()).await;
    let payment = world.payment().await;
    let html = world.get("/_sandbox").await.text().await.unwrap();
    assert!(html.contains(&payment) && html.contains("checkout.session.completed"), "{html}");
    let form = [("payment_intent", payment.as_str())];
    let disputed =
        world.http.post(world.url("/_sandbox/page/dispute")).form(&form).send().await.unwrap();
    assert_eq!(disputed.status(), 303);
    assert!(world.event_types().await.contains(&"charge.dispute.created".to_owned()));
}
