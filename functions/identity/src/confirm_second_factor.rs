//! `POST /v1/me/second-factor/confirm`: turns a second factor on by a code of it, and gives the recovery codes, once.
//!
//! The browser that did it has shown a second factor: its family says so from now on, and its next access token too.
//! Other sign-ins of the person go on with one factor until they end; the account page ends them.

use axum::extract::State;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use store::Transaction;
use store::mail::SecondFactorNews;
use store::second_factor::{SecondFactor, mark_user};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Kind, Need, Problem, Route};

use crate::second_factor::{Code, overtaken, recovery_codes, shown, tell, wrong};
use crate::session_cookie::live_family;

/// The route.
pub const ROUTE: Route = Route::post("confirm_second_factor", "/v1/me/second-factor/confirm")
    .auth(Auth::Member)
    .refuses(&[Kind::SignInAgain, Kind::SecondFactorWrong, Kind::Conflict, Kind::TooManyRequests])
    .needs(&[Need::APP_READ, Need::APP_PUT, Need::APP_UPDATE, Need::KEY_SIGN]);

/// A code of the authenticator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmSecondFactor {
    /// Six digits.
    #[schema(max_length = 40)]
    pub code: String,
}

/// Recovery codes. They are shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryCodes {
    /// Ten codes; each signs in once, in place of the authenticator's.
    pub recovery_codes: Vec<String>,
}

/// Turns a second factor on.
#[utoipa::path(post, path = "/v1/me/second-factor/confirm", operation_id = "confirm_second_factor", tag = "identity",
    request_body = ConfirmSecondFactor, responses((status = 200, description = "It is on", body = RecoveryCodes)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    headers: HeaderMap,
    Json(request): Json<ConfirmSecondFactor>,
) -> Result<Json<RecoveryCodes>, Problem> {
    let now = ctx.now();
    let user = caller.recent(now)?;
    let code = Code::read(&request.code)?;
    let begun = store::second_factor::find(&ctx.store, user.id).await?;
    let is_open = |factor: &SecondFactor| {
        factor.confirmed_at.is_none() && factor.expires_at_s > Some(now.as_second())
    };
    let begun = begun.filter(is_open).ok_or_else(|| {
        Problem::new(Kind::Conflict).detail("There is nothing to confirm. Begin anew, please.")
    })?;
    let shown = shown(&ctx, &begun, &code, now).await?.ok_or_else(wrong)?;
    let (codes, recovery_hashes) = recovery_codes()?;
    let on = SecondFactor { confirmed_at: Some(now), recovery_hashes, expires_at_s: None, ..shown };
    let family = live_family(&ctx, &headers, user, now).await?;
    let done = match turn_on(&ctx, &on, family, now).await {
        Err(error) if error.refused("family").is_some() => turn_on(&ctx, &on, None, now).await,
        done => done,
    };
    done.map_err(overtaken)?;
    tracing::info!(user_id = %user.id, "second factor on");
    Ok(Json(RecoveryCodes { recovery_codes: codes }))
}

async fn turn_on(
    ctx: &Ctx,
    on: &SecondFactor,
    family: Option<Uuid>,
    now: jiff::Timestamp,
) -> Result<(), store::CommitError> {
    let mut tx = store::second_factor::replace(Transaction::new(), on);
    tx = mark_user(tx, on.user_id, true);
    if let Some(family_id) = family {
        tx = store::sign_in::strengthen_family(tx, on.user_id, family_id);
    }
    ctx.store.commit(tell(tx, on.user_id, SecondFactorNews::TurnedOn, now)?).await
}
