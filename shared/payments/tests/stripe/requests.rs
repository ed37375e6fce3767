//! Requests: one effect per intent, whatever happens to the answers.

use std::time::Duration;

use payments::{CheckoutIntent, PaymentError, Payments, RefundIntent, RetryPolicy, StripeFact};
use sandbox::{Config, Running};
use serde_json::{Value, json};

struct World {
    sandbox: Running,
    payments: Payments,
    http: reqwest::Client,
}

async fn world(timeout: Duration) -> World {
    let sandbox = Running::start(Config::default()).await.unwrap();
    let retry = RetryPolicy { attempts_max: 3, first_backoff: Duration::from_millis(1) };
    let payments =
        Payments::new("sk_test_sandbox", Some(sandbox.url()), timeout).unwrap().with_retry(retry);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    World { sandbox, payments, http }
}

impl World {
    async fn control(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.sandbox.url());
        self.http.post(url).json(&body).send().await.unwrap().json().await.unwrap()
    }

    async fn read(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.sandbox.url());
        let request = self.http.get(url).bearer_auth("sk_test_sandbox");
        request.send().await.unwrap().json().await.unwrap()
    }

    /// The facts of all events so far, oldest first.
    async fn facts(&self) -> Vec<StripeFact> {
        let listing = self.read("/_sandbox/events").await;
        let items = listing["items"].as_array().unwrap().iter().rev();
        items
            .map(|item| payments::parse(item["event"].to_string().as_bytes()).unwrap().fact)
            .collect()
    }

    async fn pay(&self, checkout_id: &str) -> String {
        let paid = self.control(&format!("/_sandbox/checkouts/{checkout_id}/pay"), json!({})).await;
        paid["payment_intent"].as_str().unwrap().to_owned()
    }
}

fn intent() -> CheckoutIntent {
    CheckoutIntent {
        top_up_id: "t1".to_owned(),
        member_id: "m1".to_owned(),
        amount_minor: 2500,
        currency: "USD".to_owned(),
        email: "ada@example.test".to_owned(),
        success_url: "http://127.0.0.1:9/done?cs={CHECKOUT_SESSION_ID}".to_owned(),
        cancel_url: "http://127.0.0.1:9/back".to_owned(),
        site_name: "SoulSeer".to_owned(),
    }
}

const PATIENT: Duration = Duration::from_secs(10);

#[tokio::test]
async fn a_checkout_can_be_paid_and_its_events_are_understood() {
    let world = world(PATIENT).await;
    let checkout = world.payments.create_checkout(&intent()).await.unwrap();
    assert!(checkout.url.starts_with(world.sandbox.url()), "{checkout:?}");
    assert!(checkout.expires_at.is_some());
    let read = world.read(&format!("/v1/checkout/sessions/{}", checkout.id)).await;
    assert_eq!(read["amount_total"], 2500);
    assert_eq!(read["success_url"], intent().success_url);
    let payment_intent = world.pay(&checkout.id).await;
    let facts = world.facts().await;
    assert!(facts.contains(&StripeFact::CheckoutPaid {
        checkout_id: checkout.id,
        payment_intent: payment_intent.clone(),
        amount_minor: 2500,
        currency: "USD".to_owned(),
        top_up_id: "t1".to_owned(),
    }));
    assert!(facts.contains(&StripeFact::PaymentSucceeded {
        payment_intent,
        amount_minor: 2500,
        currency: "USD".to_owned(),
        top_up_id: Some("t1".to_owned()),
    }));
}

#[tokio::test]
async fn the_same_intent_is_the_same_checkout() {
    let world = world(PATIENT).await;
    let first = world.payments.create_checkout(&intent()).await.unwrap();
    assert_eq!(world.payments.create_checkout(&intent()).await.unwrap(), first);
}

#[tokio::test]
async fn another_amount_under_the_same_id_is_refused() {
    let world = world(PATIENT).await;
    world.payments.create_checkout(&intent()).await.unwrap();
    let other = CheckoutIntent { amount_minor: 2600, ..intent() };
    let error = world.payments.create_checkout(&other).await.unwrap_err();
    assert!(matches!(error, PaymentError::Refused { status: 400, .. }), "{error:?}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_under_the_same_key() {
    let world = world(PATIENT).await;
    world.control("/_sandbox/faults", json!({ "lose_next": 1 })).await;
    let first = world.payments.create_checkout(&intent()).await.unwrap();
    assert_eq!(world.payments.create_checkout(&intent()).await.unwrap(), first);
}

#[tokio::test]
async fn passing_trouble_is_outlasted() {
    let world = world(PATIENT).await;
    world.control("/_sandbox/faults", json!({ "refuse_next": 2 })).await;
    world.payments.create_checkout(&intent()).await.unwrap();
}

#[tokio::test]
async fn a_slow_stripe_is_unavailable_and_has_made_one_checkout() {
    let world = world(Duration::from_millis(30)).await;
    world.control("/_sandbox/faults", json!({ "latency_ms": 400 })).await;
    let error = world.payments.create_checkout(&intent()).await.unwrap_err();
    assert!(matches!(error, PaymentError::Unavailable { attempts: 3, .. }), "{error:?}");
    assert!(error.is_retryable());
    world.control("/_sandbox/faults", json!({})).await;
    let patient = Payments::new("sk_test_sandbox", Some(world.sandbox.url()), PATIENT).unwrap();
    let retry = RetryPolicy { attempts_max: 20, first_backoff: Duration::from_millis(25) };
    let first = patient.clone().with_retry(retry).create_checkout(&intent()).await.unwrap();
    assert_eq!(patient.create_checkout(&intent()).await.unwrap(), first);
}

#[tokio::test]
async fn nobody_listening_is_unavailable() {
    let sandbox = Running::start(Config::default()).await.unwrap();
    let url = sandbox.url().to_owned();
    drop(sandbox);
    let retry = RetryPolicy { attempts_max: 2, first_backoff: Duration::from_millis(1) };
    let payments = Payments::new("sk_test_sandbox", Some(&url), PATIENT).unwrap().with_retry(retry);
    let error = payments.create_checkout(&intent()).await.unwrap_err();
    assert!(matches!(error, PaymentError::Unavailable { attempts: 2, .. }), "{error:?}");
}

#[tokio::test]
async fn a_wrong_key_is_an_operators_matter() {
    let world = world(PATIENT).await;
    let payments = Payments::new("sk_live_wrong", Some(world.sandbox.url()), PATIENT).unwrap();
    let error = payments.create_checkout(&intent()).await.unwrap_err();
    assert!(matches!(error, PaymentError::Misconfigured(_)), "{error:?}");
    assert!(Payments::new("wrong", None, PATIENT).is_err());
}

#[tokio::test]
async fn an_amount_below_the_minimum_is_refused_with_stripes_code() {
    let world = world(PATIENT).await;
    let small = CheckoutIntent { amount_minor: 10, ..intent() };
    let error = world.payments.create_checkout(&small).await.unwrap_err();
    let PaymentError::Refused { code, .. } = error else { panic!("{error:?}") };
    assert_eq!(code.as_deref(), Some("amount_too_small"));
}

#[tokio::test]
async fn no_currency_reaches_stripe_unless_it_looks_like_one() {
    let world = world(PATIENT).await;
    for currency in ["", "US", "USDX", "U$D"] {
        let odd = CheckoutIntent { currency: currency.to_owned(), ..intent() };
        let error = world.payments.create_checkout(&odd).await.unwrap_err();
        assert!(matches!(error, PaymentError::Misconfigured(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_refund_happens_once_and_tells_the_cumulative_amount() {
    let world = world(PATIENT).await;
    let checkout = world.payments.create_checkout(&intent()).await.unwrap();
    let payment_intent = world.pay(&checkout.id).await;
    let refund = |id: &str, amount_minor| RefundIntent {
        refund_id: id.to_owned(),
        payment_intent: payment_intent.clone(),
        amount_minor,
    };
    let first = world.payments.create_refund(&refund("r1", 1000)).await.unwrap();
    assert_eq!(first.amount_minor, 1000);
    assert_eq!(world.payments.create_refund(&refund("r1", 1000)).await.unwrap(), first);
    world.payments.create_refund(&refund("r2", 500)).await.unwrap();
    let error = world.payments.create_refund(&refund("r3", 1001)).await.unwrap_err();
    assert!(matches!(error, PaymentError::Refused { .. }), "{error:?}");
    assert!(world.payments.create_refund(&refund("r4", 0)).await.is_err());
    let cumulative: Vec<i64> = world
        .facts()
        .await
        .into_iter()
        .filter_map(|fact| match fact {
            StripeFact::ChargeRefunded { cumulative_minor, .. } => Some(cumulative_minor),
            _ => None,
        })
        .collect();
    assert_eq!(cumulative, [1000, 1500]);
}

#[tokio::test]
async fn a_dispute_is_told_when_it_is_opened_and_when_it_is_decided() {
    let world = world(PATIENT).await;
    let checkout = world.payments.create_checkout(&intent()).await.unwrap();
    let payment_intent = world.pay(&checkout.id).await;
    let open = json!({ "payment_intent": payment_intent });
    let dispute = world.control("/_sandbox/disputes", open).await;
    let dispute = dispute["id"].as_str().unwrap();
    world.control(&format!("/_sandbox/disputes/{dispute}/close"), json!({ "won": true })).await;
    let facts = world.facts().await;
    assert!(facts.iter().any(|fact| matches!(
        fact,
        StripeFact::DisputeOpened { dispute: id, amount_minor: 2500, .. } if id == dispute
    )));
    assert!(facts.iter().any(|fact| matches!(
        fact,
        StripeFact::DisputeClosed { dispute: id, won: true, amount_minor: 2500, .. } if id == dispute
    )));
}

/// The sandbox answers with everything the API promises: the vendor's own strict reader accepts it too.
#[tokio::test]
async fn the_sandbox_speaks_the_vendors_dialect() {
    use stripe::StripeRequest as _;
    use stripe_checkout::checkout_session::RetrieveCheckoutSession;

    let world = world(PATIENT).await;
    let checkout = world.payments.create_checkout(&intent()).await.unwrap();
    let client = stripe::ClientBuilder::new("sk_test_sandbox")
        .url(format!("{}/", world.sandbox.url()))
        .build()
        .unwrap();
    let request = RetrieveCheckoutSession::new(checkout.id.as_str());
    let read = request.customize().send(&client).await.unwrap();
    assert_eq!(read.amount_total, Some(2500));
    assert_eq!(read.url, Some(checkout.url));
}
