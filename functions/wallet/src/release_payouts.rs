//! `POST /v1/admin/hosts/{host_id}/payouts/release`: an admin lets a host's payouts go on, from the next week's on.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Json, Kind, Need, Path, Problem, Route};

use crate::App;
use crate::hold_payouts::{PayoutsHold, payee, write};

/// The route.
pub const ROUTE: Route =
    Route::post("release_payouts", "/v1/admin/hosts/{host_id}/payouts/release")
        .auth(Auth::Admin)
        .refuses(&[Kind::Conflict, Kind::VersionConflict])
        .needs(&[Need::APP_READ, Need::APP_PUT]);

/// Nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleasePayouts {}

/// Releases.
///
/// # Errors
/// 401, 403, 404 unless a host, 409 when they are not on hold.
#[utoipa::path(post, path = "/v1/admin/hosts/{host_id}/payouts/release", operation_id = "release_payouts",
    tag = "wallet", params(("host_id" = Uuid, Path, description = "The host's user id")),
    request_body = ReleasePayouts, responses((status = 200, body = PayoutsHold)))]
pub async fn handle(
    State(app): State<App>,
    caller: Caller,
    Path(host_id): Path<Uuid>,
    Json(ReleasePayouts {}): Json<ReleasePayouts>,
) -> Result<Json<PayoutsHold>, Problem> {
    let admin = caller.admin()?;
    let now = app.ctx.now();
    let read = payee(&app, host_id).await?;
    let Some(hold) = read.as_ref().and_then(|payee| payee.hold.clone()) else {
        return Err(Problem::new(Kind::Conflict).detail("These payouts are not on hold."));
    };
    write(&app, (admin, ROUTE.id, now), host_id, (read, None), &hold.reason).await?;
    Ok(Json(PayoutsHold { host_id, hold_reason: None }))
}
