//! `GET /v1/site`: the active brand's record, with which the site paints itself.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use store::site::Site;
use web::{Ctx, Json, Need, Problem, Route};

/// The route.
pub const ROUTE: Route = Route::get("read_site", "/v1/site").needs(&[Need::APP_READ]);

/// Reads the active brand.
#[utoipa::path(get, path = "/v1/site", operation_id = "read_site", tag = "identity",
    responses((status = 200, description = "The active brand", body = Site)))]
pub async fn handle(State(ctx): State<Ctx>) -> Result<Response, Problem> {
    let site = store::site::active(&ctx.store, &ctx.config.brand).await?;
    Ok(([(CACHE_CONTROL, "public, max-age=60")], Json(site)).into_response())
}
