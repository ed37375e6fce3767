//! `POST /` of the processor's function URL.

use futures::future::join_all;
use serde_json::{Value, json};
use store::wallet::wallet_key;
use store::{Table, Transaction, Update};
use testkit::{Call, Fault, Kit};

use super::till::{Till, completed, dispute, event, pending, refunded, succeeded};
use crate::books::Books;

#[tokio::test]
async fn an_unsigned_or_wrongly_signed_event_leaves_nothing_behind() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    let top_up = pending(&kit, &ada, 2_500).await;
    let body = completed("1", &top_up, 2_500);
    let now = kit.ctx().now().as_second();
    let good = till.signature(now, &body);
    let signatures = [
        String::new(),
        "t=1,v1=00".to_owned(),
        sandbox::sign("another secret", now, body.as_bytes()),
        till.signature(now, &body.replace("2500", "250000")),
        till.signature(now - 301, &body),
        till.signature(now + 301, &body),
        good.replace("v1=", "v0="),
    ];
    for signature in signatures {
        let reply = till.send(&body, &signature).await;
        assert_eq!((reply.status, reply.problem()), (400, "bad-signature"), "{signature}");
    }
    assert!(kit.items("app", "STRIPE#").is_empty());
    assert_eq!(Books::of(&kit).spending(&ada.id()), 0);
    for seconds in [now - 299, now + 299, now - 300, now + 300] {
        assert_eq!(till.send(&body, &till.signature(seconds, &body)).await.status, 200);
    }
    assert_eq!(Books::of(&kit).spending(&ada.id()), 2_500);
}

#[tokio::test]
async fn a_rotated_secret_is_read_again_by_a_process_that_knows_the_old_one() {
    let kit = Kit::new().await;
    let mut till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    let [first, second] = [pending(&kit, &ada, 2_500).await, pending(&kit, &ada, 1_000).await];
    till.accept(&kit, &completed("1", &first, 2_500)).await;
    till.rotate();
    let body = completed("2", &second, 1_000);
    assert_eq!(till.deliver(&kit, &body).await.problem(), "bad-signature");
    till.store_secret(&kit);
    // Not at each bad signature: the store of secrets is asked every few seconds at most.
    let reads = kit.aws.sent("GetSecretValue").len();
    for _ in 0..3 {
        assert_eq!(till.deliver(&kit, &body).await.problem(), "bad-signature");
    }
    assert_eq!(kit.aws.sent("GetSecretValue").len(), reads);
    kit.clock.advance(5);
    till.accept(&kit, &body).await;
    assert_eq!(Books::of(&kit).spending(&ada.id()), 3_500);
}

#[tokio::test]
async fn a_hundred_copies_at_once_are_one_credit() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    let top_up = pending(&kit, &ada, 2_500).await;
    let body = completed("1", &top_up, 2_500);
    let replies = join_all((0..100).map(|_| till.deliver(&kit, &body))).await;
    for reply in replies {
        assert_eq!((reply.status, &reply.body["received"]), (200, &json!(true)), "{}", reply.text);
    }
    assert_eq!(Books::of(&kit).spending(&ada.id()), 2_500);
}

#[tokio::test]
async fn a_hundred_events_of_one_payment_at_once_are_one_credit() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    let top_up = pending(&kit, &ada, 2_500).await;
    let bodies: Vec<String> = (0..50)
        .flat_map(|number| {
            let (paid, arrived) = (format!("a{number}"), format!("b{number}"));
            [completed(&paid, &top_up, 2_500), succeeded(&arrived, &top_up, 2_500)]
        })
        .collect();
    let replies = join_all(bodies.iter().map(|body| till.deliver(&kit, body))).await;
    let taken = replies.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(taken, 100);
    assert_eq!(Books::of(&kit).spending(&ada.id()), 2_500);
}

/// The n-th transaction of the delivery meets the fault.
fn nth_transaction(kit: &Kit, n: u32, fault: Fault) {
    let mut seen = 0;
    kit.aws.faults.set(move |call: &Call<'_>| {
        if call.operation != "TransactWriteItems" {
            return Fault::None;
        }
        seen += 1;
        if seen == n { fault } else { Fault::None }
    });
}

#[tokio::test]
async fn whatever_fails_once_the_redelivery_credits_once() {
    for fault in
        [Fault::LostRequest, Fault::LostReply, Fault::Throttle, Fault::Conflict, Fault::Broken]
    {
        for n in 1..=2 {
            let kit = Kit::new().await;
            let till = Till::over(&kit);
            let ada = kit.member("Ada").await;
            let top_up = pending(&kit, &ada, 2_500).await;
            let body = completed("1", &top_up, 2_500);
            nth_transaction(&kit, n, fault);
            let first = till.deliver(&kit, &body).await;
            assert!([200, 503].contains(&first.status), "{fault:?} {n}: {}", first.text);
            kit.aws.faults.clear();
            till.accept(&kit, &body).await;
            assert_eq!(Books::of(&kit).spending(&ada.id()), 2_500, "{fault:?} {n}");
        }
    }
}

#[tokio::test]
async fn a_store_that_fails_for_long_is_no_reason_to_acknowledge() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    let top_up = pending(&kit, &ada, 2_500).await;
    let body = completed("1", &top_up, 2_500);
    kit.aws.faults.set(|_| Fault::Broken);
    for _ in 0..3 {
        let reply = till.deliver(&kit, &body).await;
        assert!(reply.status >= 500, "{}", reply.text);
    }
    kit.aws.faults.clear();
    till.accept(&kit, &body).await;
    assert_eq!(Books::of(&kit).spending(&ada.id()), 2_500);
}

#[tokio::test]
async fn a_refund_before_its_payment_waits_for_it() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    let top_up = pending(&kit, &ada, 2_500).await;
    let refund = refunded("2", 1_000);
    assert_eq!(till.deliver(&kit, &refund).await.status, 503);
    till.accept(&kit, &completed("1", &top_up, 2_500)).await;
    till.accept(&kit, &refund).await;
    assert_eq!(Books::of(&kit).spending(&ada.id()), 1_500);
}

#[tokio::test]
async fn a_decision_counts_once_whichever_event_tells_it() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    kit.fund(&ada, 5_000).await;
    let top_up = pending(&kit, &ada, 2_500).await;
    till.accept(&kit, &completed("1", &top_up, 2_500)).await;
    let other = |body: String| body.replace("dp_1", "dp_2");
    let opened = |name| dispute(name, "charge.dispute.created", "needs_response", 1_000);
    till.accept(&kit, &opened("2")).await;
    till.accept(&kit, &other(opened("3"))).await;
    // Lost without a debt moves nothing, so only the decision's own mark tells that it was told.
    for name in ["4", "5"] {
        till.accept(&kit, &dispute(name, "charge.dispute.closed", "lost", 1_000)).await;
    }
    let wallet = kit.store().wallet(&ada.id()).await.unwrap().unwrap();
    assert_eq!((wallet.open_disputes, wallet.available_minor), (1, 5_500));
    for name in ["6", "7"] {
        till.accept(&kit, &other(dispute(name, "charge.dispute.closed", "won", 1_000))).await;
    }
    let wallet = kit.store().wallet(&ada.id()).await.unwrap().unwrap();
    assert_eq!((wallet.open_disputes, wallet.available_minor), (0, 6_500));
    assert_eq!(Books::of(&kit).spending(&ada.id()), 6_500);
}

/// Two disputes of one payment of Ada's are open; then these events come. Why spending is locked at the end.
async fn lock_after(events: &[(&str, &str)]) -> Option<String> {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    let top_up = pending(&kit, &ada, 2_500).await;
    till.accept(&kit, &completed("0", &top_up, 2_500)).await;
    let opened = ["dp_1", "dp_2"].map(|id| (id, "needs_response"));
    for (number, (id, status)) in opened.iter().chain(events).enumerate() {
        let phase = if *status == "needs_response" { "created" } else { "closed" };
        let name = (number + 1).to_string();
        let body = dispute(&name, &format!("charge.dispute.{phase}"), status, 1_000);
        till.accept(&kit, &body.replace("dp_1", id)).await;
    }
    kit.store().wallet(&ada.id()).await.unwrap().unwrap().locked
}

#[tokio::test]
async fn a_lost_dispute_keeps_spending_locked_whatever_another_comes_to() {
    for order in [[("dp_1", "lost"), ("dp_2", "won")], [("dp_2", "won"), ("dp_1", "lost")]] {
        assert_eq!(lock_after(&order).await.as_deref(), Some("dispute-lost"), "{order:?}");
    }
    assert_eq!(lock_after(&[("dp_1", "won")]).await.as_deref(), Some("dispute"));
    assert_eq!(lock_after(&[("dp_1", "won"), ("dp_2", "won")]).await, None);
}

#[tokio::test]
async fn a_dispute_that_is_won_opens_no_lock_of_an_admin() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    let top_up = pending(&kit, &ada, 2_500).await;
    till.accept(&kit, &completed("1", &top_up, 2_500)).await;
    let lock = Update::new("SET locked = :why").when("attribute_exists(pk)").value(":why", "admin");
    let tx = Transaction::new().update("wallet", Table::Ledger, &wallet_key(&ada.id()), lock);
    kit.store().commit(tx).await.unwrap();
    let phases = [("2", "created", "needs_response"), ("3", "closed", "won")];
    for (name, phase, status) in phases {
        let body = dispute(name, &format!("charge.dispute.{phase}"), status, 2_500);
        till.accept(&kit, &body).await;
    }
    let wallet = kit.store().wallet(&ada.id()).await.unwrap().unwrap();
    assert_eq!((wallet.available_minor, wallet.open_disputes), (2_500, 0));
    assert_eq!(wallet.locked.as_deref(), Some("admin"));
}

#[tokio::test]
async fn a_payment_after_its_page_ran_out_is_credited() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    let top_up = pending(&kit, &ada, 2_500).await;
    let expired = json!({ "id": "cs_1", "metadata": { "top_up_id": top_up } });
    let expired = event("0", "checkout.session.expired", expired);
    till.accept(&kit, &expired).await;
    kit.clock.advance(72 * 3_600);
    till.accept(&kit, &completed("1", &top_up, 2_500)).await;
    till.accept(&kit, &expired).await;
    assert_eq!(Books::of(&kit).spending(&ada.id()), 2_500);
}

#[tokio::test]
async fn what_concerns_no_wallet_is_acknowledged_and_moves_nothing() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    let top_up = pending(&kit, &ada, 2_500).await;
    for body in [
        event("1", "a.type.of.tomorrow", json!({ "id": 5 })),
        event(
            "2",
            "payment_intent.succeeded",
            json!({ "id": "pi_9", "amount_received": 900, "currency": "usd" }),
        ),
        completed("3", &top_up, 2_500).replace("\"paid\"", "\"unpaid\""),
    ] {
        till.accept(&kit, &body).await;
    }
    assert_eq!(Books::of(&kit).spending(&ada.id()), 0);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_or_does_not_fit_is_not_acknowledged() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    let top_up = pending(&kit, &ada, 2_500).await;
    let good = completed("1", &top_up, 2_500);
    let large = format!("{good}{}", " ".repeat(300_000));
    for (body, status) in [
        ("[]".to_owned(), 400),
        (good.replace("\"payment_intent\":\"pi_1\"", "\"payment_intent\":null"), 400),
        (good.replace("\"usd\"", "\"eur\""), 503),
        (large, 413),
    ] {
        let reply = till.deliver(&kit, &body).await;
        assert_eq!(reply.status, status, "{}", reply.text);
    }
    assert_eq!(Books::of(&kit).spending(&ada.id()), 0);
}

#[tokio::test]
async fn an_event_is_kept_as_it_came() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    let top_up = pending(&kit, &ada, 2_500).await;
    let body = completed("1", &top_up, 2_500);
    till.accept(&kit, &body).await;
    let kept: Vec<Value> = kit.items("app", "STRIPE#evt_1");
    assert_eq!(kept.len(), 1);
    assert_eq!((&kept[0]["body"]["S"], &kept[0]["status"]["S"]), (&json!(body), &json!("applied")));
}
