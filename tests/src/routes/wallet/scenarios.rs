//! The acceptance scenarios of SoulSeer, section 15, that are about a wallet: 4, 6 and 27 (5 is beside its route).

use serde_json::{Value, json};
use testkit::{Call, Fault, Kit, Person};

use super::till::{Shop, Till, completed, dispute, pending, refunded};
use crate::books::Books;
use crate::session_world::{Who, World};

#[tokio::test]
async fn scenario_04_top_up_once() {
    let shop = Shop::open().await;
    let ada = shop.kit.member("Ada").await;
    let top_up = shop.top_up(&ada, "request-1", 2_500).await;
    shop.pay(&top_up).await;
    let paid = shop.event("checkout.session.completed").await;
    let arrived = shop.event("payment_intent.succeeded").await;
    for body in [&paid, &paid, &arrived] {
        shop.till.accept(&shop.kit, body).await;
    }
    // Everything else that the processor tells about a payment changes nothing either.
    for body in shop.events().await {
        shop.till.accept(&shop.kit, &body).await;
    }
    assert_eq!(Books::of(&shop.kit).spending(&ada.id()), 2_500);
    assert_eq!(Books::of(&shop.kit).lines(top_up["id"].as_str().unwrap()), ["CREDIT"]);
}

fn kept(kit: &Kit, event_id: &str) -> Value {
    kit.items("app", &format!("STRIPE#{event_id}"))[0].clone()
}

#[tokio::test]
async fn scenario_06_webhook_trouble() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    let top_up = pending(&kit, &ada, 2_500).await;
    let body = completed("1", &top_up, 2_500);

    let forged = sandbox::sign("another secret", kit.ctx().now().as_second(), body.as_bytes());
    assert_eq!(till.send(&body, &forged).await.status, 400);
    assert!(kit.items("app", "STRIPE#").is_empty());

    // The store takes the event but not its effect.
    kit.aws.faults.set(|call: &Call<'_>| {
        let effect = call.operation == "TransactWriteItems"
            && call.body["TransactItems"].as_array().is_some_and(|writes| writes.len() > 1);
        if effect { Fault::Broken } else { Fault::None }
    });
    let reply = till.deliver(&kit, &body).await;
    assert_eq!(reply.status, 503, "{}", reply.text);
    assert_eq!(kept(&kit, "evt_1")["status"]["S"], "received");
    assert_eq!(Books::of(&kit).spending(&ada.id()), 0);
    kit.aws.faults.clear();
    till.accept(&kit, &body).await;
    till.accept(&kit, &body).await;
    assert_eq!(Books::of(&kit).spending(&ada.id()), 2_500);

    let unknown = completed("2", "0197a000-0000-7000-8000-000000000000", 900);
    for _ in 0..6 {
        assert_eq!(till.deliver(&kit, &unknown).await.status, 503);
    }
    assert_eq!(kept(&kit, "evt_2")["status"]["S"], "parked");
    assert_eq!(Books::of(&kit).spending(&ada.id()), 2_500);
}

/// A world in which C has topped up 25.00 and spent 9.00 on R.
async fn spent_nine() -> (World, Till) {
    let world = World::new(0).await;
    let till = Till::over(&world.kit);
    let top_up = pending(&world.kit, &world.c, 2_500).await;
    till.accept(&world.kit, &completed("1", &top_up, 2_500)).await;
    let session = world.active().await;
    world.room(&session, 0, 170).await;
    world.at(175);
    world.done(Who::C, &session, "end").await;
    assert_eq!(world.settled(), (1_600, 630, 270));
    (world, till)
}

#[tokio::test]
async fn scenario_27_card_refund() {
    let (world, till) = spent_nine().await;
    let steps =
        [(refunded("2", 1_000), 600), (refunded("3", 1_500), 100), (refunded("3", 1_500), 100)];
    for (body, left) in steps {
        till.accept(&world.kit, &body).await;
        assert_eq!(world.settled(), (left, 630, 270));
    }
    // An older report that comes late, and the same figure under another event's id.
    for body in [refunded("4", 1_000), refunded("5", 1_500)] {
        till.accept(&world.kit, &body).await;
        assert_eq!(world.settled(), (100, 630, 270));
    }
    // What C no longer has is the platform's loss.
    till.accept(&world.kit, &refunded("6", 2_500)).await;
    assert_eq!(world.settled(), (0, 630, 270));
    assert_eq!(world.books().write_offs(), -900);
}

async fn locked(till: &Till, kit: &Kit, person: &Person) -> bool {
    till.wallet(kit, person).await["spending_locked"].as_bool().unwrap()
}

#[tokio::test]
async fn scenario_27_dispute_won() {
    let (world, till) = spent_nine().await;
    let opened = dispute("2", "charge.dispute.created", "needs_response", 2_500);
    for _ in 0..2 {
        till.accept(&world.kit, &opened).await;
        let books = Books::in_dispute(&world.kit);
        assert_eq!((books.spending(&world.c.id()), books.earnings(&world.r.id())), (-900, 630));
        assert!(locked(&till, &world.kit, &world.c).await);
    }
    let refused = world.ask("voice").await;
    assert!([402, 403].contains(&refused.status), "{}", refused.text);
    let won = dispute("3", "charge.dispute.closed", "won", 2_500);
    for _ in 0..2 {
        till.accept(&world.kit, &won).await;
        assert_eq!(world.settled(), (1_600, 630, 270));
        assert!(!locked(&till, &world.kit, &world.c).await);
    }
    world.requested().await;
}

#[tokio::test]
async fn scenario_27_dispute_lost() {
    let (world, till) = spent_nine().await;
    let opened = dispute("2", "charge.dispute.created", "needs_response", 2_500);
    till.accept(&world.kit, &opened).await;
    let lost = dispute("3", "charge.dispute.closed", "lost", 2_500);
    for _ in 0..2 {
        till.accept(&world.kit, &lost).await;
        assert_eq!(world.settled(), (0, 630, 270));
        assert_eq!(world.books().write_offs(), -900);
        assert!(locked(&till, &world.kit, &world.c).await);
    }
    let refused = world.ask("voice").await;
    assert!([402, 403].contains(&refused.status), "{}", refused.text);
}

#[tokio::test]
async fn a_dispute_during_a_session_stops_the_next_lease() {
    let world = World::new(0).await;
    let till = Till::over(&world.kit);
    let top_up = pending(&world.kit, &world.c, 2_500).await;
    till.accept(&world.kit, &completed("1", &top_up, 2_500)).await;
    let session = world.active().await;
    let opened = dispute("2", "charge.dispute.created", "needs_response", 2_500);
    till.accept(&world.kit, &opened).await;
    world.room(&session, 0, 100).await;
    let paused = world.read(Who::C, &session).await;
    assert_eq!((&paused["state"], world.seconds(&paused["paused_at"])), (&json!("paused"), 60));
    let books = Books::in_dispute(&world.kit);
    assert_eq!((books.spending(&world.c.id()), books.held()), (-300, 300));
}
