//! `POST /v1/tokens/sign-out-everywhere`: ends every family and every access token of the caller, by one number.
//!
//! It stays possible for suspended people.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use store::Transaction;
use utoipa::ToSchema;
use web::{Auth, Caller, Ctx, Json, Need, Problem, Route};

use crate::session_cookie::signed_out;

/// The route.
pub const ROUTE: Route = Route::post("sign_out_everywhere", "/v1/tokens/sign-out-everywhere")
    .auth(Auth::Member)
    .needs(&[Need::APP_UPDATE]);

/// Nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOutEverywhere {}

/// Raises the caller's token generation.
#[utoipa::path(post, path = "/v1/tokens/sign-out-everywhere", operation_id = "sign_out_everywhere", tag = "identity",
    request_body = SignOutEverywhere, responses((status = 204, description = "Signed out everywhere")))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Json(_request): Json<SignOutEverywhere>,
) -> Result<Response, Problem> {
    let user = caller.even_suspended();
    ctx.store.commit(store::user::sign_out_everywhere(Transaction::new(), user.id)).await?;
    signed_out(&ctx)
}
