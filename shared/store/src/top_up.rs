//! Top-ups, the payment intents that paid them, and the processor's events.

use ledger::Currency;
use serde::{Deserialize, Serialize};

use crate::{Key, Store, StoreError, Table, Transaction, Update};

/// Where a top-up stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TopUpStatus {
    /// The checkout page is open, or the webhook has not come yet.
    Pending,
    /// Credited.
    Paid,
    /// The checkout page ran out unpaid.
    Expired,
}

/// A card payment into a wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TopUpItem {
    /// UUID v7; the cause of its entries.
    pub top_up_id: String,
    /// Whose wallet.
    pub member_id: String,
    /// What was asked for.
    pub amount_minor: i64,
    /// Of the amounts.
    pub currency: Currency,
    /// Where it stands.
    pub status: TopUpStatus,
    /// The processor's checkout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout_id: Option<String>,
    /// Where the member pays, while pending.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkout_url: Option<String>,
    /// The intent that paid it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_intent: Option<String>,
    /// Given back on the card so far, as reported.
    #[serde(default)]
    pub refunded_minor: i64,
    /// When it was asked for, Unix milliseconds.
    pub created_at_ms: i64,
    /// When it was credited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at_ms: Option<i64>,
    gsi1pk: String,
    gsi1sk: String,
}

/// Which top-up an intent paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntentItem {
    /// The top-up.
    pub top_up_id: String,
}

/// How a dispute was decided. Its item makes a decision count once, whichever event tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionItem {
    /// Of which top-up.
    pub top_up_id: String,
    /// Whether the payment came back.
    pub won: bool,
    /// When it was told, Unix milliseconds.
    pub at_ms: i64,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// Kept, not applied yet.
    Received,
    /// Its effect is in the ledger (or it has none).
    Applied,
    /// It could not be applied, again and again: a person must look.
    Parked,
}

/// An event of the processor, with its body as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventItem {
    /// The processor's id.
    pub event_id: String,
    /// Its type.
    pub event_type: String,
    /// The raw body, verified.
    pub body: String,
    /// What became of it.
    pub status: EventStatus,
    /// How often it could not be applied.
    pub attempts: u32,
    /// Why not, the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// When it first came, Unix milliseconds.
    pub received_at_ms: i64,
}

impl TopUpItem {
    /// A top-up that is not stored yet.
    pub fn new(top_up_id: String, member_id: &str, amount: ledger::Money, now_ms: i64) -> Self {
        Self {
            gsi1pk: format!("TOPUPS#{member_id}"),
            gsi1sk: top_up_id.clone(),
            top_up_id,
            member_id: member_id.to_owned(),
            amount_minor: amount.minor,
            currency: amount.currency,
            status: TopUpStatus::Pending,
            checkout_id: None,
            checkout_url: None,
            payment_intent: None,
            refunded_minor: 0,
            created_at_ms: now_ms,
            paid_at_ms: None,
        }
    }
}

/// The key of a top-up.
pub fn top_up_key(top_up_id: &str) -> Key {
    Key::new(format!("TOPUP#{top_up_id}"), "TOPUP")
}

/// The key of a payment intent.
pub fn intent_key(payment_intent: &str) -> Key {
    Key::new(format!("INTENT#{payment_intent}"), "INTENT")
}

/// The key of an event.
pub fn event_key(event_id: &str) -> Key {
    Key::new(format!("STRIPE#{event_id}"), "EVENT")
}

/// The key of a dispute's decision.
pub fn decision_key(dispute: &str) -> Key {
    Key::new(format!("DISPUTE#{dispute}"), "DECISION")
}

/// Marks a top-up as paid by an intent, whatever it was before, and remembers the intent.
#[must_use]
pub fn mark_paid(
    tx: Transaction,
    top_up_id: &str,
    payment_intent: &str,
    at_ms: i64,
) -> Transaction {
    let update = Update::new(
        "SET #status = :paid, payment_intent = :intent, paid_at_ms = :at REMOVE checkout_url",
    )
    .when("attribute_exists(pk)")
    .name("#status", "status")
    .value(":paid", TopUpStatus::Paid)
    .value(":intent", payment_intent)
    .value(":at", at_ms);
    let intent = IntentItem { top_up_id: top_up_id.to_owned() };
    tx.update("top_up", Table::App, &top_up_key(top_up_id), update).replace(
        "intent",
        Table::App,
        &intent_key(payment_intent),
        &intent,
        None,
    )
}

/// Marks a pending top-up as run out; refused (`top_up`) if it was paid.
#[must_use]
pub fn mark_expired(tx: Transaction, top_up_id: &str) -> Transaction {
    let update = Update::new("SET #status = :expired REMOVE checkout_url")
        .when("#status = :pending")
        .name("#status", "status")
        .value(":expired", TopUpStatus::Expired)
        .value(":pending", TopUpStatus::Pending);
    tx.update("top_up", Table::App, &top_up_key(top_up_id), update)
}

/// Raises what was given back on the card; refused (`top_up`) unless it was `seen_minor` until now.
#[must_use]
pub fn raise_refunded(
    tx: Transaction,
    top_up_id: &str,
    seen_minor: i64,
    cumulative_minor: i64,
) -> Transaction {
    let update = Update::new("SET refunded_minor = :cumulative")
        .when("refunded_minor = :seen")
        .value(":cumulative", cumulative_minor)
        .value(":seen", seen_minor);
    tx.update("top_up", Table::App, &top_up_key(top_up_id), update)
}

/// Marks an event as applied, in the transaction of its effect; refused (`event`) if it was applied before.
#[must_use]
pub fn mark_applied(tx: Transaction, event_id: &str) -> Transaction {
    let update = Update::new("SET #status = :applied REMOVE problem")
        .when("attribute_exists(pk) AND #status <> :applied")
        .name("#status", "status")
        .value(":applied", EventStatus::Applied);
    tx.update("event", Table::App, &event_key(event_id), update)
}

/// Notes that an event could not be applied, and why.
#[must_use]
pub fn mark_failed(
    tx: Transaction,
    event_id: &str,
    problem: &str,
    status: EventStatus,
) -> Transaction {
    let update =
        Update::new("SET attempts = attempts + :one, problem = :problem, #status = :status")
            .when("attribute_exists(pk) AND #status <> :applied")
            .name("#status", "status")
            .value(":one", 1)
            .value(":problem", problem)
            .value(":status", status)
            .value(":applied", EventStatus::Applied);
    tx.update("event", Table::App, &event_key(event_id), update)
}

impl Store {
    /// A top-up.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn top_up(&self, top_up_id: &str) -> Result<Option<TopUpItem>, StoreError> {
        self.get(Table::App, &top_up_key(top_up_id)).await
    }

    /// The top-up that an intent paid.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn top_up_of_intent(
        &self,
        payment_intent: &str,
    ) -> Result<Option<TopUpItem>, StoreError> {
        let intent = self.get::<IntentItem>(Table::App, &intent_key(payment_intent)).await?;
        match intent {
            Some(intent) => self.top_up(&intent.top_up_id).await,
            None => Ok(None),
        }
    }

    /// An event.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn event(&self, event_id: &str) -> Result<Option<EventItem>, StoreError> {
        self.get(Table::App, &event_key(event_id)).await
    }
}
