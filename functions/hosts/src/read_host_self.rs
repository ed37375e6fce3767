//! `GET /v1/host/profile`: one's own profile, whatever its status; 404 before the application.

use axum::extract::State;
use web::{Auth, Caller, Ctx, Json, Kind, Problem, Route};

use crate::change::no_profile;
use crate::view::HostSelf;

/// The route.
pub const ROUTE: Route =
    Route::get("read_host_self", "/v1/host/profile").auth(Auth::Member).refuses(&[Kind::NotFound]);

/// Reads the caller's profile.
#[utoipa::path(get, path = "/v1/host/profile", operation_id = "read_host_self", tag = "hosts",
    responses((status = 200, description = "The profile", body = HostSelf)))]
pub async fn handle(State(ctx): State<Ctx>, caller: Caller) -> Result<Json<HostSelf>, Problem> {
    let host = ctx.store.host(caller.member()?.id).await?.ok_or_else(no_profile)?;
    Ok(Json(HostSelf::of(&host, &ctx.config)?))
}
