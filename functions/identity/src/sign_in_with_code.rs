//! `POST /v1/sign-in/code`: signs in with the six digits of a mail.
//!
//! A try is taken off the challenge before the code is looked at, in one conditional write, so that guesses sent
//! together share nothing. No challenge, a late one and a used one are the same reply.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use store::sign_in::Proven;
use utoipa::ToSchema;
use web::{ClientAddress, Ctx, Json, Kind, Problem, Route, limit, same_secret};

use crate::address::parse_email;
use crate::browser::Browser;
use crate::proof::proof;
use crate::second_step::AwaitsSecondFactor;
use crate::sign_in::{NEEDS, Spend, Tokens, sign_in};

/// The route.
pub const ROUTE: Route = Route::post("sign_in_with_code", "/v1/sign-in/code")
    .refuses(&[Kind::CodeWrong, Kind::CodeExpired, Kind::TooManyRequests])
    .needs(NEEDS);

/// A code and whom it was mailed to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInWithCode {
    /// The mail address.
    #[schema(format = Email, max_length = 254)]
    pub email: String,
    /// Six digits.
    #[schema(pattern = "^[0-9]{6}$")]
    pub code: String,
}

/// Signs in with a code.
#[utoipa::path(post, path = "/v1/sign-in/code", operation_id = "sign_in_with_code", tag = "identity",
    request_body = SignInWithCode, responses(
    (status = 200, description = "Signed in; the refresh cookie is set", body = Tokens),
    (status = 202, description = "Not yet: a code of the second factor is needed", body = AwaitsSecondFactor)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    address: ClientAddress,
    Browser(browser): Browser,
    Json(request): Json<SignInWithCode>,
) -> Result<Response, Problem> {
    let now = ctx.now();
    let Some(email) = parse_email(&request.email) else {
        return Err(Problem::field("/email", "Must be a mail address, such as name@example.com."));
    };
    if request.code.len() != 6 || !request.code.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::field("/code", "Must be the six digits from the mail."));
    }
    limit(&ctx, "code-from", &address.0, 200, 600, now).await?;
    let expired = || {
        Problem::new(Kind::CodeExpired)
            .detail("This code no longer works. Please ask for a new mail.")
    };
    let challenge = store::sign_in::take_try(&ctx.store, &email, now).await?.ok_or_else(expired)?;
    let proof = proof(&ctx.tokens, challenge.id).await?;
    if !same_secret(&proof.code, &request.code) {
        let left = challenge.tries_left;
        return Err(Problem::new(Kind::CodeWrong)
            .detail(format!("This is not the code from the latest mail. Tries left: {left}."))
            .with("tries_left", left));
    }
    let proven = Proven {
        email: Some(email),
        subject: None,
        name: None,
        return_to: challenge.return_to.clone(),
        browser,
    };
    let spend = |tx| Ok(store::sign_in::use_challenge(tx, &challenge));
    let spend = Spend { by: &spend, spent: Kind::CodeExpired, second: None };
    sign_in(&ctx, &proven, &spend, now).await
}
