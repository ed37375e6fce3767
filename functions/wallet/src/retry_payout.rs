//! `POST /v1/admin/payouts/{payout_id}/retry`: an admin has a refused payout tried again.
//!
//! A new try of the same week is set aside, with all that may leave now; the next run of `run_payouts` sends it, within a
//! quarter of an hour. So there is one place that makes transfers. Cost: 5 reads, one transaction of 7 items.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Deserialize;
use store::CommitError;
use store::payout::PayoutStatus;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Deed, Keyed, Kind, Need, Once, Path, Problem, Route, audit, once};

use crate::App;
use crate::payouts::period::Period;
use crate::payouts::reserve::{Wanted, plan};
use crate::payouts::view::Payout;

/// The route.
pub const ROUTE: Route = Route::post("retry_payout", "/v1/admin/payouts/{payout_id}/retry")
    .auth(Auth::Admin)
    .keyed()
    .refuses(&[Kind::Conflict, Kind::WrongState])
    .needs(&[
        Need::APP_READ,
        Need::APP_PUT,
        Need::APP_CHECK,
        Need::LEDGER_READ,
        Need::LEDGER_PUT,
        Need::LEDGER_UPDATE,
    ]);

/// Nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryPayout {}

/// Tries again.
///
/// # Errors
/// 401, 403, 404, 409 unless the payout was refused, when it was tried again before, or while the host cannot be paid.
#[utoipa::path(post, path = "/v1/admin/payouts/{payout_id}/retry", operation_id = "retry_payout", tag = "wallet",
    request_body = RetryPayout, params(("payout_id" = Uuid, Path, description = "The refused payout"),
        ("Idempotency-Key" = String, Header, description = "8 to 200 visible ASCII characters, the same for each try.")),
    responses((status = 201, description = "The new try", body = Payout)))]
pub async fn handle(
    State(app): State<App>,
    Path(payout_id): Path<Uuid>,
    caller: Caller,
    request: Keyed<RetryPayout>,
) -> Result<Response, Problem> {
    let admin = caller.admin()?;
    let now = app.ctx.now();
    let recorder = match once(&app.ctx, &ROUTE, admin.id, &request, now).await? {
        Once::Replay(reply) => return Ok(reply),
        Once::First(recorder) => recorder,
    };
    let refused = app.ctx.store.payout(&payout_id.to_string()).await?.ok_or(Kind::NotFound)?;
    if refused.status != PayoutStatus::Failed {
        return Err(Problem::new(Kind::WrongState)
            .detail("Only a payout that was refused can be tried again.")
            .with("state", refused.status.as_str()));
    }
    let week = payout_id.get_timestamp().and_then(|time| i64::try_from(time.to_unix().0).ok());
    let starts_at = jiff::Timestamp::from_second(week.unwrap_or_default());
    let period = starts_at.and_then(Period::of).map_err(Problem::internal)?;
    let host_id = refused.host_id.parse().map_err(Problem::internal)?;
    let attempt = refused.attempt.saturating_add(1);
    let wanted = Wanted { host_id, period: &period, attempt, claim_ms: 0 };
    let planned = plan(&app, wanted, now).await?;
    let (tx, payout) =
        planned.map_err(|blocked| Problem::new(Kind::Conflict).detail(blocked.sentence()))?;
    let deed = Deed {
        action: ROUTE.id,
        object_type: "payout",
        object_id: payout_id.to_string(),
        details: [
            ("host_id".to_owned(), refused.host_id.clone()),
            ("amount_minor".to_owned(), payout.amount_minor.to_string()),
            ("problem".to_owned(), refused.problem.unwrap_or_default()),
        ]
        .into(),
    };
    let reply = Payout::of(payout)?;
    let tx = audit(tx, admin, deed, now);
    recorder.commit(&app.ctx, tx, StatusCode::CREATED, &reply, refusal).await
}

fn refusal(error: CommitError) -> Problem {
    if error.refused("payout").is_some() {
        return Problem::new(Kind::Conflict).detail("This payout was tried again before.");
    }
    if let CommitError::Refused(_) = error {
        return Problem::new(Kind::Conflict)
            .detail("The earnings or the account changed meanwhile. Please try again.");
    }
    error.into()
}
