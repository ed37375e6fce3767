//! Money comes in: Checkout at the card processor, and its events in every order the world knows.

use parlor_tests::Person;
use reqwest::Method;
use serde_json::{Value, json};

use crate::figures::{count, sum};
use crate::world::{SHARED, World, key, number, text};

/// A top-up and its page at the processor.
struct TopUp {
    path: String,
    checkout: String,
}

async fn start(member: &Person, amount_minor: i64) -> TopUp {
    let body = json!({ "amount_minor": amount_minor });
    let top_up = member.post_once("/v1/wallet/top-ups", &key(), &body).await.unwrap();
    assert_eq!(top_up["status"], "pending", "{top_up}");
    let checkout = text(&top_up["checkout_url"]).rsplit('/').next().unwrap().to_owned();
    TopUp { path: format!("/v1/wallet/top-ups/{}", text(&top_up["id"])), checkout }
}

async fn pay(world: &World, member: &Person, top_up: &TopUp, decline: bool) -> Value {
    let path = format!("/_sandbox/checkouts/{}/pay", top_up.checkout);
    world.sandbox(&path, &json!({ "email": member.email, "decline": decline })).await
}

async fn paid(world: &World, member: &Person, top_up: &TopUp) {
    let came = world.stack.eventually("the payment", async || {
        Ok((member.get(&top_up.path).await?["status"] == "paid").then_some(()))
    });
    came.await.unwrap();
}

/// Waits until the processor has nothing more to tell about a payment.
async fn told(world: &World, payment: &str, deliveries: usize) -> Vec<Value> {
    let waiting = world.stack.eventually("the deliveries", async || {
        let events = world.sandbox_get("/_sandbox/events").await;
        let of_payment = |event: &&Value| event["event"].to_string().contains(payment);
        let events: Vec<Value> =
            events["items"].as_array().unwrap().iter().filter(of_payment).cloned().collect();
        let all: Vec<&Value> =
            events.iter().flat_map(|event| event["deliveries"].as_array().unwrap()).collect();
        let done = all.iter().filter(|one| one["state"] == "delivered").count();
        Ok((done == all.len() && done >= deliveries).then_some(events))
    });
    waiting.await.unwrap()
}

async fn assert_credited_once(member: &Person, amount_minor: i64) {
    let wallet = member.get("/v1/wallet").await.unwrap();
    assert_eq!(wallet["available_minor"], amount_minor, "{wallet}");
    let statement = member.get("/v1/wallet/statement").await.unwrap();
    assert_eq!((count(&statement, "top_up"), sum(&statement)), (1, amount_minor), "{statement}");
}

#[tokio::test]
async fn a_top_up_is_paid_after_a_declined_card() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let member = world.member("payer").await;
    let top_up = start(&member, 2_500).await;
    assert_eq!(pay(&world, &member, &top_up, true).await["paid"], false);
    assert_eq!(member.get(&top_up.path).await.unwrap()["status"], "pending");
    assert_eq!(member.get("/v1/wallet").await.unwrap()["available_minor"], 0);
    assert_eq!(pay(&world, &member, &top_up, false).await["paid"], true);
    paid(&world, &member, &top_up).await;
    assert_credited_once(&member, 2_500).await;
}

#[tokio::test]
async fn a_top_up_has_limits_and_one_page_for_each_key() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let member = world.member("limits").await;
    for amount in [json!(99), json!(50_001), json!(-100), json!("abc"), json!(10.5), json!(null)] {
        let body = json!({ "amount_minor": amount });
        let reply =
            member.send(Method::POST, "/v1/wallet/top-ups", Some(&key()), Some(&body)).await;
        assert_eq!(reply.unwrap().status, 400, "{amount}");
    }
    let body = json!({ "amount_minor": 100 });
    let keyless = member.send(Method::POST, "/v1/wallet/top-ups", None, Some(&body)).await.unwrap();
    assert_eq!(keyless.body["type"], "/problems/idempotency-key-missing");
    let same = key();
    let one = member.post_once("/v1/wallet/top-ups", &same, &body).await.unwrap();
    let two = member.post_once("/v1/wallet/top-ups", &same, &body).await.unwrap();
    assert_eq!(one, two);
    let other = json!({ "amount_minor": 200 });
    let reused = member.send(Method::POST, "/v1/wallet/top-ups", Some(&same), Some(&other)).await;
    assert_eq!(reused.unwrap().status, 422);
    // Nobody else can look at it.
    let stranger = world.member("stranger").await;
    let path = format!("/v1/wallet/top-ups/{}", text(&one["id"]));
    assert_eq!(stranger.send(Method::GET, &path, None, None).await.unwrap().status, 404);
}

#[tokio::test]
async fn an_abandoned_page_expires_and_pays_nothing() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let member = world.member("leaver").await;
    let top_up = start(&member, 1_000).await;
    let url = format!("{}/v1/checkout/sessions/{}/expire", world.stack.sandbox, top_up.checkout);
    let api_key = format!("sk_test_{}", crate::world::unique());
    let request = reqwest::Client::new().post(url).bearer_auth(api_key);
    let reply = request.header("idempotency-key", key()).send().await.unwrap();
    assert_eq!(reply.status(), 200);
    let expired = world.stack.eventually("the expiry", async || {
        Ok((member.get(&top_up.path).await?["status"] == "expired").then_some(()))
    });
    expired.await.unwrap();
    assert_eq!(member.get("/v1/wallet").await.unwrap()["available_minor"], 0);
}

#[tokio::test]
async fn events_that_come_twice_late_and_in_the_wrong_order_credit_once() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let member = world.member("storm").await;
    let top_up = start(&member, 2_500).await;
    world.sandbox("/_sandbox/webhooks", &json!({ "hold": true, "duplicate": 3 })).await;
    let payment = text(&pay(&world, &member, &top_up, false).await["payment_intent"]);
    assert_eq!(member.get(&top_up.path).await.unwrap()["status"], "pending");
    // All at once, the newest first, and the first two are lost on their way.
    world.sandbox("/_sandbox/webhooks", &json!({ "reorder": true, "drop_first": 2 })).await;
    paid(&world, &member, &top_up).await;
    let events = told(&world, &payment, 8).await;
    assert_credited_once(&member, 2_500).await;

    for event in &events {
        let again = json!({ "event_id": event["event"]["id"], "copies": 2 });
        world.sandbox("/_sandbox/deliver", &again).await;
    }
    world.sandbox("/_sandbox/webhooks", &json!({})).await;
    told(&world, &payment, 8 + 2 * events.len()).await;
    assert_credited_once(&member, 2_500).await;
    world.assert_conserved().await;
}

#[tokio::test]
async fn an_event_with_a_wrong_signature_changes_nothing() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let member = world.member("forger").await;
    let top_up = start(&member, 2_500).await;
    let settings = json!({ "sign_wrong": true });
    world.sandbox("/_sandbox/webhooks", &settings).await;
    let payment = text(&pay(&world, &member, &top_up, false).await["payment_intent"]);
    let refused = world.stack.eventually("a refusal", async || {
        let events = world.sandbox_get("/_sandbox/events").await;
        let items = events["items"].as_array().unwrap();
        let of_payment = items.iter().filter(|event| event["event"].to_string().contains(&payment));
        let attempts: Vec<i64> = of_payment
            .flat_map(|event| event["deliveries"].as_array().unwrap())
            .flat_map(|delivery| delivery["attempts"].as_array().unwrap())
            .map(|attempt| number(&attempt["status"]))
            .collect();
        Ok((!attempts.is_empty()).then_some(attempts))
    });
    assert!(refused.await.unwrap().iter().all(|status| *status == 400));
    assert_eq!(member.get("/v1/wallet").await.unwrap()["available_minor"], 0);
    // An old signature is no better: somebody might have kept it.
    world.sandbox("/_sandbox/webhooks", &json!({ "sign_age_seconds": 3600 })).await;
    assert_eq!(member.get(&top_up.path).await.unwrap()["status"], "pending");
    world.sandbox("/_sandbox/webhooks", &json!({})).await;
    paid(&world, &member, &top_up).await;
    assert_credited_once(&member, 2_500).await;
}

#[tokio::test]
async fn an_unsigned_event_of_the_processor_is_refused() {
    let world = World::new();
    let url = text(&world.stack.outputs["StripeWebhookUrl"]);
    let id = url.trim_start_matches("https://").split('.').next().unwrap_or_default();
    // The name of a function URL does not resolve here; the emulator also serves it by path.
    let aws = text(&world.stack.outputs["AwsUrl"]);
    let url = format!("{aws}/_aws/lambda-url/{id}/");
    let event = json!({ "id": "evt_forged", "type": "checkout.session.completed" });
    let reply = world.stack.call(None, Method::POST, &url, None, Some(&event)).await.unwrap();
    assert_eq!(
        (reply.status.as_u16(), &reply.body["type"]),
        (400, &json!("/problems/bad-signature"))
    );
}
