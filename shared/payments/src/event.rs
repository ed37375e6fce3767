//! Stripe's events, read into the few facts that move our money.
//!
//! Structs of our own read only the needed fields, so an event rendered for an older or newer API version is understood
//! as long as these are there. An event of a kind we do not act on is [`StripeFact::Other`], never an error; an event of
//! a kind we do act on that lacks what is needed is an error, so that it is not acknowledged and lost.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Largest event body that is read, in bytes. Stripe's are a few kilobytes.
const BODY_BYTES_MAX: usize = 256 * 1024;

/// Longest id that is accepted, in bytes (Stripe reserves 255).
const ID_BYTES_MAX: usize = 255;

/// One event of the outside world, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripeEvent {
    /// Stripe's id (`evt_...`): the same on every redelivery.
    pub id: String,
    /// The event's type, for example `checkout.session.completed`.
    pub event_type: String,
    /// When it happened, Unix seconds. Events arrive in any order.
    pub created_unix: i64,
    /// What it means to us.
    pub fact: StripeFact,
}

/// What an event says, as far as it concerns a wallet or a payout. Amounts are minor units; currencies are upper-case ISO 4217.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StripeFact {
    /// A top-up's page was completed and paid.
    CheckoutPaid {
        /// `cs_...`
        checkout_id: String,
        /// `pi_...`: what a top-up is credited once for.
        payment_intent: String,
        /// What was paid.
        amount_minor: i64,
        /// Of the amount.
        currency: String,
        /// Our id, from the metadata.
        top_up_id: String,
    },
    /// A top-up's page ran out unpaid.
    CheckoutExpired {
        /// `cs_...`
        checkout_id: String,
        /// Our id, from the metadata.
        top_up_id: String,
    },
    /// A payment arrived; the same money as its [`StripeFact::CheckoutPaid`].
    PaymentSucceeded {
        /// `pi_...`
        payment_intent: String,
        /// What was received.
        amount_minor: i64,
        /// Of the amount.
        currency: String,
        /// Our id, when the payment is one of ours.
        top_up_id: Option<String>,
    },
    /// Money went back to the card.
    ChargeRefunded {
        /// `ch_...`
        charge: String,
        /// `pi_...`
        payment_intent: String,
        /// Everything refunded of this charge so far, not only by this event.
        cumulative_minor: i64,
        /// Of the amount.
        currency: String,
    },
    /// The card's bank took the money back pending a decision.
    DisputeOpened {
        /// `dp_...` or `du_...`
        dispute: String,
        /// `ch_...`
        charge: String,
        /// `pi_...`
        payment_intent: String,
        /// The disputed amount.
        amount_minor: i64,
        /// Of the amount.
        currency: String,
    },
    /// The bank has decided.
    DisputeClosed {
        /// `dp_...` or `du_...`
        dispute: String,
        /// `pi_...`
        payment_intent: String,
        /// The disputed amount.
        amount_minor: i64,
        /// Of the amount.
        currency: String,
        /// Whether the money came back to us.
        won: bool,
    },
    /// What Stripe knows of a connected account has changed.
    AccountUpdated {
        /// `acct_...`
        account: String,
        /// Our id, from the metadata.
        host_id: String,
        /// Whether Stripe pays the account out.
        payouts_enabled: bool,
        /// Whether the form was finished.
        details_submitted: bool,
        /// How many things Stripe asks for now.
        requirements_due: u32,
        /// Why the account is not paid out, in Stripe's code.
        disabled_reason: Option<String>,
    },
    /// A transfer to a connected account came back.
    TransferReversed {
        /// `tr_...`
        transfer: String,
        /// Our id, from the metadata.
        payout_id: String,
        /// Everything that came back of it so far, not only by this event.
        cumulative_minor: i64,
        /// Of the amount.
        currency: String,
    },
    /// The bank of a connected account refused what Stripe paid it. The money stays in the account at Stripe.
    BankPayoutFailed {
        /// `acct_...`
        account: String,
        /// Why, in Stripe's code.
        failure_code: String,
    },
    /// Nothing we act on.
    Other {
        /// The event's type.
        event_type: String,
    },
}

/// Why an event could not be read. It must not be acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// Larger than any event.
    #[error("the event has {0} bytes")]
    TooLarge(usize),
    /// Not JSON, or without the fields every event has.
    #[error("not an event: {0}")]
    Malformed(String),
    /// An event we act on without a field we need.
    #[error("event {id} of type {event_type} lacks what is needed: {reason}")]
    Incomplete {
        /// The event's id.
        id: String,
        /// The event's type.
        event_type: String,
        /// Which field.
        reason: String,
    },
}

/// Reads an event whose signature has been verified.
///
/// # Errors
/// See [`EventError`].
pub fn parse(raw: &[u8]) -> Result<StripeEvent, EventError> {
    if raw.len() > BODY_BYTES_MAX {
        return Err(EventError::TooLarge(raw.len()));
    }
    let envelope: Envelope =
        serde_json::from_slice(raw).map_err(|error| EventError::Malformed(error.to_string()))?;
    check_id(&envelope.id).map_err(EventError::Malformed)?;
    let account = envelope.account.as_deref();
    let fact =
        read_fact(&envelope.event_type, account, envelope.data.object).map_err(|reason| {
            EventError::Incomplete {
                id: envelope.id.clone(),
                event_type: envelope.event_type.clone(),
                reason,
            }
        })?;
    Ok(StripeEvent {
        id: envelope.id,
        event_type: envelope.event_type,
        created_unix: envelope.created,
        fact,
    })
}

#[derive(Deserialize)]
struct Envelope {
    id: String,
    #[serde(rename = "type")]
    event_type: String,
    created: i64,
    /// The connected account that it is about, if it is about one.
    account: Option<String>,
    data: EnvelopeData,
}

#[derive(Deserialize)]
struct EnvelopeData {
    object: Value,
}

#[derive(Deserialize)]
struct CheckoutObject {
    id: String,
    mode: Option<String>,
    payment_status: Option<String>,
    payment_intent: Option<IdOrObject>,
    amount_total: Option<i64>,
    currency: Option<String>,
    metadata: Option<HashMap<String, String>>,
}

#[derive(Deserialize)]
struct PaymentIntentObject {
    id: String,
    amount_received: i64,
    currency: String,
    metadata: Option<HashMap<String, String>>,
}

#[derive(Deserialize)]
struct ChargeObject {
    id: String,
    payment_intent: Option<IdOrObject>,
    amount_refunded: i64,
    currency: String,
}

#[derive(Deserialize)]
struct DisputeObject {
    id: String,
    charge: IdOrObject,
    payment_intent: Option<IdOrObject>,
    amount: i64,
    currency: String,
    status: String,
}

#[derive(Deserialize)]
struct AccountObject {
    id: String,
    payouts_enabled: Option<bool>,
    details_submitted: Option<bool>,
    requirements: Option<Requirements>,
    metadata: Option<HashMap<String, String>>,
}

#[derive(Default, Deserialize)]
struct Requirements {
    currently_due: Option<Vec<String>>,
    disabled_reason: Option<String>,
}

#[derive(Deserialize)]
struct TransferObject {
    id: String,
    amount_reversed: i64,
    currency: String,
    metadata: Option<HashMap<String, String>>,
}

#[derive(Deserialize)]
struct BankPayoutObject {
    failure_code: Option<String>,
}

/// An expandable field: the id, or the whole object.
#[derive(Deserialize)]
#[serde(untagged)]
enum IdOrObject {
    Id(String),
    Object { id: String },
}

impl IdOrObject {
    fn into_id(self) -> Result<String, String> {
        let (Self::Id(id) | Self::Object { id }) = self;
        check_id(&id)?;
        Ok(id)
    }
}

fn read_fact(event_type: &str, account: Option<&str>, object: Value) -> Result<StripeFact, String> {
    let fact = match event_type {
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => {
            checkout_paid(read(object)?)?
        }
        "checkout.session.expired" => checkout_expired(read(object)?)?,
        "payment_intent.succeeded" => Some(payment_succeeded(read(object)?)?),
        "charge.refunded" => charge_refunded(read(object)?)?,
        // An inquiry that becomes a dispute is told by the second type alone; the dispute's id keeps them one.
        "charge.dispute.created" | "charge.dispute.funds_withdrawn" => {
            dispute_opened(read(object)?)?
        }
        "charge.dispute.closed" => dispute_closed(read(object)?)?,
        "account.updated" => account_updated(read(object)?)?,
        "transfer.reversed" => transfer_reversed(read(object)?)?,
        "payout.failed" => bank_payout_failed(account, read(object)?)?,
        _ => None,
    };
    Ok(fact.unwrap_or_else(|| StripeFact::Other { event_type: event_type.to_owned() }))
}

/// A completed page of another product, or one whose payment is still on its way, is nothing to act on.
fn checkout_paid(checkout: CheckoutObject) -> Result<Option<StripeFact>, String> {
    let Some(top_up_id) = top_up_id(checkout.metadata) else {
        return Ok(None);
    };
    if checkout.mode.as_deref().unwrap_or("payment") != "payment"
        || checkout.payment_status.ok_or("payment_status")? != "paid"
    {
        return Ok(None);
    }
    check_id(&checkout.id)?;
    Ok(Some(StripeFact::CheckoutPaid {
        checkout_id: checkout.id,
        payment_intent: checkout.payment_intent.ok_or("payment_intent")?.into_id()?,
        amount_minor: positive(checkout.amount_total.ok_or("amount_total")?)?,
        currency: currency(&checkout.currency.ok_or("currency")?)?,
        top_up_id,
    }))
}

fn checkout_expired(checkout: CheckoutObject) -> Result<Option<StripeFact>, String> {
    check_id(&checkout.id)?;
    Ok(top_up_id(checkout.metadata)
        .map(|top_up_id| StripeFact::CheckoutExpired { checkout_id: checkout.id, top_up_id }))
}

fn payment_succeeded(payment: PaymentIntentObject) -> Result<StripeFact, String> {
    check_id(&payment.id)?;
    Ok(StripeFact::PaymentSucceeded {
        payment_intent: payment.id,
        amount_minor: positive(payment.amount_received)?,
        currency: currency(&payment.currency)?,
        top_up_id: top_up_id(payment.metadata),
    })
}

/// A charge without a payment intent was not made by a checkout of ours.
fn charge_refunded(charge: ChargeObject) -> Result<Option<StripeFact>, String> {
    check_id(&charge.id)?;
    let Some(payment_intent) = charge.payment_intent else {
        return Ok(None);
    };
    Ok(Some(StripeFact::ChargeRefunded {
        charge: charge.id,
        payment_intent: payment_intent.into_id()?,
        cumulative_minor: positive(charge.amount_refunded)?,
        currency: currency(&charge.currency)?,
    }))
}

/// An inquiry (`warning_*`) moves no money yet.
fn dispute_opened(dispute: DisputeObject) -> Result<Option<StripeFact>, String> {
    check_id(&dispute.id)?;
    let Some(payment_intent) = dispute.payment_intent else {
        return Ok(None);
    };
    if dispute.status.starts_with("warning_") {
        return Ok(None);
    }
    Ok(Some(StripeFact::DisputeOpened {
        dispute: dispute.id,
        charge: dispute.charge.into_id()?,
        payment_intent: payment_intent.into_id()?,
        amount_minor: positive(dispute.amount)?,
        currency: currency(&dispute.currency)?,
    }))
}

fn dispute_closed(dispute: DisputeObject) -> Result<Option<StripeFact>, String> {
    check_id(&dispute.id)?;
    let Some(payment_intent) = dispute.payment_intent else {
        return Ok(None);
    };
    let won = match dispute.status.as_str() {
        "won" => true,
        "lost" => false,
        "warning_closed" => return Ok(None),
        other => return Err(format!("status {other:?}")),
    };
    Ok(Some(StripeFact::DisputeClosed {
        dispute: dispute.id,
        payment_intent: payment_intent.into_id()?,
        amount_minor: positive(dispute.amount)?,
        currency: currency(&dispute.currency)?,
        won,
    }))
}

/// An account that was not made by us has none of our ids.
fn account_updated(account: AccountObject) -> Result<Option<StripeFact>, String> {
    check_id(&account.id)?;
    let Some(host_id) = account.metadata.and_then(|mut data| data.remove("host_id")) else {
        return Ok(None);
    };
    check_id(&host_id)?;
    let requirements = account.requirements.unwrap_or_default();
    let due = requirements.currently_due.map_or(0, |due| due.len());
    Ok(Some(StripeFact::AccountUpdated {
        account: account.id,
        host_id,
        payouts_enabled: account.payouts_enabled.ok_or("payouts_enabled")?,
        details_submitted: account.details_submitted.ok_or("details_submitted")?,
        requirements_due: u32::try_from(due).unwrap_or(u32::MAX),
        disabled_reason: requirements.disabled_reason.map(short),
    }))
}

/// A transfer that was not made by us has none of our ids.
fn transfer_reversed(transfer: TransferObject) -> Result<Option<StripeFact>, String> {
    check_id(&transfer.id)?;
    let Some(payout_id) = transfer.metadata.and_then(|mut data| data.remove("payout_id")) else {
        return Ok(None);
    };
    check_id(&payout_id)?;
    Ok(Some(StripeFact::TransferReversed {
        transfer: transfer.id,
        payout_id,
        cumulative_minor: positive(transfer.amount_reversed)?,
        currency: currency(&transfer.currency)?,
    }))
}

/// Without an account it is the platform's own payout, which is no host's.
fn bank_payout_failed(
    account: Option<&str>,
    payout: BankPayoutObject,
) -> Result<Option<StripeFact>, String> {
    let Some(account) = account else {
        return Ok(None);
    };
    check_id(account)?;
    Ok(Some(StripeFact::BankPayoutFailed {
        account: account.to_owned(),
        failure_code: short(payout.failure_code.unwrap_or_else(|| "unknown".to_owned())),
    }))
}

/// A code is short; what is longer is cut.
fn short(code: String) -> String {
    code.chars().take(100).collect()
}

fn read<T: DeserializeOwned>(object: Value) -> Result<T, String> {
    serde_json::from_value(object).map_err(|error| error.to_string())
}

fn top_up_id(metadata: Option<HashMap<String, String>>) -> Option<String> {
    metadata?.remove("top_up_id")
}

/// Ids become parts of keys: bounded, visible ASCII, without the separator of keys.
fn check_id(id: &str) -> Result<(), String> {
    let shaped = !id.is_empty()
        && id.len() <= ID_BYTES_MAX
        && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if shaped { Ok(()) } else { Err("id".to_owned()) }
}

fn positive(amount: i64) -> Result<i64, String> {
    if amount > 0 { Ok(amount) } else { Err(format!("amount {amount}")) }
}

fn currency(code: &str) -> Result<String, String> {
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Ok(code.to_ascii_uppercase())
    } else {
        Err(format!("currency {code:?}"))
    }
}
