//! The card processor: pages that are paid, refunds, disputes, and the events that tell of them, again and again until
//! they are acknowledged.

use serde_json::{Value, json};

use crate::fates::Core;

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

/// The processor.
#[derive(Debug, Default)]
pub struct Vendor {
    /// All pages.
    pub pages: Vec<Page>,
    /// All events.
    pub notices: Vec<Notice>,
}

impl Vendor {
    /// A page is opened.
    pub fn open(&mut self, top_up_id: String, member_id: String, amount_minor: i64) -> usize {
        let page = Page {
            top_up_id,
            member_id,
            amount_minor,
            dispute: None,
            paid: false,
            refunded_minor: 0,
        };
        self.pages.push(page);
        self.pages.len() - 1
    }

    /// The member pays; the numbers of the events that tell so.
    pub fn pay(&mut self, at: usize, core: &mut Core) -> Vec<usize> {
        let page = &mut self.pages[at];
        if std::mem::replace(&mut page.paid, true) {
            return Vec::new();
        }
        let payment = core.laws.payments.entry(page.top_up_id.clone()).or_default();
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
            self.tell(core, "checkout.session.completed", &completed),
            self.tell(core, "payment_intent.succeeded", &succeeded),
        ]
    }

    /// A part goes back on the card.
    pub fn refund(&mut self, at: usize, core: &mut Core) -> Option<usize> {
        let page = &mut self.pages[at];
        if !page.paid || page.dispute.is_some() || page.refunded_minor == page.amount_minor {
            return None;
        }
        page.refunded_minor += core.rng.between(1, page.amount_minor - page.refunded_minor);
        let refunded = page.refunded_minor;
        core.laws.payments.entry(page.top_up_id.clone()).or_default().refunded_minor = refunded;
        let object = json!({
            "id": format!("ch_{at}"), "payment_intent": format!("pi_{at}"), "amount_refunded": refunded, "currency": "usd",
        });
        Some(self.tell(core, "charge.refunded", &object))
    }

    /// The card's bank takes the payment back, or decides about it.
    pub fn dispute(&mut self, at: usize, core: &mut Core) -> Option<usize> {
        let page = &mut self.pages[at];
        if !page.paid || page.refunded_minor > 0 || page.dispute == Some(true) {
            return None;
        }
        let decided = page.dispute.replace(page.dispute.is_some()).is_some();
        let won = decided.then(|| core.rng.chance(500));
        core.laws.disputed.insert(page.member_id.clone());
        let payment = core.laws.payments.entry(page.top_up_id.clone()).or_default();
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
        Some(self.tell(core, kind, &object))
    }

    fn tell(&mut self, core: &Core, event_type: &str, object: &Value) -> usize {
        let number = self.notices.len();
        let body = json!({
            "id": format!("evt_{number}"), "object": "event", "type": event_type, "created": core.now_ms() / 1_000,
            "livemode": false, "data": { "object": object },
        });
        self.notices.push(Notice { body: body.to_string(), taken: false, sent: 0 });
        number
    }
}
