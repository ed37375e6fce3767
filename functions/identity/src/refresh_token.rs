//! `POST /v1/tokens/refresh`: a new access token for the refresh cookie, which rotates. The rules are [`family`]'s.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::SET_COOKIE;
use serde::Deserialize;
use store::Transaction;
use utoipa::ToSchema;
use web::{Auth, Ctx, Json, Kind, Need, Problem, Route, limit, same_secret, secret_hash};

use crate::family::{Step, decide, rotate, signed_in};
use crate::session_cookie::{RefreshToken, forget};
use crate::sign_in::{Tokens, reply};

/// The route.
pub const ROUTE: Route = Route::post("refresh_token", "/v1/tokens/refresh")
    .auth(Auth::Cookie)
    .refuses(&[Kind::SignedOut, Kind::TooManyRequests])
    .needs(&[Need::APP_READ, Need::APP_PUT, Need::APP_UPDATE, Need::KEY_PUBLIC, Need::KEY_SIGN]);

/// Refreshes of one browser a minute; a site needs one a quarter of an hour (SoulSeer 12.6).
const REFRESHES_MAX: u64 = 30;

/// Nothing: the cookie says it all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshTokenRequest {}

/// Rotates the refresh token.
#[utoipa::path(post, path = "/v1/tokens/refresh", operation_id = "refresh_token", tag = "identity",
    request_body = RefreshTokenRequest, responses((status = 200, description = "Tokens; the refresh cookie is set anew", body = Tokens)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    headers: HeaderMap,
    Json(_request): Json<RefreshTokenRequest>,
) -> Result<Response, Problem> {
    let Some(token) = RefreshToken::read(&ctx, &headers) else { return signed_out(&ctx) };
    limit(&ctx, "refresh", &token.family_id.to_string(), REFRESHES_MAX, 60, ctx.now()).await?;
    match refresh(&ctx, &token).await? {
        Some(response) => Ok(response),
        None => signed_out(&ctx),
    }
}

/// The tokens, or nothing when the family is over.
async fn refresh(ctx: &Ctx, token: &RefreshToken) -> Result<Option<Response>, Problem> {
    let now = ctx.now();
    let presented = secret_hash(&token.secret);
    // A second round when another tab rotated between the read and the write.
    for _ in 0..2 {
        let family =
            store::sign_in::find_family(&ctx.store, token.user_id, token.family_id).await?;
        let user = store::user::find(&ctx.store, token.user_id).await?;
        let (Some(family), Some(user)) = (family, user) else { return Ok(None) };
        match decide(&family, &presented, user.token_generation, now) {
            Step::Over => return Ok(None),
            Step::Reuse => {
                tracing::warn!(family = %family.id, "a used refresh token came back");
                let tx = store::sign_in::revoke_family(Transaction::new(), user.id, family.id);
                ctx.store.commit(tx).await?;
                return Ok(None);
            }
            Step::Grace => {
                let next = successor(ctx, token, &presented).await?;
                // Of a family that was rotated otherwise the current token is not known.
                let known = same_secret(&family.secret_hash, &secret_hash(&next.secret));
                let (made, next) = (signed_in(&family), known.then_some(&next));
                return reply(ctx, &user, made, next, None, now).await.map(Some);
            }
            Step::Rotate => {}
        }
        let next = successor(ctx, token, &presented).await?;
        let rotated = rotate(&family, secret_hash(&next.secret), now);
        let tx = store::sign_in::rotate_family(Transaction::new(), &rotated, &presented);
        match ctx.store.commit(tx).await {
            Ok(()) => {
                let made = signed_in(&rotated);
                return reply(ctx, &user, made, Some(&next), None, now).await.map(Some);
            }
            Err(error) if error.refused("family").is_some() => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Problem::new(Kind::Busy).cause("a family kept rotating"))
}

/// The token after this one. It is derived and not stored (`web::Tokens::derive`), so that a reply that was lost can be given
/// again, and nobody who reads the table learns it.
async fn successor(
    ctx: &Ctx,
    token: &RefreshToken,
    presented: &str,
) -> Result<RefreshToken, Problem> {
    let input = format!("{}:{presented}", token.family_id);
    let bytes = ctx.tokens.derive("parlor-refresh", &input).await?;
    Ok(RefreshToken { secret: URL_SAFE_NO_PAD.encode(bytes), ..token.clone() })
}

/// 401, and the cookie goes.
fn signed_out(ctx: &Ctx) -> Result<Response, Problem> {
    let problem = Problem::new(Kind::SignedOut).detail("Please sign in again.");
    let mut response = problem.into_response();
    response.headers_mut().append(SET_COOKIE, forget(ctx)?);
    Ok(response)
}
