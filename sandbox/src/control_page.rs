//! The control page: what has happened, and buttons for what a vendor, a bank or time would do.

use axum::Router;
use axum::extract::{Form, State};
use axum::response::{Redirect, Response};
use axum::routing::{get, post};
use http::StatusCode;
use serde::Deserialize;

use crate::html::{amount, escape, page};
use crate::state::{Data, Sandbox};
use crate::stripe::disputes;
use crate::stripe::objects::{Charge, DisputeStatus};
use crate::webhooks::{Delivery, Event, Settings};

/// Most rows of a table.
const ROWS_MAX: usize = 50;

/// The routes of the page and of its forms.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/_sandbox", get(show))
        .route("/_sandbox/page/webhooks", post(set_webhooks))
        .route("/_sandbox/page/deliver", post(deliver))
        .route("/_sandbox/page/dispute", post(dispute))
}

async fn show(State(sandbox): State<Sandbox>) -> Response {
    let main = sandbox.read(|data| {
        let address = data.webhooks.settings.url.as_ref().or(sandbox.config().webhook_url.as_ref());
        format!(
            "{}{}{}",
            webhook_form(&data.webhooks.settings, address.map(String::as_str)),
            payments_table(data),
            events_table(data)
        )
    });
    page(StatusCode::OK, "Controls", &main)
}

/// A form sends only the boxes that are ticked, and numbers as text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WebhookForm {
    duplicate: u32,
    delay_ms: u32,
    drop_first: u32,
    reorder: Option<String>,
    hold: Option<String>,
}

async fn set_webhooks(State(sandbox): State<Sandbox>, Form(form): Form<WebhookForm>) -> Redirect {
    sandbox.write(|data| {
        let settings = &mut data.webhooks.settings;
        settings.duplicate = form.duplicate;
        settings.delay_ms = form.delay_ms;
        settings.drop_first = form.drop_first;
        settings.reorder = form.reorder.is_some();
        settings.hold = form.hold.is_some();
    });
    Redirect::to("/_sandbox")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeliverForm {
    event_id: String,
}

async fn deliver(State(sandbox): State<Sandbox>, Form(form): Form<DeliverForm>) -> Redirect {
    sandbox.write(|data| data.webhooks.resend(&form.event_id, 1));
    Redirect::to("/_sandbox")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DisputeForm {
    payment_intent: Option<String>,
    dispute: Option<String>,
    outcome: Option<String>,
}

async fn dispute(State(sandbox): State<Sandbox>, Form(form): Form<DisputeForm>) -> Response {
    let result = match (&form.payment_intent, &form.dispute) {
        (Some(payment), None) => disputes::open(&sandbox, payment),
        (None, Some(dispute)) => {
            disputes::close(&sandbox, dispute, form.outcome.as_deref() == Some("won"))
        }
        _ => {
            return page(
                StatusCode::BAD_REQUEST,
                "Not understood",
                "<p>Name a payment or a dispute.</p>",
            );
        }
    };
    match result {
        Ok(_) => axum::response::IntoResponse::into_response(Redirect::to("/_sandbox")),
        Err(problem) => page(
            problem.status(),
            "Refused",
            &format!("<p class=\"problem\">{}</p>", escape(&problem.to_json().to_string())),
        ),
    }
}

fn webhook_form(settings: &Settings, address: Option<&str>) -> String {
    let tick = |on: bool| if on { " checked" } else { "" };
    let address = escape(address.unwrap_or("nowhere: no address is set"));
    format!(
        "<h2>Webhooks</h2><p class=\"soft\">Delivered to {address}</p>\
         <form method=\"post\" action=\"/_sandbox/page/webhooks\">\
         <label for=\"duplicate\">Extra copies of each event</label>\
         <input id=\"duplicate\" name=\"duplicate\" type=\"number\" min=\"0\" max=\"199\" value=\"{}\">\
         <label for=\"delay_ms\">Delay in milliseconds</label>\
         <input id=\"delay_ms\" name=\"delay_ms\" type=\"number\" min=\"0\" value=\"{}\">\
         <label for=\"drop_first\">Lose the next attempts</label>\
         <input id=\"drop_first\" name=\"drop_first\" type=\"number\" min=\"0\" value=\"{}\">\
         <label><input type=\"checkbox\" name=\"reorder\" value=\"yes\"{}>Newest first</label>\
         <label><input type=\"checkbox\" name=\"hold\" value=\"yes\"{}>Hold everything back</label>\
         <button class=\"go\">Apply</button></form>",
        settings.duplicate,
        settings.delay_ms,
        settings.drop_first,
        tick(settings.reorder),
        tick(settings.hold),
    )
}

fn payments_table(data: &Data) -> String {
    let mut charges: Vec<&Charge> = data.stripe.charges.values().collect();
    charges.sort_by_key(|charge| std::cmp::Reverse(charge.created));
    let rows: String =
        charges.into_iter().take(ROWS_MAX).map(|charge| payment_row(data, charge)).collect();
    format!(
        "<h2>Payments</h2><div class=\"scroll\"><table><thead><tr><th scope=\"col\">Payment</th>\
         <th scope=\"col\">Amount</th><th scope=\"col\">Refunded</th><th scope=\"col\">Dispute</th></tr></thead>\
         <tbody>{rows}</tbody></table></div>"
    )
}

fn payment_row(data: &Data, charge: &Charge) -> String {
    let form = |field: &str, value: &str, buttons: &str| {
        format!(
            "<form method=\"post\" action=\"/_sandbox/page/dispute\">\
             <input type=\"hidden\" name=\"{field}\" value=\"{}\">{buttons}</form>",
            escape(value)
        )
    };
    let dispute = charge.dispute.as_ref().and_then(|id| data.stripe.disputes.get(id));
    let dispute = match dispute {
        None => form("payment_intent", &charge.payment_intent, "<button>Dispute</button>"),
        Some(dispute) if dispute.status == DisputeStatus::NeedsResponse => form(
            "dispute",
            &dispute.id,
            "<button name=\"outcome\" value=\"won\">Won</button><button name=\"outcome\" value=\"lost\">Lost</button>",
        ),
        Some(dispute) if dispute.status == DisputeStatus::Won => "won".to_owned(),
        Some(_) => "lost".to_owned(),
    };
    format!(
        "<tr><td><code>{}</code></td><td>{}</td><td>{}</td><td>{dispute}</td></tr>",
        escape(&charge.payment_intent),
        amount(charge.amount_minor, &charge.currency),
        amount(charge.refunded_minor, &charge.currency),
    )
}

fn events_table(data: &Data) -> String {
    let rows: String = data
        .webhooks
        .events
        .iter()
        .rev()
        .take(ROWS_MAX)
        .map(|(number, event)| event_row(data, *number, event))
        .collect();
    format!(
        "<h2>Events</h2><div class=\"scroll\"><table><thead><tr><th scope=\"col\">Event</th>\
         <th scope=\"col\">Deliveries</th><th scope=\"col\">Again</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )
}

fn event_row(data: &Data, number: u64, event: &Event) -> String {
    let deliveries: Vec<String> = data
        .webhooks
        .deliveries
        .values()
        .filter(|delivery| delivery.event == number)
        .map(describe)
        .collect();
    let kind = event.body.get("type").and_then(serde_json::Value::as_str).unwrap_or_default();
    let id = escape(&event.id);
    format!(
        "<tr><td>{}<br><code>{id}</code></td><td>{}</td><td><form method=\"post\" action=\"/_sandbox/page/deliver\">\
         <input type=\"hidden\" name=\"event_id\" value=\"{id}\"><button>Deliver</button></form></td></tr>",
        escape(kind),
        deliveries.join("<br>"),
    )
}

fn describe(delivery: &Delivery) -> String {
    let attempts: Vec<String> = delivery
        .attempts
        .iter()
        .map(|attempt| match (&attempt.status, &attempt.error) {
            (Some(status), _) => status.to_string(),
            (None, error) => escape(error.as_deref().unwrap_or("no answer")),
        })
        .collect();
    format!("{:?}: {}", delivery.state, attempts.join(", "))
}
