//! Money goes back to the card: refunds by the processor, and disputes.

use parlor_tests::Person;
use reqwest::Method;
use serde_json::{Value, json};

use crate::figures::{count, sum};
use crate::world::{SHARED, World, key, number, text, unique};

/// A member who has paid, and the payment at the processor.
async fn payer(world: &World, name: &str, amount_minor: i64) -> (Person, String) {
    let member = world.member(name).await;
    let body = json!({ "amount_minor": amount_minor });
    let top_up = member.post_once("/v1/wallet/top-ups", &key(), &body).await.unwrap();
    let checkout = text(&top_up["checkout_url"]).rsplit('/').next().unwrap().to_owned();
    let path = format!("/_sandbox/checkouts/{checkout}/pay");
    let paid = world.sandbox(&path, &json!({ "email": member.email })).await;
    available(world, &member, amount_minor).await;
    (member, text(&paid["payment_intent"]))
}

async fn available(world: &World, member: &Person, amount_minor: i64) -> Value {
    let what = format!("{amount_minor} in the wallet");
    let came = world.stack.eventually(&what, async || {
        let wallet = member.get("/v1/wallet").await?;
        Ok((wallet["available_minor"] == amount_minor).then_some(wallet))
    });
    came.await.unwrap()
}

/// What an operator does on the processor's own dashboard.
async fn refund(world: &World, payment: &str, amount_minor: i64) {
    let url = format!("{}/v1/refunds", world.stack.sandbox);
    let amount = amount_minor.to_string();
    let form = [("payment_intent", payment), ("amount", amount.as_str())];
    let request = reqwest::Client::new().post(url).bearer_auth(format!("sk_test_{}", unique()));
    let reply = request.header("idempotency-key", key()).form(&form).send().await.unwrap();
    assert_eq!(reply.status(), 200);
}

#[tokio::test]
async fn refunds_of_the_card_are_told_cumulatively_and_taken_once() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let (member, payment) = payer(&world, "refunded", 2_500).await;
    refund(&world, &payment, 1_000).await;
    available(&world, &member, 1_500).await;
    refund(&world, &payment, 500).await;
    available(&world, &member, 1_000).await;

    let events = world.sandbox_get("/_sandbox/events").await;
    let events = events["items"].as_array().unwrap();
    let told: Vec<&Value> = events
        .iter()
        .filter(|event| event["event"]["type"] == "charge.refunded")
        .filter(|event| event["event"].to_string().contains(&payment))
        .collect();
    assert_eq!(told.len(), 2);
    // The first comes again after the second: nothing is left to take.
    for event in told {
        world.sandbox("/_sandbox/deliver", &json!({ "event_id": event["event"]["id"] })).await;
    }
    delivered(&world, &payment).await;
    let statement = member.get("/v1/wallet/statement").await.unwrap();
    assert_eq!((count(&statement, "card_refund"), sum(&statement)), (2, 1_000), "{statement}");
}

/// Waits until nothing about a payment is under way.
async fn delivered(world: &World, payment: &str) {
    let done = world.stack.eventually("the deliveries", async || {
        let events = world.sandbox_get("/_sandbox/events").await;
        let items = events["items"].as_array().unwrap();
        let mut all = items
            .iter()
            .filter(|event| event["event"].to_string().contains(payment))
            .flat_map(|event| event["deliveries"].as_array().unwrap());
        Ok(all.all(|one| one["state"] == "delivered").then_some(()))
    });
    done.await.unwrap();
}

#[tokio::test]
async fn a_dispute_locks_spending_until_it_is_won() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let (member, payment) = payer(&world, "disputed", 2_500).await;
    let host = world.host("Bea", 100).await;
    let dispute = world.sandbox("/_sandbox/disputes", &json!({ "payment_intent": payment })).await;
    let wallet = available(&world, &member, 0).await;
    assert_eq!(wallet["spending_locked"], true, "{wallet}");
    let body = json!({ "host_id": host.id, "modality": "text" });
    let refused =
        member.send(Method::POST, "/v1/sessions", Some(&key()), Some(&body)).await.unwrap();
    assert_eq!(
        (refused.status.as_u16(), &refused.body["type"]),
        (403, &json!("/problems/spending-locked"))
    );

    let close = format!("/_sandbox/disputes/{}/close", text(&dispute["id"]));
    world.sandbox(&close, &json!({ "won": true })).await;
    let wallet = available(&world, &member, 2_500).await;
    assert_eq!(wallet["spending_locked"], false, "{wallet}");
    delivered(&world, &payment).await;
    let statement = member.get("/v1/wallet/statement").await.unwrap();
    assert_eq!((count(&statement, "dispute"), count(&statement, "dispute_reversal")), (1, 1));
    assert_eq!(sum(&statement), 2_500);
}

#[tokio::test]
async fn a_lost_dispute_of_spent_money_is_the_platforms_loss() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let (member, payment) = payer(&world, "lost", 1_000).await;
    let host = world.host("Cleo", 300).await;
    let room = world.running(member, host).await;
    let session = room.end(&world).await;
    let spent = number(&session["settlement"]["gross_minor"]);
    assert_eq!(spent, 300, "{session}");

    let dispute = world.sandbox("/_sandbox/disputes", &json!({ "payment_intent": payment })).await;
    available(&world, &room.member, -spent).await;
    let close = format!("/_sandbox/disputes/{}/close", text(&dispute["id"]));
    world.sandbox(&close, &json!({ "won": false })).await;
    let wallet = available(&world, &room.member, 0).await;
    assert_eq!(wallet["spending_locked"], true, "an admin decides about that: {wallet}");
    let earnings = room.host.get("/v1/host/earnings").await.unwrap();
    assert_eq!(earnings["available_minor"], 210, "the host keeps the share: {earnings}");
    world.assert_conserved().await;
}
