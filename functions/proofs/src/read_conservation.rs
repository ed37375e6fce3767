//! `GET /v1/admin/conservation`: the last check of `check_conservation`, whole.
//!
//! Cost: one read. To have one now: `docs/runbook.md`, "Conservation differs".

use axum::extract::State;
use serde::Serialize;
use store::Table;
use store::conservation::{Checked, Figures, checked_key};
use utoipa::ToSchema;
use web::{At, Auth, Caller, Json, Kind, Need, Problem, Route};

use crate::App;

/// The route.
pub const ROUTE: Route = Route::get("read_conservation", "/v1/admin/conservation")
    .auth(Auth::Admin)
    .refuses(&[Kind::NotFound])
    .needs(&[Need::APP_READ]);

/// The figures of a check.
#[derive(Serialize, ToSchema)]
pub struct Conservation {
    /// When it began.
    started_at: At,
    /// When it ended.
    at: At,
    /// Whether everything sums to zero and no balance differs.
    conserved: bool,
    /// The figures.
    #[serde(flatten)]
    figures: Figures,
}

/// Reads the last check.
///
/// # Errors
/// 401, 403, 404 before the first check has ended.
#[utoipa::path(get, path = "/v1/admin/conservation", operation_id = "read_conservation",
    tag = "proofs", responses((status = 200, body = Conservation)))]
pub async fn handle(State(app): State<App>, caller: Caller) -> Result<Json<Conservation>, Problem> {
    caller.admin()?;
    let checked = app.ctx.store.get::<Checked>(Table::App, &checked_key()).await?;
    let checked = checked.ok_or_else(|| {
        Problem::new(Kind::NotFound).detail("The first check has not ended yet. It runs each hour.")
    })?;
    Ok(Json(Conservation {
        started_at: At::from_millisecond(checked.started_at_ms)?,
        at: At::from_millisecond(checked.at_ms)?,
        conserved: checked.figures.conserved(),
        figures: checked.figures,
    }))
}
