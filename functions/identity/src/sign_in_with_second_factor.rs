//! `POST /v1/sign-in/second-factor`: the second step of a sign-in, for who has a second factor on.
//!
//! The first step (mail or issuer) gave a challenge in place of tokens. It counts once, for five minutes and five codes;
//! a try is taken off before the code is looked at. What the first step proved was kept with it, so this ends in the
//! same function as every sign-in.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use store::mail::SecondFactorNews;
use utoipa::ToSchema;
use web::{ClientAddress, Ctx, Faults, Json, Kind, Problem, Route, limit};

use crate::second_factor::{Code, shown, tell, wrong};
use crate::sign_in::{NEEDS, Spend, Tokens, sign_in};

/// The route.
pub const ROUTE: Route = Route::post("sign_in_with_second_factor", "/v1/sign-in/second-factor")
    .refuses(&[Kind::SecondFactorWrong, Kind::SignInExpired, Kind::TooManyRequests])
    .needs(NEEDS);

/// The challenge of the first step, and a code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInWithSecondFactor {
    /// What the first step gave.
    #[schema(max_length = 100)]
    pub challenge: String,
    /// Six digits of the authenticator, or a recovery code.
    #[schema(max_length = 40)]
    pub code: String,
}

/// Signs in with a second factor.
#[utoipa::path(post, path = "/v1/sign-in/second-factor", operation_id = "sign_in_with_second_factor", tag = "identity",
    request_body = SignInWithSecondFactor, responses((status = 200, description = "Signed in; the refresh cookie is set", body = Tokens)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    address: ClientAddress,
    Json(request): Json<SignInWithSecondFactor>,
) -> Result<Response, Problem> {
    let now = ctx.now();
    let mut faults = Faults::new();
    let length = request.challenge.chars().count();
    faults.check(length <= 100, "/challenge", "Must be what the first step gave.");
    faults.done()?;
    let code = Code::read(&request.code)?;
    limit(&ctx, "second-from", &address.0, 200, 600, now).await?;
    let over =
        || Problem::new(Kind::SignInExpired).detail("This sign-in is over. Please begin again.");
    let challenge = request.challenge.as_str();
    let step = store::second_factor::take_try(&ctx.store, challenge, now).await?;
    let step = step.ok_or_else(over)?;
    let user = store::user::find(&ctx.store, step.user_id).await?;
    let factor = store::second_factor::find_on(&ctx.store, step.user_id).await?;
    let factor = factor.ok_or_else(over)?;
    if user.is_none_or(|user| user.token_generation != step.token_generation) {
        return Err(over());
    }
    let Some(after) = shown(&ctx, &factor, &code, now).await? else {
        return Err(wrong().with("tries_left", step.tries_left));
    };
    let spend = |tx| {
        let tx = store::second_factor::use_step(tx, challenge);
        let tx = store::second_factor::replace(tx, &after);
        match code {
            Code::Totp(_) => Ok(tx),
            Code::Recovery(_) => {
                let left = after.recovery_hashes.len();
                tell(tx, step.user_id, SecondFactorNews::RecoveryCodeUsed { left }, now)
            }
        }
    };
    let spend = Spend { by: &spend, spent: Kind::SignInExpired, second: Some(step.user_id) };
    let reply = sign_in(&ctx, &step.proven, &spend, now).await;
    // The factor changed meanwhile: most likely another browser showed the same code.
    reply.map_err(|problem| match problem.kind() {
        Kind::SecondFactorWrong => wrong().with("tries_left", step.tries_left),
        _ => problem,
    })
}
