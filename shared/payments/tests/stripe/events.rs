//! Events: what is read, what is ignored, and what must not be acknowledged.

use payments::{EventError, StripeFact, parse};
use proptest::prelude::*;
use serde_json::{Value, json};

fn event(event_type: &str, object: Value) -> Vec<u8> {
    json!({ "id": "evt_1", "type": event_type, "created": 1, "data": { "object": object } })
        .to_string()
        .into_bytes()
}

fn checkout() -> Value {
    json!({
        "id": "cs_1", "mode": "payment", "payment_status": "paid", "payment_intent": "pi_1",
        "amount_total": 2500, "currency": "usd", "metadata": { "top_up_id": "t1" },
    })
}

fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name);
    object
}

const COMPLETED: &str = "checkout.session.completed";

fn is_other(raw: &[u8]) -> bool {
    matches!(parse(raw).unwrap().fact, StripeFact::Other { .. })
}

#[test]
fn a_paid_checkout_is_read_whatever_else_it_holds() {
    let newer = with(checkout(), "brand_new_field", json!({ "deep": [1, null] }));
    let expanded =
        with(checkout(), "payment_intent", json!({ "id": "pi_1", "object": "payment_intent" }));
    for object in [checkout(), newer, expanded] {
        let read = parse(&event(COMPLETED, object)).unwrap();
        assert_eq!((read.id.as_str(), read.created_unix), ("evt_1", 1));
        assert_eq!(
            read.fact,
            StripeFact::CheckoutPaid {
                checkout_id: "cs_1".to_owned(),
                payment_intent: "pi_1".to_owned(),
                amount_minor: 2500,
                currency: "USD".to_owned(),
                top_up_id: "t1".to_owned(),
            }
        );
    }
}

#[test]
fn an_unpaid_or_foreign_checkout_is_nothing_to_act_on() {
    for object in [
        with(checkout(), "payment_status", json!("unpaid")),
        with(checkout(), "payment_status", json!("no_payment_required")),
        with(checkout(), "mode", json!("subscription")),
        with(checkout(), "metadata", json!({ "order": "7" })),
        without(checkout(), "metadata"),
    ] {
        assert!(is_other(&event(COMPLETED, object.clone())), "{object}");
    }
}

#[test]
fn a_paid_checkout_that_lacks_what_is_needed_is_an_error() {
    for object in [
        without(checkout(), "id"),
        without(checkout(), "payment_intent"),
        with(checkout(), "payment_intent", Value::Null),
        without(checkout(), "payment_status"),
        without(checkout(), "amount_total"),
        with(checkout(), "amount_total", json!(25.5)),
        with(checkout(), "amount_total", json!("2500")),
        with(checkout(), "amount_total", json!(0)),
        with(checkout(), "amount_total", json!(-1)),
        with(checkout(), "currency", json!("dollars")),
        with(checkout(), "id", json!("cs#1")),
        with(checkout(), "payment_intent", json!("pi 1")),
    ] {
        let error = parse(&event(COMPLETED, object.clone())).unwrap_err();
        assert!(matches!(error, EventError::Incomplete { .. }), "{object}: {error:?}");
    }
}

#[test]
fn an_expired_checkout_is_read() {
    let object = json!({ "id": "cs_1", "metadata": { "top_up_id": "t1" } });
    assert_eq!(
        parse(&event("checkout.session.expired", object)).unwrap().fact,
        StripeFact::CheckoutExpired { checkout_id: "cs_1".to_owned(), top_up_id: "t1".to_owned() }
    );
}

#[test]
fn a_refund_carries_the_cumulative_amount() {
    let object = json!({ "id": "ch_1", "payment_intent": "pi_1", "amount_refunded": 1500, "currency": "usd" });
    assert_eq!(
        parse(&event("charge.refunded", object.clone())).unwrap().fact,
        StripeFact::ChargeRefunded {
            charge: "ch_1".to_owned(),
            payment_intent: "pi_1".to_owned(),
            cumulative_minor: 1500,
            currency: "USD".to_owned(),
        }
    );
    assert!(is_other(&event("charge.refunded", without(object, "payment_intent"))));
}

#[test]
fn disputes_are_read_and_inquiries_are_not_disputes() {
    let object = |status: &str| {
        json!({
            "id": "dp_1", "charge": "ch_1", "payment_intent": "pi_1", "amount": 2500, "currency": "usd",
            "status": status,
        })
    };
    for opened in ["charge.dispute.created", "charge.dispute.funds_withdrawn"] {
        let fact = parse(&event(opened, object("needs_response"))).unwrap().fact;
        assert!(matches!(fact, StripeFact::DisputeOpened { amount_minor: 2500, .. }), "{fact:?}");
    }
    assert!(is_other(&event("charge.dispute.created", object("warning_needs_response"))));
    assert!(is_other(&event("charge.dispute.closed", object("warning_closed"))));
    for (status, expected) in [("won", true), ("lost", false)] {
        let fact = parse(&event("charge.dispute.closed", object(status))).unwrap().fact;
        assert!(
            matches!(fact, StripeFact::DisputeClosed { won, .. } if won == expected),
            "{fact:?}"
        );
    }
    assert!(parse(&event("charge.dispute.closed", object("needs_response"))).is_err());
}

#[test]
fn unknown_types_are_nothing_to_act_on_whatever_they_hold() {
    for object in [Value::Null, json!([]), json!({ "id": 5 })] {
        assert!(is_other(&event("a.type.of.tomorrow", object)));
    }
}

#[test]
fn what_is_no_event_is_refused() {
    for raw in [
        "",
        "null",
        "[]",
        "{}",
        "{\"id\":\"evt_1\"}",
        r#"{"id":"","type":"a","created":1,"data":{"object":{}}}"#,
        r#"{"id":"evt 1","type":"a","created":1,"data":{"object":{}}}"#,
        r#"{"id":"evt_1","type":"a","created":"1","data":{"object":{}}}"#,
    ] {
        assert!(matches!(parse(raw.as_bytes()), Err(EventError::Malformed(_))), "{raw}");
    }
    assert!(parse(b"\xff\xfe").is_err());
    assert_eq!(parse(&vec![b' '; 300_000]), Err(EventError::TooLarge(300_000)));
}

proptest! {
    #[test]
    fn a_mutated_event_is_refused_or_stays_well_formed(
        at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut raw = event(COMPLETED, checkout());
        let place = at.index(raw.len());
        raw[place] = byte;
        // Reading must not panic; and whatever is read holds a positive amount and a currency.
        if let Ok(read) = parse(&raw)
            && let StripeFact::CheckoutPaid { amount_minor, currency, .. } = read.fact
        {
            prop_assert!(amount_minor > 0);
            prop_assert_eq!(currency.len(), 3);
        }
    }

    #[test]
    fn bytes_of_any_kind_are_read_or_refused(raw in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(parse(&raw).is_err());
    }
}
