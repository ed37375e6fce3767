//! `POST /v1/sign-in/link`: signs in with the token of a mailed link.
//!
//! The link opens a page of the site with the token behind `#`, where no server and no link scanner sees it; the page
//! posts it here when the person presses the button.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use store::sign_in::Proven;
use utoipa::ToSchema;
use web::{ClientAddress, Ctx, Json, Kind, Problem, Route, limit, same_secret};

use crate::browser::Browser;
use crate::proof::proof;
use crate::second_step::AwaitsSecondFactor;
use crate::sign_in::{NEEDS, Spend, Tokens, sign_in};

/// The route.
pub const ROUTE: Route = Route::post("sign_in_with_link", "/v1/sign-in/link")
    .refuses(&[Kind::LinkExpired, Kind::TooManyRequests])
    .needs(NEEDS);

/// The token of a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInWithLink {
    /// What stands behind `#token=`.
    pub token: String,
}

/// Signs in with a link.
#[utoipa::path(post, path = "/v1/sign-in/link", operation_id = "sign_in_with_link", tag = "identity",
    request_body = SignInWithLink, responses(
    (status = 200, description = "Signed in; the refresh cookie is set", body = Tokens),
    (status = 202, description = "Not yet: a code of the second factor is needed", body = AwaitsSecondFactor)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    address: ClientAddress,
    Browser(browser): Browser,
    Json(request): Json<SignInWithLink>,
) -> Result<Response, Problem> {
    let now = ctx.now();
    limit(&ctx, "link-from", &address.0, 200, 600, now).await?;
    let expired = || {
        Problem::new(Kind::LinkExpired)
            .detail("This link no longer works: it was used, a newer one was mailed, or it is older than ten minutes.")
    };
    let (hash, secret) = request.token.split_once('.').ok_or_else(expired)?;
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) || secret.len() != 32
    {
        return Err(expired());
    }
    let key = store::sign_in::challenge_key_of_hash(hash);
    let challenge = store::sign_in::find_challenge(&ctx.store, &key).await?.ok_or_else(expired)?;
    if now >= challenge.expires_at {
        return Err(expired());
    }
    let proof = proof(&ctx.tokens, challenge.id).await?;
    if !same_secret(&proof.secret, secret) {
        return Err(expired());
    }
    let proven = Proven {
        email: Some(challenge.email.clone()),
        subject: None,
        name: None,
        return_to: challenge.return_to.clone(),
        browser,
    };
    let spend = |tx| Ok(store::sign_in::use_challenge(tx, &challenge));
    let spend = Spend { by: &spend, spent: Kind::LinkExpired, second: None };
    sign_in(&ctx, &proven, &spend, now).await
}
