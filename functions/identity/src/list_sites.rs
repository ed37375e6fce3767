//! `GET /v1/admin/sites`: all brands, for the admin who switches.

use axum::extract::State;
use store::site::Site;
use web::{Auth, Caller, Ctx, Json, List, Need, Problem, Route};

/// The route.
pub const ROUTE: Route =
    Route::get("list_sites", "/v1/admin/sites").auth(Auth::Admin).needs(&[Need::APP_READ_MANY]);

/// Lists the brands.
#[utoipa::path(get, path = "/v1/admin/sites", operation_id = "list_sites", tag = "identity",
    responses((status = 200, description = "All brands", body = List<Site>)))]
pub async fn handle(State(ctx): State<Ctx>, caller: Caller) -> Result<Json<List<Site>>, Problem> {
    caller.admin()?;
    let items = store::site::list(&ctx.store).await?;
    Ok(Json(List { items, next_cursor: None }))
}
