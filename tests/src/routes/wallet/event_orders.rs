//! Events come in any order: each of the 120 orders of five events gives the same books.
//!
//! One world, a member for each order. What does not fit yet is refused and comes again, as the processor does it.

use std::collections::BTreeSet;

use serde_json::json;
use testkit::Kit;

use super::till::{Till, completed, dispute, event, pending, refunded, succeeded};
use crate::books::Books;

/// All orders of five things (Heap's algorithm).
fn orders() -> Vec<[usize; 5]> {
    let mut order = [0, 1, 2, 3, 4];
    let mut found = vec![order];
    let mut counters = [0; 5];
    let mut at = 0;
    while at < 5 {
        if counters[at] < at {
            order.swap(if at % 2 == 0 { 0 } else { counters[at] }, at);
            found.push(order);
            counters[at] += 1;
            at = 0;
        } else {
            counters[at] = 0;
            at += 1;
        }
    }
    found
}

/// Delivers until everything is taken.
async fn deliver_all(kit: &Kit, till: &Till, bodies: &[String], order: [usize; 5]) {
    let mut left: Vec<&String> = order.iter().map(|at| &bodies[*at]).collect();
    for _ in 0..5 {
        let mut refused = Vec::new();
        for body in left {
            if till.deliver(kit, body).await.status != 200 {
                refused.push(body);
            }
        }
        left = refused;
    }
    assert!(left.is_empty(), "{left:?}");
}

/// How all orders end: what may be spent (of 50.00 that was there before) and whether spending is locked.
async fn ends(make: impl Fn(&str) -> [String; 5]) -> BTreeSet<(i64, bool)> {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let mut members = Vec::new();
    for (number, order) in orders().into_iter().enumerate() {
        let member = kit.member(&format!("m{number}")).await;
        kit.fund(&member, 5_000).await;
        let top_up = pending(&kit, &member, 2_500).await;
        let own = |body: String| {
            let body = body.replace("evt_", &format!("evt_{number}_"));
            let body = body.replace("\"pi_1\"", &format!("\"pi_{number}\""));
            body.replace("dp_1", &format!("dp_{number}"))
        };
        let bodies = make(&top_up).map(own);
        deliver_all(&kit, &till, &bodies, order).await;
        members.push(member.id());
    }
    let figures = proofs::conserve::conserve(&kit.store()).await.unwrap();
    assert!(figures.conserved(), "{figures:?}");
    let books = Books::of(&kit);
    assert_eq!(books.write_offs(), 0);
    let mut ends = BTreeSet::new();
    for member in members {
        let locked = kit.store().wallet(&member).await.unwrap().unwrap().locked.is_some();
        ends.insert((books.spending(&member), locked));
    }
    ends
}

#[test]
fn five_things_have_a_hundred_and_twenty_orders() {
    let all: BTreeSet<[usize; 5]> = orders().into_iter().collect();
    assert_eq!(all.len(), 120);
}

#[tokio::test]
async fn a_payment_refunded_and_disputed_ends_the_same_in_every_order() {
    let ends = ends(|top_up| {
        [
            completed("1", top_up, 2_500),
            succeeded("2", top_up, 2_500),
            refunded("3", 400),
            refunded("4", 1_000),
            dispute("5", "charge.dispute.created", "needs_response", 1_500),
        ]
    });
    assert_eq!(ends.await, BTreeSet::from([(5_000, true)]));
}

#[tokio::test]
async fn a_dispute_that_is_won_ends_the_same_in_every_order() {
    let ends = ends(|top_up| {
        [
            completed("1", top_up, 2_500),
            succeeded("2", top_up, 2_500),
            dispute("3", "charge.dispute.created", "needs_response", 2_500),
            dispute("4", "charge.dispute.funds_withdrawn", "needs_response", 2_500),
            dispute("5", "charge.dispute.closed", "won", 2_500),
        ]
    });
    assert_eq!(ends.await, BTreeSet::from([(7_500, false)]));
}

#[tokio::test]
async fn a_page_that_ran_out_after_its_payment_and_a_lost_dispute_end_the_same_in_every_order() {
    let ends = ends(|top_up| {
        let page = json!({ "id": "cs_1", "metadata": { "top_up_id": top_up } });
        [
            completed("1", top_up, 2_500),
            succeeded("2", top_up, 2_500),
            event("3", "checkout.session.expired", page),
            dispute("4", "charge.dispute.created", "needs_response", 2_500),
            dispute("5", "charge.dispute.closed", "lost", 2_500),
        ]
    });
    assert_eq!(ends.await, BTreeSet::from([(5_000, true)]));
}
