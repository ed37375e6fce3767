//! `POST /v1/tokens/sign-out`: ends this browser's family. Signing out always works, also twice.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use serde::Deserialize;
use store::Transaction;
use utoipa::ToSchema;
use web::{Auth, Ctx, Json, Need, Problem, Route, same_secret, secret_hash};

use crate::session_cookie::{RefreshToken, signed_out};

/// The route.
pub const ROUTE: Route = Route::post("sign_out", "/v1/tokens/sign-out")
    .auth(Auth::MaybeCookie)
    .needs(&[Need::APP_READ, Need::APP_UPDATE]);

/// Nothing: the cookie says it all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignOut {}

/// Revokes the family of the cookie.
#[utoipa::path(post, path = "/v1/tokens/sign-out", operation_id = "sign_out", tag = "identity",
    request_body = SignOut, responses((status = 204, description = "Signed out; the refresh cookie is gone")))]
pub async fn handle(
    State(ctx): State<Ctx>,
    headers: HeaderMap,
    Json(_request): Json<SignOut>,
) -> Result<Response, Problem> {
    if let Some(token) = RefreshToken::read(&ctx, &headers) {
        let family =
            store::sign_in::find_family(&ctx.store, token.user_id, token.family_id).await?;
        let presented = secret_hash(&token.secret);
        // Whoever knows a secret of the family, also the one before, may end it.
        let known = family.is_some_and(|family| {
            same_secret(&family.secret_hash, &presented)
                || family.previous_hash.is_some_and(|hash| same_secret(&hash, &presented))
        });
        if known {
            let tx = Transaction::new();
            let tx = store::sign_in::revoke_family(tx, token.user_id, token.family_id);
            ctx.store.commit(tx).await?;
        }
    }
    signed_out(&ctx)
}
