//! `GET /v1/me`: who the caller is, as the table knows them now.

use web::{Auth, Caller, Json, Problem, Route};

use crate::Me;

/// The route.
pub const ROUTE: Route = Route::get("read_me", "/v1/me").auth(Auth::Member);

/// Reads the caller.
#[utoipa::path(get, path = "/v1/me", operation_id = "read_me", tag = "identity",
    responses((status = 200, description = "The caller", body = Me)))]
pub async fn handle(caller: Caller) -> Result<Json<Me>, Problem> {
    Ok(Json(Me::of(caller.member()?, caller.lacks_second_factor())))
}
