//! The controls of the sandbox under `/_sandbox`: what in the world only a vendor, a bank or time can do.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::control_page;
use crate::oidc::hooks;
use crate::state::Sandbox;
use crate::stripe::checkout_sessions::{self, Attempt};
use crate::stripe::{ApiError, Faults, accounts, disputes, transfers};
use crate::webhooks::{self, Settings};

/// The routes of the controls.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/_sandbox/events", get(list_events).post(record_event))
        .route("/_sandbox/webhooks", get(read_webhooks).post(set_webhooks))
        .route("/_sandbox/deliver", post(deliver))
        .route("/_sandbox/checkouts/{id}/pay", post(pay))
        .route("/_sandbox/disputes", post(open_dispute))
        .route("/_sandbox/disputes/{id}/close", post(close_dispute))
        .route("/_sandbox/accounts/{id}", post(set_account))
        .route("/_sandbox/accounts/{id}/bank-failure", post(fail_bank))
        .route("/_sandbox/transfers/{id}/reverse", post(reverse_transfer))
        .route("/_sandbox/faults", post(set_faults))
        .route("/_sandbox/clock", post(advance_clock))
        .merge(hooks::routes())
        .merge(control_page::routes())
}

/// All events, newest first, with the attempts to deliver each.
async fn list_events(State(sandbox): State<Sandbox>) -> Json<Value> {
    Json(sandbox.read(|data| data.webhooks.listing()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEvent {
    #[serde(rename = "type")]
    event_type: String,
    object: Value,
}

/// Records any event, also of kinds the sandbox does not make by itself.
async fn record_event(State(sandbox): State<Sandbox>, Json(event): Json<NewEvent>) -> Response {
    let now = sandbox.clock().now_unix();
    let id = sandbox.write(|data| webhooks::record(data, now, &event.event_type, event.object));
    (StatusCode::CREATED, Json(json!({ "id": id }))).into_response()
}

async fn read_webhooks(State(sandbox): State<Sandbox>) -> Json<Settings> {
    Json(sandbox.read(|data| data.webhooks.settings.clone()))
}

/// Replaces all switches; what is left out returns to its default, except the address.
async fn set_webhooks(
    State(sandbox): State<Sandbox>,
    Json(mut settings): Json<Settings>,
) -> Json<Settings> {
    Json(sandbox.write(|data| {
        settings.url = settings.url.or_else(|| data.webhooks.settings.url.take());
        data.webhooks.settings = settings;
        data.webhooks.settings.clone()
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resend {
    event_id: String,
    #[serde(default = "one")]
    copies: u32,
}

fn one() -> u32 {
    1
}

/// Sends an event again.
async fn deliver(State(sandbox): State<Sandbox>, Json(resend): Json<Resend>) -> Response {
    if sandbox.write(|data| data.webhooks.resend(&resend.event_id, resend.copies)) {
        (StatusCode::ACCEPTED, Json(json!({ "queued": resend.copies }))).into_response()
    } else {
        ApiError::missing("event", &resend.event_id).into_response()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pay {
    #[serde(default = "someone")]
    email: String,
    #[serde(default)]
    decline: bool,
}

fn someone() -> String {
    "someone@example.test".to_owned()
}

/// Pays a page without a browser.
async fn pay(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Json(pay): Json<Pay>,
) -> Response {
    let decline = pay.decline.then_some("generic_decline");
    match checkout_sessions::attempt(&sandbox, &id, &pay.email, "4242", decline) {
        None => ApiError::missing("checkout.session", &id).into_response(),
        Some(outcome) => Json(json!({
            "paid": outcome == Attempt::Paid,
            "payment_intent": checkout_sessions::current(&sandbox, &id).and_then(|session| session.payment_intent),
        }))
        .into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenDispute {
    payment_intent: String,
}

async fn open_dispute(State(sandbox): State<Sandbox>, Json(open): Json<OpenDispute>) -> Response {
    answer(disputes::open(&sandbox, &open.payment_intent))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CloseDispute {
    won: bool,
}

async fn close_dispute(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Json(close): Json<CloseDispute>,
) -> Response {
    answer(disputes::close(&sandbox, &id, close.won))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetAccount {
    payouts_enabled: bool,
    details_submitted: bool,
    #[serde(default)]
    currently_due: Vec<String>,
    disabled_reason: Option<String>,
}

/// Says what Stripe has found out about a connected account.
async fn set_account(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Json(set): Json<SetAccount>,
) -> Response {
    answer(accounts::change(&sandbox, &id, |account| {
        account.payouts_enabled = set.payouts_enabled;
        account.details_submitted = set.details_submitted;
        account.currently_due = set.currently_due;
        account.disabled_reason = set.disabled_reason;
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FailBank {
    failure_code: String,
}

/// The account's bank refuses Stripe's payout.
async fn fail_bank(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Json(fail): Json<FailBank>,
) -> Response {
    answer(transfers::fail_bank_payout(&sandbox, &id, &fail.failure_code))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReverseTransfer {
    amount_minor: Option<i64>,
}

/// Takes a transfer back.
async fn reverse_transfer(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    Json(reverse): Json<ReverseTransfer>,
) -> Response {
    answer(transfers::reverse(&sandbox, &id, reverse.amount_minor))
}

/// Arms trouble in the Stripe API.
async fn set_faults(State(sandbox): State<Sandbox>, Json(faults): Json<Faults>) -> Json<Faults> {
    sandbox.write(|data| data.faults = faults);
    Json(faults)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: i64,
}

/// Moves the sandbox's clock forward; signatures of webhooks keep to the machine's time.
async fn advance_clock(
    State(sandbox): State<Sandbox>,
    Json(advance): Json<Advance>,
) -> Json<Value> {
    let offset_seconds = sandbox.clock().advance(advance.advance_seconds);
    Json(json!({ "offset_seconds": offset_seconds, "now_unix": sandbox.clock().now_unix() }))
}

fn answer(result: Result<Value, ApiError>) -> Response {
    match result {
        Ok(object) => Json(object).into_response(),
        Err(problem) => problem.into_response(),
    }
}
