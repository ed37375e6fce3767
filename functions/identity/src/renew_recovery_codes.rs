//! `POST /v1/me/second-factor/recovery-codes`: ten new recovery codes in place of those before, for a fresh code.

use axum::extract::State;
use serde::Deserialize;
use store::Transaction;
use store::mail::SecondFactorNews;
use store::second_factor::SecondFactor;
use utoipa::ToSchema;
use web::{Auth, Caller, Ctx, Json, Kind, Need, Problem, Route};

use crate::confirm_second_factor::RecoveryCodes;
use crate::second_factor::{Code, of, overtaken, recovery_codes, shown, tell, wrong};

/// The route.
pub const ROUTE: Route = Route::post("renew_recovery_codes", "/v1/me/second-factor/recovery-codes")
    .auth(Auth::Member)
    .refuses(&[Kind::SecondFactorWrong, Kind::Conflict, Kind::TooManyRequests])
    .needs(&[Need::APP_READ, Need::APP_PUT, Need::APP_UPDATE, Need::KEY_SIGN]);

/// A fresh code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenewRecoveryCodes {
    /// Six digits of the authenticator, or a recovery code.
    #[schema(max_length = 40)]
    pub code: String,
}

/// Makes new recovery codes.
#[utoipa::path(post, path = "/v1/me/second-factor/recovery-codes", operation_id = "renew_recovery_codes", tag = "identity",
    request_body = RenewRecoveryCodes, responses((status = 200, description = "The new codes; those before count no more", body = RecoveryCodes)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Json(request): Json<RenewRecoveryCodes>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let now = ctx.now();
    let user = caller.member()?;
    let code = Code::read(&request.code)?;
    let factor = of(&ctx, user.id).await?;
    let shown = shown(&ctx, &factor, &code, now).await?.ok_or_else(wrong)?;
    let (codes, recovery_hashes) = recovery_codes()?;
    let renewed = SecondFactor { recovery_hashes, ..shown };
    let tx = store::second_factor::replace(Transaction::new(), &renewed);
    let tx = tell(tx, user.id, SecondFactorNews::RecoveryCodesRenewed, now)?;
    ctx.store.commit(tx).await.map_err(overtaken)?;
    Ok(Json(RecoveryCodes { recovery_codes: codes }))
}
