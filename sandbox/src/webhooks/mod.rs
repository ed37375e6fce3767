//! Events: recorded with what caused them, signed, and delivered to the product with the troubles one asks for.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::machine_now;
use crate::state::{Data, keep_newest, random_id};
use crate::stripe::API_VERSION;

pub(crate) mod delivery;
pub(crate) mod signature;

/// Most events, and most deliveries, that are remembered.
const KEPT_MAX: usize = 5_000;

/// Most copies of one delivery.
const COPIES_MAX: u32 = 200;

/// How events are delivered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// Replaces the configured address.
    pub url: Option<String>,
    /// Each event is delivered so many times more than once.
    pub duplicate: u32,
    /// The newest waiting event goes first.
    pub reorder: bool,
    /// Each delivery waits so long after its event, in milliseconds.
    pub delay_ms: u32,
    /// Nothing is delivered until this is false again.
    pub hold: bool,
    /// So many next attempts are lost on their way.
    pub drop_first: u32,
    /// Attempts are signed with another secret.
    pub sign_wrong: bool,
    /// Attempts are signed as if they were sent so many seconds ago (negative: in the future).
    pub sign_age_seconds: i64,
}

/// An event, as it is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Event {
    pub id: String,
    pub body: Value,
}

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeliveryState {
    Waiting,
    Delivered,
    GivenUp,
    /// There was no address to deliver to.
    Unaddressed,
}

/// One attempt to deliver.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeliveryAttempt {
    pub at: Timestamp,
    pub status: Option<u16>,
    pub error: Option<String>,
}

/// One copy of an event on its way to the product.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delivery {
    pub event: u64,
    pub due_ms: i64,
    pub state: DeliveryState,
    pub attempts: Vec<DeliveryAttempt>,
}

/// What the webhook side remembers. Keys are sequence numbers.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WebhookData {
    pub settings: Settings,
    pub events: BTreeMap<u64, Event>,
    pub deliveries: BTreeMap<u64, Delivery>,
    next: u64,
}

/// Records an event about an object and queues its deliveries; returns its id.
pub(crate) fn record(data: &mut Data, now_unix: i64, event_type: &str, object: Value) -> String {
    record_of_account(data, now_unix, None, event_type, object)
}

/// As [`record`], about a connected account.
pub(crate) fn record_of_account(
    data: &mut Data,
    now_unix: i64,
    account: Option<&str>,
    event_type: &str,
    object: Value,
) -> String {
    let webhooks = &mut data.webhooks;
    let id = random_id("evt");
    let body = json!({
        "id": id,
        "object": "event",
        "account": account,
        "api_version": API_VERSION,
        "created": now_unix,
        "data": { "object": object },
        "livemode": false,
        "pending_webhooks": 1,
        "request": { "id": null, "idempotency_key": null },
        "type": event_type,
    });
    let sequence = webhooks.take_number();
    webhooks.events.insert(sequence, Event { id: id.clone(), body });
    keep_newest(&mut webhooks.events, KEPT_MAX);
    let copies = webhooks.settings.duplicate.saturating_add(1);
    webhooks.queue(sequence, copies);
    id
}

impl WebhookData {
    fn take_number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn queue(&mut self, event: u64, copies: u32) {
        let due_ms = now_ms().saturating_add(i64::from(self.settings.delay_ms));
        for _ in 0..copies.clamp(1, COPIES_MAX) {
            let number = self.take_number();
            self.deliveries.insert(
                number,
                Delivery { event, due_ms, state: DeliveryState::Waiting, attempts: Vec::new() },
            );
        }
        keep_newest(&mut self.deliveries, KEPT_MAX);
    }

    /// Queues further deliveries of an event that is remembered.
    pub(crate) fn resend(&mut self, event_id: &str, copies: u32) -> bool {
        let found = self
            .events
            .iter()
            .find_map(|(sequence, event)| (event.id == event_id).then_some(*sequence));
        if let Some(sequence) = found {
            self.queue(sequence, copies);
        }
        found.is_some()
    }

    /// The events, newest first, each with its deliveries.
    pub(crate) fn listing(&self) -> Value {
        let items: Vec<Value> = self
            .events
            .iter()
            .rev()
            .map(|(sequence, event)| {
                let deliveries: Vec<&Delivery> = self
                    .deliveries
                    .values()
                    .filter(|delivery| delivery.event == *sequence)
                    .collect();
                json!({ "event": event.body, "deliveries": deliveries })
            })
            .collect();
        json!({ "items": items })
    }
}

/// The machine's time in milliseconds; deliveries are not moved by the sandbox's own clock.
pub(crate) fn now_ms() -> i64 {
    machine_now().as_millisecond()
}
