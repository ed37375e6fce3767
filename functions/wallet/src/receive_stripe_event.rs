//! `POST /` of a Lambda function URL: the card processor tells what happened.
//!
//! The signature is verified over the raw body, the body is kept as it came, and only then read. A 200 says that the
//! effect is in the ledger (or that there is none); anything else makes the processor send it again. After
//! [`ATTEMPTS_BEFORE_PARKING`] failures the event is parked: an alarm tells a person, and it still is not acknowledged.

use axum::body::to_bytes;
use axum::extract::{Request, State};
use jiff::Timestamp;
use payments::{SignatureError, StripeEvent, parse, verify};
use runtime::{Unit, emit};
use serde::Serialize;
use web::{Json, Kind, Need, Problem, Route};

use crate::App;
#[expect(unused_imports, reason = "the module's documentation names it")]
use crate::apply::ATTEMPTS_BEFORE_PARKING;
use crate::apply::{ApplyError, apply, keep, note_failure};

/// The route.
pub const ROUTE: Route =
    Route::url("receive_stripe_event").refuses(&[Kind::BadSignature]).needs(&[
        Need::APP_READ,
        Need::APP_PUT,
        Need::APP_UPDATE,
        Need::LEDGER_READ,
        Need::LEDGER_QUERY,
        Need::LEDGER_PUT,
        Need::LEDGER_UPDATE,
        Need::STRIPE_SECRET,
    ]);

/// No event is larger (the processor's are a few KiB; an item of the table may have 400 KB).
const BODY_BYTES_MAX: usize = 256 * 1024;

/// The acknowledgement.
#[derive(Serialize)]
pub struct Received {
    received: bool,
}

/// Applies an event.
///
/// # Errors
/// 400 for a bad signature or a body that is no event; 503 when it was not applied.
pub async fn handle(State(app): State<App>, request: Request) -> Result<Json<Received>, Problem> {
    let now = app.ctx.now();
    let signature = request.headers().get("stripe-signature");
    let signature = signature.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let body = to_bytes(request.into_body(), BODY_BYTES_MAX).await.map_err(|error| {
        Problem::new(Kind::BodyTooLarge).detail("The event is too large.").cause(error)
    })?;
    check_signature(&app, &body, &signature, now).await?;
    let event = parse(&body).map_err(|error| {
        emit(now, &[("Handler", ROUTE.id)], &[("UnreadableEvents", 1, Unit::Count)]);
        Problem::new(Kind::MalformedJson).detail("The event cannot be read.").cause(error)
    })?;
    let text = String::from_utf8_lossy(&body);
    keep(&app.ctx.store, &event, &text, now.as_millisecond()).await.map_err(not_applied)?;
    match apply(&app.ctx.store, &event, now.as_millisecond()).await {
        Ok(_) => Ok(Json(Received { received: true })),
        Err(error) => Err(failed(&app, &event, error, now).await),
    }
}

/// Checks that the processor has signed the body, if need be with a secret that was put in place after this process began.
async fn check_signature(
    app: &App,
    body: &[u8],
    signature: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    let known = app.stripe.webhook_secret(now).await?;
    let mut checked = verify(body, signature, &known, now.as_second());
    if matches!(checked, Err(SignatureError::Mismatch))
        && let Some(rotated) = app.stripe.rotated_webhook_secret(&known, now).await?
    {
        checked = verify(body, signature, &rotated, now.as_second());
    }
    checked.map_err(|error| {
        emit(now, &[("Handler", ROUTE.id)], &[("SignaturesRefused", 1, Unit::Count)]);
        Problem::new(Kind::BadSignature).detail("The signature does not fit the body.").cause(error)
    })
}

/// Notes the failure; once parked, says so in a metric that alarms.
async fn failed(app: &App, event: &StripeEvent, error: ApplyError, now: Timestamp) -> Problem {
    match note_failure(&app.ctx.store, &event.id, &error.to_string()).await {
        Ok(true) => emit(now, &[("Handler", ROUTE.id)], &[("ParkedEvents", 1, Unit::Count)]),
        Ok(false) => {}
        Err(second) => tracing::error!(event_id = event.id, %second, "a failure was not noted"),
    }
    not_applied(error)
}

fn not_applied(error: ApplyError) -> Problem {
    Problem::new(Kind::Busy)
        .detail("The event was not applied; please send it again.")
        .retry_after(30)
        .cause(error)
}
