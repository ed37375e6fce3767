//! An OpenID Connect issuer: authorization-code flow with PKCE, RS256 ID tokens, and forged ones on request.
//!
//! Sources: OpenID Connect Core 1.0, Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (`iss` in the answer).

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::state::Sandbox;

mod authorize;
pub(crate) mod hooks;
mod id_token;
mod keys;
pub(crate) mod people;
mod token;

use authorize::Grant;
use id_token::Fault;
use keys::SigningKey;
use people::Person;

/// How long an access token works, in seconds.
const ACCESS_TOKEN_SECONDS: i64 = 3600;

/// Most codes, tokens or people that are kept.
const KEPT_MAX: usize = 2_000;

/// What the issuer remembers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct OidcData {
    /// Newest first; all are published, the first signs.
    keys: Vec<SigningKey>,
    people: BTreeMap<String, Person>,
    codes: BTreeMap<String, Grant>,
    access_tokens: BTreeMap<String, AccessToken>,
    /// The next tokens are wrong in this way.
    fault: Option<Fault>,
    fault_left: u32,
}

impl Default for OidcData {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            people: people::demo(),
            codes: BTreeMap::new(),
            access_tokens: BTreeMap::new(),
            fault: None,
            fault_left: 0,
        }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccessToken {
    sub: String,
    code: String,
    expires_at: i64,
}

/// The routes of the issuer.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/oidc/.well-known/openid-configuration", get(discovery))
        .route("/oidc/jwks", get(jwks))
        .route("/oidc/authorize", get(authorize::show).post(authorize::choose))
        .route("/oidc/token", post(token::exchange))
        .route("/oidc/userinfo", get(userinfo).post(userinfo))
}

/// The issuer identifier: the base of the discovery document and the `iss` of tokens.
fn issuer(sandbox: &Sandbox) -> String {
    format!("{}/oidc", sandbox.public_url())
}

async fn discovery(State(sandbox): State<Sandbox>) -> Json<Value> {
    let issuer = issuer(&sandbox);
    Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": ["aud", "email", "email_verified", "exp", "iat", "iss", "name", "nonce", "sub"],
        "authorization_response_iss_parameter_supported": true,
        "request_parameter_supported": false,
    }))
}

async fn jwks(State(sandbox): State<Sandbox>) -> Response {
    match keys::published(&sandbox) {
        Ok(keys) => Json(json!({ "keys": keys })).into_response(),
        Err(error) => server_error(&error),
    }
}

async fn userinfo(State(sandbox): State<Sandbox>, headers: HeaderMap) -> Response {
    let now = sandbox.clock().now_unix();
    let sent = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let person = sandbox.read(|data| {
        let token = data.oidc.access_tokens.get(sent?)?;
        (token.expires_at > now).then(|| data.oidc.people.get(&token.sub).cloned())?
    });
    match person {
        Some(person) => Json(person).into_response(),
        None => (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"")],
        )
            .into_response(),
    }
}

fn server_error(error: &anyhow::Error) -> Response {
    let answer = json!({ "error": "server_error", "error_description": format!("{error:#}") });
    (StatusCode::INTERNAL_SERVER_ERROR, Json(answer)).into_response()
}
