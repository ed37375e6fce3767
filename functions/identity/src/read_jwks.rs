//! `GET /.well-known/jwks.json`: the public keys of our access tokens and of the hourly roots (RFC 7517).

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use web::{Ctx, Json, Need, Problem, Route};

/// The route.
pub const ROUTE: Route = Route::get("read_jwks", "/.well-known/jwks.json")
    .needs(&[Need::KEY_PUBLIC, Need::PROOF_PUBLIC]);

/// What the key of roots says beside the members of RFC 7517, so that a verifier takes no other key of the set for it.
const PURPOSE: &str = "roots";

/// Reads the key set.
#[utoipa::path(get, path = "/.well-known/jwks.json", operation_id = "read_jwks", tag = "identity",
    responses((status = 200, description = "A JSON Web Key Set", body = serde_json::Value)))]
pub async fn handle(State(ctx): State<Ctx>) -> Result<Response, Problem> {
    let tokens = &ctx.tokens.public().await?.jwk;
    let mut roots = serde_json::json!(&ctx.proof_key.public().await?.jwk);
    roots["purpose"] = PURPOSE.into();
    let keys = Json(serde_json::json!({ "keys": [tokens, roots] }));
    Ok(([(CACHE_CONTROL, "public, max-age=300")], keys).into_response())
}
