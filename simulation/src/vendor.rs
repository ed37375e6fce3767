//! The card processor: pages that are paid, refunds, disputes, transfers to hosts, and the events that tell of them, again
//! and again until they are acknowledged.
//!
//! Requests are answered as Stripe's API documents it: the first answer of an idempotency key is kept for a day, whatever
//! it was, once the request began to be carried out; a transfer is found by its group however old it is.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::fates::Core;
use crate::mutations::Mutation;
use crate::people::account_of;

/// How long the answer of an idempotency key is kept.
const KEPT_MS: i64 = 86_400_000;

/// An event and how its delivery stands.
#[derive(Clone, Debug)]
pub struct Notice {
    /// As it is sent, each time the same.
    pub body: String,
    /// Whether it was acknowledged.
    pub taken: bool,
    /// How often it was sent.
    pub sent: u32,
}

/// A top-up as the processor knows it.
#[derive(Clone, Debug)]
pub struct Page {
    /// The product's id.
    pub top_up_id: String,
    /// Whose.
    pub member_id: String,
    /// What the page asks for.
    pub amount_minor: i64,
    /// The dispute about it, if there is one, and whether it is decided.
    pub dispute: Option<bool>,
    paid: bool,
    refunded_minor: i64,
}

impl Page {
    /// Whether something of it can go back on the card.
    pub fn is_refundable(&self) -> bool {
        self.paid && self.dispute.is_none() && self.refunded_minor < self.amount_minor
    }

    /// Whether its payment can be disputed, or a dispute be decided.
    pub fn is_disputable(&self) -> bool {
        self.paid && self.refunded_minor == 0 && self.dispute != Some(true)
    }
}

/// A transfer to a host's account.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// What it was made for.
    pub payout_id: String,
    group: String,
    amount_minor: i64,
    reversed_minor: i64,
}

/// The processor.
#[derive(Debug, Default)]
pub struct Vendor {
    /// All pages.
    pub pages: Vec<Page>,
    /// All events.
    pub notices: Vec<Notice>,
    /// All transfers.
    pub transfers: Vec<Transfer>,
    /// Accounts that it does not pay out.
    disabled: BTreeSet<String>,
    /// By idempotency key: when it was first answered, and how.
    answers: BTreeMap<String, (i64, Answer)>,
}

/// An answer: its status and its JSON.
pub type Answer = (u16, Value);

/// A request of the product's.
#[derive(Debug)]
pub struct Request<'a> {
    /// `GET` or `POST`.
    pub method: &'a str,
    /// Without the query.
    pub path: &'a str,
    /// The pairs of the query or of the form.
    pub form: BTreeMap<String, String>,
    /// Its idempotency key.
    pub key: Option<&'a str>,
    /// Refuse it, if it can be refused.
    pub refuse: bool,
}

impl Request<'_> {
    fn text(&self, name: &str) -> String {
        self.form.get(name).cloned().unwrap_or_default()
    }

    fn number(&self, name: &str) -> i64 {
        self.text(name).parse().unwrap_or(0)
    }
}

/// The API.
impl Core {
    /// Answers a request, or as it was answered before.
    pub fn answer(&mut self, request: &Request<'_>) -> Answer {
        let now_ms = self.now_ms();
        let key = request.key.filter(|_| self.mutation != Some(Mutation::NewKeyEachTry));
        if let Some((at_ms, answer)) = key.and_then(|key| self.vendor.answers.get(key))
            && now_ms - at_ms < KEPT_MS
        {
            return answer.clone();
        }
        let answer = match (request.method, request.path) {
            ("POST", "/v1/checkout/sessions") => self.open_page(request),
            ("POST", "/v1/transfers") => self.transfer(request),
            ("GET", "/v1/transfers") => (200, self.found(&request.text("transfer_group"))),
            other => panic!("the simulated processor does not know {other:?}"),
        };
        if let Some(key) = key {
            self.vendor.answers.insert(key.to_owned(), (now_ms, answer.clone()));
        }
        answer
    }

    fn open_page(&mut self, request: &Request<'_>) -> Answer {
        let at = self.vendor.pages.len();
        self.vendor.pages.push(Page {
            top_up_id: request.text("metadata[top_up_id]"),
            member_id: request.text("client_reference_id"),
            amount_minor: request.number("line_items[0][price_data][unit_amount]"),
            dispute: None,
            paid: false,
            refunded_minor: 0,
        });
        let url = format!("https://checkout.example/{at}");
        (
            200,
            json!({ "id": format!("cs_{at}"), "url": url, "expires_at": self.now_ms() / 1_000 + 86_400 }),
        )
    }

    fn transfer(&mut self, request: &Request<'_>) -> Answer {
        let disabled = self.vendor.disabled.contains(&request.text("destination"));
        if disabled || request.refuse {
            let code = if disabled {
                "insufficient_capabilities_for_transfer"
            } else {
                "balance_insufficient"
            };
            return (400, json!({ "error": { "code": code, "message": "No.", "param": null } }));
        }
        let (payout_id, amount_minor) =
            (request.text("metadata[payout_id]"), request.number("amount"));
        self.laws.transferred(&payout_id, amount_minor);
        let group = request.text("transfer_group");
        self.vendor.transfers.push(Transfer { payout_id, group, amount_minor, reversed_minor: 0 });
        let at = self.vendor.transfers.len() - 1;
        (200, json!({ "id": format!("tr_{at}"), "amount": amount_minor }))
    }

    fn found(&self, group: &str) -> Value {
        let blind = self.mutation == Some(Mutation::TransferBlindly);
        let all = self.vendor.transfers.iter().enumerate();
        let found: Vec<Value> = all
            .filter(|(_, transfer)| transfer.group == group && !blind)
            .map(|(at, transfer)| json!({ "id": format!("tr_{at}"), "amount": transfer.amount_minor }))
            .take(1)
            .collect();
        json!({ "object": "list", "data": found })
    }
}

/// What members, banks and the processor itself do.
impl Core {
    /// The member pays; the numbers of the events that tell so.
    pub fn pay(&mut self, at: usize) -> Vec<usize> {
        let page = &mut self.vendor.pages[at];
        if std::mem::replace(&mut page.paid, true) {
            return Vec::new();
        }
        let payment = self.laws.payments.entry(page.top_up_id.clone()).or_default();
        payment.paid_minor = page.amount_minor;
        let metadata = json!({ "top_up_id": page.top_up_id });
        let (amount, intent) = (page.amount_minor, format!("pi_{at}"));
        let completed = json!({
            "id": format!("cs_{at}"), "mode": "payment", "payment_status": "paid", "payment_intent": intent,
            "amount_total": amount, "currency": "usd", "metadata": metadata,
        });
        let succeeded = json!({
            "id": intent, "amount_received": amount, "currency": "usd", "metadata": metadata,
        });
        vec![
            self.tell("checkout.session.completed", &completed),
            self.tell("payment_intent.succeeded", &succeeded),
        ]
    }

    /// A part goes back on the card, or all that is left.
    pub fn card_refund(&mut self, at: usize, all: bool) -> Option<usize> {
        let page = &mut self.vendor.pages[at];
        if !page.is_refundable() {
            return None;
        }
        let left = page.amount_minor - page.refunded_minor;
        page.refunded_minor += if all { left } else { self.rng.between(1, left) };
        let refunded = page.refunded_minor;
        self.laws.payments.entry(page.top_up_id.clone()).or_default().refunded_minor = refunded;
        let object = json!({
            "id": format!("ch_{at}"), "payment_intent": format!("pi_{at}"), "amount_refunded": refunded, "currency": "usd",
        });
        Some(self.tell("charge.refunded", &object))
    }

    /// The card's bank takes the payment back, or decides about it.
    pub fn dispute(&mut self, at: usize) -> Option<usize> {
        let page = &mut self.vendor.pages[at];
        if !page.is_disputable() {
            return None;
        }
        let decided = page.dispute.replace(page.dispute.is_some()).is_some();
        let won = decided.then(|| self.rng.chance(500));
        let payment = self.laws.payments.entry(page.top_up_id.clone()).or_default();
        payment.disputes.insert(format!("dp_{at}"), won);
        let status = match won {
            None => "needs_response",
            Some(true) => "won",
            Some(false) => "lost",
        };
        let object = json!({
            "id": format!("dp_{at}"), "charge": format!("ch_{at}"), "payment_intent": format!("pi_{at}"),
            "amount": page.amount_minor, "currency": "usd", "status": status,
        });
        let kind = if decided { "charge.dispute.closed" } else { "charge.dispute.created" };
        Some(self.tell(kind, &object))
    }

    /// A part of a transfer comes back, or all of it.
    pub fn take_back(&mut self, at: usize) -> Option<usize> {
        let transfer = &mut self.vendor.transfers[at];
        let left = transfer.amount_minor - transfer.reversed_minor;
        if left == 0 {
            return None;
        }
        let all = self.rng.chance(500);
        transfer.reversed_minor += if all { left } else { self.rng.between(1, left) };
        let (payout_id, reversed) = (transfer.payout_id.clone(), transfer.reversed_minor);
        self.laws.payouts.entry(payout_id.clone()).or_default().came_back_minor = reversed;
        let object = json!({
            "id": format!("tr_{at}"), "amount_reversed": reversed, "currency": "usd", "metadata": { "payout_id": payout_id },
        });
        Some(self.tell("transfer.reversed", &object))
    }

    /// A host's account is not paid out any more, or is again.
    pub fn change_account(&mut self, host_id: &str) -> usize {
        let account = account_of(host_id);
        let enabled = self.vendor.disabled.remove(&account);
        if !enabled {
            self.vendor.disabled.insert(account.clone());
        }
        let object = json!({
            "id": account, "payouts_enabled": enabled, "details_submitted": true, "metadata": { "host_id": host_id },
        });
        self.tell("account.updated", &object)
    }

    fn tell(&mut self, event_type: &str, object: &Value) -> usize {
        let number = self.vendor.notices.len();
        let body = json!({
            "id": format!("evt_{number}"), "object": "event", "type": event_type, "created": self.now_ms() / 1_000,
            "livemode": false, "data": { "object": object },
        });
        self.vendor.notices.push(Notice { body: body.to_string(), taken: false, sent: 0 });
        number
    }
}
