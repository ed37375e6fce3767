//! `POST /v1/me/second-factor/turn-off`: the caller signs in with one factor again, for a fresh code.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use store::Transaction;
use store::mail::SecondFactorNews;
use store::second_factor::{delete, mark_user};
use utoipa::ToSchema;
use web::{Auth, Caller, Ctx, Json, Kind, Need, Problem, Route};

use crate::second_factor::{Code, of, overtaken, shown, tell, wrong};

/// The route.
pub const ROUTE: Route = Route::post("turn_off_second_factor", "/v1/me/second-factor/turn-off")
    .auth(Auth::Member)
    .refuses(&[Kind::SecondFactorWrong, Kind::Conflict, Kind::TooManyRequests])
    .needs(&[Need::APP_READ, Need::APP_PUT, Need::APP_UPDATE, Need::APP_DELETE, Need::KEY_SIGN]);

/// A fresh code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TurnOffSecondFactor {
    /// Six digits of the authenticator, or a recovery code.
    #[schema(max_length = 40)]
    pub code: String,
}

/// Turns the second factor off.
#[utoipa::path(post, path = "/v1/me/second-factor/turn-off", operation_id = "turn_off_second_factor", tag = "identity",
    request_body = TurnOffSecondFactor, responses((status = 204, description = "It is off; its codes count no more")))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Json(request): Json<TurnOffSecondFactor>,
) -> Result<StatusCode, Problem> {
    let now = ctx.now();
    let user = caller.member()?;
    let code = Code::read(&request.code)?;
    let factor = of(&ctx, user.id).await?;
    shown(&ctx, &factor, &code, now).await?.ok_or_else(wrong)?;
    let tx = mark_user(delete(Transaction::new(), &factor), user.id, false);
    let tx = tell(tx, user.id, SecondFactorNews::TurnedOff, now)?;
    ctx.store.commit(tx).await.map_err(overtaken)?;
    tracing::info!(user_id = %user.id, "second factor off");
    Ok(StatusCode::NO_CONTENT)
}
