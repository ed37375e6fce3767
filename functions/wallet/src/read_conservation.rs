//! `GET /v1/admin/conservation`: the figure, computed now.
//!
//! Cost: reads every account and every entry once; an admin's page asks for it by hand. The hourly check keeps the last
//! figure for the status page.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::{At, Auth, Caller, Json, Kind, Need, Problem, Route, limit};

use crate::App;
use crate::conserve::{Figures, conserve};

/// The route.
pub const ROUTE: Route = Route::get("read_conservation", "/v1/admin/conservation")
    .auth(Auth::Admin)
    .refuses(&[Kind::TooManyRequests])
    .needs(&[
        Need::APP_UPDATE,
        Need::LEDGER_READ,
        Need::LEDGER_QUERY,
        Need::LEDGER_INDEX,
        Need::LEDGER_READ_MANY,
    ]);

/// Checks an admin may run in a minute.
const CHECKS_MAX: u64 = 10;

/// The figures of a check.
#[derive(Serialize, ToSchema)]
pub struct Conservation {
    /// When it was computed.
    at: At,
    /// ISO 4217.
    currency: String,
    /// The figures.
    #[serde(flatten)]
    figures: Figures,
}

/// Runs the check.
///
/// # Errors
/// 401, 403, 429.
#[utoipa::path(get, path = "/v1/admin/conservation", operation_id = "read_conservation",
    tag = "wallet", responses((status = 200, body = Conservation)))]
pub async fn handle(State(app): State<App>, caller: Caller) -> Result<Json<Conservation>, Problem> {
    let admin = caller.admin()?;
    let now = app.ctx.now();
    limit(&app.ctx, "conservation", &admin.id.to_string(), CHECKS_MAX, 60, now).await?;
    let figures = conserve(&app.ctx.store).await?;
    Ok(Json(Conservation { at: now.into(), currency: app.ctx.config.currency.clone(), figures }))
}
