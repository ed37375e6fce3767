//! `checkout.session`: made, read and expired through the API; paid or declined on the hosted page.

use serde_json::Value;

use super::objects::{Charge, CheckoutSession, CheckoutStatus, PaymentIntent};
use super::params::Params;
use super::{ApiError, check_room};
use crate::state::{Data, Sandbox, random_id};
use crate::webhooks;

/// Smallest and largest amount of a payment, in minor units (Stripe: 0.50 USD to eight digits).
const AMOUNT_MINOR: std::ops::RangeInclusive<i64> = 50..=99_999_999;

/// How long a page can be paid unless the request says otherwise, in seconds.
const OPEN_SECONDS: i64 = 24 * 60 * 60;

/// Shortest time a page may be open, in seconds.
const OPEN_SECONDS_MIN: i64 = 30 * 60;

/// `POST /v1/checkout/sessions`
pub(crate) fn create(sandbox: &Sandbox, mut params: Params) -> Result<Value, ApiError> {
    let now = sandbox.clock().now_unix();
    if params.required_text("mode")? != "payment" {
        return Err(params.invalid("mode", "Only mode=payment is supported here."));
    }
    let (title, amount_minor, currency) = line_items(&mut params)?;
    let id = random_id("cs_test");
    let expires_at = expiry(&mut params, now)?;
    let mut payment_data = params.map("payment_intent_data")?;
    let session = CheckoutSession {
        url: format!("{}/checkout/{id}", sandbox.public_url()),
        status: CheckoutStatus::Open,
        title,
        amount_minor,
        currency,
        customer_email: email(&mut params)?,
        paid_email: None,
        client_reference_id: reference(&mut params)?,
        success_url: params.required_url("success_url")?,
        cancel_url: params.url("cancel_url")?,
        metadata: params.metadata("metadata")?,
        payment_metadata: payment_data.metadata("metadata")?,
        payment_intent: None,
        created: now,
        expires_at,
        id,
    };
    payment_data.text("description")?;
    payment_data.finish()?;
    for ignored in ["locale", "submit_type"] {
        params.text(ignored)?;
    }
    params.map("payment_method_types")?;
    params.finish()?;
    let answer = session.to_json();
    sandbox.write(|data| {
        check_room(data.stripe.checkouts.len())?;
        data.stripe.checkouts.insert(session.id.clone(), session);
        Ok(answer)
    })
}

/// `GET /v1/checkout/sessions/{id}`
pub(crate) fn read(sandbox: &Sandbox, id: &str) -> Result<Value, ApiError> {
    settle_expiry(sandbox, id);
    sandbox.read(|data| find(data, id).map(CheckoutSession::to_json))
}

/// `POST /v1/checkout/sessions/{id}/expire`
pub(crate) fn expire(sandbox: &Sandbox, id: &str) -> Result<Value, ApiError> {
    settle_expiry(sandbox, id);
    let now = sandbox.clock().now_unix();
    sandbox.write(|data| {
        if find(data, id)?.status != CheckoutStatus::Open {
            return Err(ApiError::state(
                "checkout_session_not_open",
                "Only Checkout Sessions with a status in [\"open\"] can be expired.",
            ));
        }
        Ok(mark_expired(data, id, now))
    })
}

/// The session as it is now: a page whose time is over expires when somebody looks.
pub(crate) fn current(sandbox: &Sandbox, id: &str) -> Option<CheckoutSession> {
    settle_expiry(sandbox, id);
    sandbox.read(|data| data.stripe.checkouts.get(id).cloned())
}

/// What became of an attempt to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Attempt {
    /// Paid, now or earlier.
    Paid,
    /// The card was declined; the page stays open.
    Declined(&'static str),
    /// The page can no longer be paid.
    Over,
}

/// Pays an open page with a card, or has the card declined. A page that is paid already stays paid once.
pub(crate) fn attempt(
    sandbox: &Sandbox,
    id: &str,
    email: &str,
    card_last4: &str,
    decline: Option<&'static str>,
) -> Option<Attempt> {
    settle_expiry(sandbox, id);
    let now = sandbox.clock().now_unix();
    sandbox.write(|data| {
        let session = data.stripe.checkouts.get(id)?.clone();
        match session.status {
            CheckoutStatus::Complete => return Some(Attempt::Paid),
            CheckoutStatus::Expired => return Some(Attempt::Over),
            CheckoutStatus::Open => {}
        }
        let payment_id = session.payment_intent.clone().unwrap_or_else(|| random_id("pi"));
        let mut payment = PaymentIntent {
            id: payment_id.clone(),
            amount_minor: session.amount_minor,
            currency: session.currency.clone(),
            metadata: session.payment_metadata.clone(),
            charge: None,
            failure: decline.map(str::to_owned),
            succeeded: decline.is_none(),
            created: now,
        };
        let outcome = match decline {
            Some(reason) => {
                webhooks::record(data, now, "payment_intent.payment_failed", payment.to_json());
                Attempt::Declined(reason)
            }
            None => {
                let charge = new_charge(&session, &payment_id, email, card_last4, now);
                payment.charge = Some(charge.id.clone());
                complete(data, id, email, &payment, &charge, now);
                data.stripe.charges.insert(charge.id.clone(), charge);
                Attempt::Paid
            }
        };
        if let Some(session) = data.stripe.checkouts.get_mut(id) {
            session.payment_intent = Some(payment_id.clone());
        }
        data.stripe.payments.insert(payment_id, payment);
        Some(outcome)
    })
}

fn new_charge(
    session: &CheckoutSession,
    payment_id: &str,
    email: &str,
    card_last4: &str,
    now: i64,
) -> Charge {
    Charge {
        id: random_id("ch"),
        payment_intent: payment_id.to_owned(),
        amount_minor: session.amount_minor,
        refunded_minor: 0,
        currency: session.currency.clone(),
        metadata: session.payment_metadata.clone(),
        email: Some(email.to_owned()),
        card_last4: card_last4.to_owned(),
        dispute: None,
        created: now,
    }
}

/// Marks the page paid and records the three events of a payment.
fn complete(
    data: &mut Data,
    id: &str,
    email: &str,
    payment: &PaymentIntent,
    charge: &Charge,
    now: i64,
) {
    let Some(session) = data.stripe.checkouts.get_mut(id) else {
        return;
    };
    session.status = CheckoutStatus::Complete;
    session.payment_intent = Some(payment.id.clone());
    session.paid_email = Some(email.to_owned());
    let session = session.to_json();
    webhooks::record(data, now, "charge.succeeded", charge.to_json());
    webhooks::record(data, now, "payment_intent.succeeded", payment.to_json());
    webhooks::record(data, now, "checkout.session.completed", session);
}

fn settle_expiry(sandbox: &Sandbox, id: &str) {
    let now = sandbox.clock().now_unix();
    let over = sandbox.read(|data| {
        data.stripe.checkouts.get(id).is_some_and(|session| {
            session.status == CheckoutStatus::Open && session.expires_at <= now
        })
    });
    if over {
        sandbox.write(|data| mark_expired(data, id, now));
    }
}

fn mark_expired(data: &mut Data, id: &str, now: i64) -> Value {
    let Some(session) = data.stripe.checkouts.get_mut(id) else {
        return Value::Null;
    };
    if session.status == CheckoutStatus::Open {
        session.status = CheckoutStatus::Expired;
        let object = session.to_json();
        webhooks::record(data, now, "checkout.session.expired", object.clone());
        return object;
    }
    session.to_json()
}

fn find<'a>(data: &'a Data, id: &str) -> Result<&'a CheckoutSession, ApiError> {
    data.stripe.checkouts.get(id).ok_or_else(|| ApiError::missing("checkout.session", id))
}

/// One line or several: their titles, the sum, and the one currency.
fn line_items(params: &mut Params) -> Result<(String, i64, String), ApiError> {
    let mut titles = Vec::new();
    let mut total: i64 = 0;
    let mut currency: Option<String> = None;
    for mut item in params.list("line_items")? {
        let quantity = item.integer("quantity")?.unwrap_or(1);
        let mut price = item.map("price_data")?;
        let unit_minor =
            price.integer("unit_amount")?.ok_or_else(|| price.missing("unit_amount"))?;
        let of_line = price.required_text("currency")?;
        let mut product = price.map("product_data")?;
        titles.push(product.required_text("name")?);
        product.text("description")?;
        product.finish()?;
        if of_line.len() != 3 || !of_line.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Err(price.invalid("currency", "Invalid currency."));
        }
        if currency.as_ref().is_some_and(|currency| *currency != of_line) {
            return Err(price.invalid("currency", "All line items must have the same currency."));
        }
        if quantity < 1 || unit_minor < 0 {
            return Err(item.invalid("quantity", "Amounts must be positive."));
        }
        price.finish()?;
        item.finish()?;
        currency = Some(of_line);
        total = unit_minor.saturating_mul(quantity).saturating_add(total);
    }
    let currency = currency.ok_or_else(|| params.missing("line_items"))?;
    if total < *AMOUNT_MINOR.start() {
        return Err(ApiError::parameter(
            "amount_too_small",
            "line_items",
            "The total amount is too small.",
        ));
    }
    if total > *AMOUNT_MINOR.end() {
        return Err(ApiError::parameter(
            "amount_too_large",
            "line_items",
            "The total amount is too large.",
        ));
    }
    Ok((titles.join(", "), total, currency))
}

fn expiry(params: &mut Params, now: i64) -> Result<i64, ApiError> {
    let Some(at) = params.integer("expires_at")? else {
        return Ok(now + OPEN_SECONDS);
    };
    if (now + OPEN_SECONDS_MIN..=now + OPEN_SECONDS).contains(&at) {
        return Ok(at);
    }
    Err(params.invalid("expires_at", "Must be 30 minutes to 24 hours from now."))
}

fn email(params: &mut Params) -> Result<Option<String>, ApiError> {
    match params.text("customer_email")? {
        Some(email) if !email.contains('@') || email.len() > 800 => Err(ApiError::parameter(
            "email_invalid",
            "customer_email",
            format!("Invalid email address: {email}"),
        )),
        email => Ok(email),
    }
}

fn reference(params: &mut Params) -> Result<Option<String>, ApiError> {
    match params.text("client_reference_id")? {
        Some(reference) if reference.is_empty() || reference.len() > 200 => {
            Err(params.invalid("client_reference_id", "Must be 1 to 200 characters."))
        }
        reference => Ok(reference),
    }
}
