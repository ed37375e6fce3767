//! `GET /v1/me/second-factor`: whether the caller signs in with a second factor.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::{At, Auth, Caller, Ctx, Json, Need, Problem, Route};

/// The route.
pub const ROUTE: Route = Route::get("read_second_factor", "/v1/me/second-factor")
    .auth(Auth::Member)
    .needs(&[Need::APP_READ]);

/// The second factor of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondFactorState {
    /// Whether a sign-in needs a code.
    pub on: bool,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<At>,
    /// How many recovery codes were not used.
    pub recovery_codes_left: usize,
}

/// Reads the second factor of the caller.
#[utoipa::path(get, path = "/v1/me/second-factor", operation_id = "read_second_factor", tag = "identity",
    responses((status = 200, description = "The caller's second factor", body = SecondFactorState)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
) -> Result<Json<SecondFactorState>, Problem> {
    let user = caller.even_suspended();
    let factor = store::second_factor::find_on(&ctx.store, user.id).await?;
    Ok(Json(SecondFactorState {
        on: factor.is_some(),
        confirmed_at: factor.as_ref().and_then(|factor| factor.confirmed_at).map(Into::into),
        recovery_codes_left: factor.map_or(0, |factor| factor.recovery_hashes.len()),
    }))
}
