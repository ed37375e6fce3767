//! `POST /v1/admin/hosts/{host_id}/payouts/hold`: an admin stops a host's payouts. What is on its way stays on its way;
//! nothing new is set aside.

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Transaction;
use store::payout::{Hold, PayeeItem, replace_payee};
use store::user::User;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Deed, Json, Kind, Need, Path, Problem, Route, audit, trimmed};

use crate::App;

/// The route.
pub const ROUTE: Route = Route::post("hold_payouts", "/v1/admin/hosts/{host_id}/payouts/hold")
    .auth(Auth::Admin)
    .refuses(&[Kind::Conflict, Kind::VersionConflict])
    .needs(&[Need::APP_READ, Need::APP_PUT]);

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldPayouts {
    /// 3 to 500 characters; the host sees it, and it is kept in the audit log.
    #[schema(min_length = 3, max_length = 500)]
    reason: String,
}

/// Whether a host's payouts are on hold.
#[derive(Serialize, ToSchema)]
pub struct PayoutsHold {
    /// Whose.
    pub host_id: Uuid,
    /// Why, if they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hold_reason: Option<String>,
}

/// Holds.
///
/// # Errors
/// 400 without a reason, 401, 403, 404 unless a host, 409 when they are on hold.
#[utoipa::path(post, path = "/v1/admin/hosts/{host_id}/payouts/hold", operation_id = "hold_payouts", tag = "wallet",
    params(("host_id" = Uuid, Path, description = "The host's user id")),
    request_body = HoldPayouts, responses((status = 200, body = PayoutsHold)))]
pub async fn handle(
    State(app): State<App>,
    caller: Caller,
    Path(host_id): Path<Uuid>,
    Json(request): Json<HoldPayouts>,
) -> Result<Json<PayoutsHold>, Problem> {
    let admin = caller.admin()?;
    let reason = trimmed(&request.reason, 500).to_owned();
    if !(3..=500).contains(&reason.chars().count()) {
        return Err(Problem::field("/reason", "Must have 3 to 500 characters."));
    }
    let now = app.ctx.now();
    let read = payee(&app, host_id).await?;
    if read.as_ref().is_some_and(|payee| payee.hold.is_some()) {
        return Err(Problem::new(Kind::Conflict).detail("These payouts are on hold already."));
    }
    let hold = Hold { reason: reason.clone(), at_ms: now.as_millisecond() };
    write(&app, (admin, ROUTE.id, now), host_id, (read, Some(hold)), &reason).await?;
    Ok(Json(PayoutsHold { host_id, hold_reason: Some(reason) }))
}

/// Where a host is paid.
///
/// # Errors
/// 404 unless there is such a host.
pub async fn payee(app: &App, host_id: Uuid) -> Result<Option<PayeeItem>, Problem> {
    app.ctx.store.host(host_id).await?.ok_or(Kind::NotFound)?;
    Ok(app.ctx.store.payee(&host_id.to_string()).await?)
}

/// Writes a hold, or its end, with the audit row.
///
/// # Errors
/// 409 when it was changed meanwhile.
pub async fn write(
    app: &App,
    (admin, action, now): (&User, &'static str, Timestamp),
    host_id: Uuid,
    (read, hold): (Option<PayeeItem>, Option<Hold>),
    reason: &str,
) -> Result<(), Problem> {
    let payee =
        PayeeItem { host_id: host_id.to_string(), hold, ..read.clone().unwrap_or_default() };
    let tx = replace_payee(Transaction::new(), read.as_ref(), payee);
    let deed = Deed {
        action,
        object_type: "host",
        object_id: host_id.to_string(),
        details: [("reason".to_owned(), reason.to_owned())].into(),
    };
    app.ctx.store.commit(audit(tx, admin, deed, now)).await.map_err(|error| {
        if error.refused("payee").is_some() {
            return Problem::new(Kind::VersionConflict).detail("It was changed meanwhile.");
        }
        error.into()
    })
}
