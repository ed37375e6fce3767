//! The token endpoint: a code, once, for an ID token and an access token.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use axum::Json;
use axum::extract::{Form, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use super::authorize::{Grant, client};
use super::{ACCESS_TOKEN_SECONDS, AccessToken, KEPT_MAX, id_token, server_error};
use crate::state::{Sandbox, random_text};

#[derive(Deserialize, Default)]
#[serde(default)]
pub(crate) struct TokenRequest {
    grant_type: String,
    code: String,
    redirect_uri: String,
    code_verifier: String,
    client_id: Option<String>,
    client_secret: Option<String>,
}

/// A refusal (RFC 6749 section 5.2): its code and words.
struct Refusal(&'static str, &'static str);

pub(crate) async fn exchange(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    Form(request): Form<TokenRequest>,
) -> Response {
    match redeem(&sandbox, &headers, &request) {
        Ok((code, grant)) => {
            tokens(&sandbox, &code, &grant).unwrap_or_else(|error| server_error(&error))
        }
        Err(Refusal(error, description)) => refused(error, description),
    }
}

fn redeem(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    request: &TokenRequest,
) -> Result<(String, Grant), Refusal> {
    let client_id = authenticate(sandbox, headers, request)?;
    if request.grant_type != "authorization_code" {
        return Err(Refusal("unsupported_grant_type", "Only authorization_code is supported."));
    }
    let now = sandbox.clock().now_unix();
    sandbox.write(|data| {
        let oidc = &mut data.oidc;
        let unknown = Refusal("invalid_grant", "The code is unknown or expired.");
        let Some(grant) = oidc.codes.get_mut(&request.code) else {
            return Err(unknown);
        };
        if grant.client_id != client_id || grant.expires_at <= now {
            return Err(unknown);
        }
        if grant.used {
            // A code that comes twice was stolen: what it gave is taken back (RFC 6749 section 4.1.2).
            oidc.access_tokens.retain(|_, token| token.code != request.code);
            return Err(Refusal("invalid_grant", "The code was used already."));
        }
        grant.used = true;
        if grant.redirect_uri != request.redirect_uri {
            return Err(Refusal("invalid_grant", "The redirect_uri is another one."));
        }
        if !proves(&request.code_verifier, &grant.code_challenge) {
            return Err(Refusal("invalid_grant", "The code_verifier does not match."));
        }
        Ok((request.code.clone(), grant.clone()))
    })
}

/// The client by `client_secret_basic`, `client_secret_post`, or as a public client.
fn authenticate(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    request: &TokenRequest,
) -> Result<String, Refusal> {
    let wrong = || Refusal("invalid_client", "The client is unknown or its secret is wrong.");
    let basic = headers.get(header::AUTHORIZATION).map(basic_credentials);
    let (client_id, secret) = match basic {
        Some(Some((client_id, secret))) => (client_id, Some(secret)),
        Some(None) => return Err(wrong()),
        None => (request.client_id.clone().ok_or_else(wrong)?, request.client_secret.clone()),
    };
    let client = client(sandbox, &client_id).ok_or_else(wrong)?;
    let known = match (&client.client_secret, &secret) {
        (None, None) => true,
        (Some(known), Some(sent)) => {
            verify_slices_are_equal(known.as_bytes(), sent.as_bytes()).is_ok()
        }
        _ => false,
    };
    if known { Ok(client_id) } else { Err(wrong()) }
}

fn basic_credentials(value: &http::HeaderValue) -> Option<(String, String)> {
    let encoded = value.to_str().ok()?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (client_id, secret) = text.split_once(':')?;
    // Both halves are form-encoded first (RFC 6749 section 2.3.1).
    Some((form_decode(client_id)?, form_decode(secret)?))
}

fn form_decode(text: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&format!("x={text}")).ok()?;
    pairs.into_iter().next().map(|(_, value)| value)
}

/// RFC 7636 section 4.6.
fn proves(verifier: &str, challenge: &str) -> bool {
    let shaped = (43..=128).contains(&verifier.len())
        && verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
    shaped && URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes())) == challenge
}

fn tokens(sandbox: &Sandbox, code: &str, grant: &Grant) -> anyhow::Result<Response> {
    let now = sandbox.clock().now_unix();
    let access_token = random_text();
    let found = sandbox.write(|data| {
        let oidc = &mut data.oidc;
        let person = oidc.people.get(&grant.sub).cloned()?;
        oidc.access_tokens.retain(|_, token| token.expires_at > now);
        while oidc.access_tokens.len() >= KEPT_MAX {
            oidc.access_tokens.pop_first();
        }
        let token = AccessToken {
            sub: grant.sub.clone(),
            code: code.to_owned(),
            expires_at: now + ACCESS_TOKEN_SECONDS,
        };
        oidc.access_tokens.insert(access_token.clone(), token);
        let fault = oidc.fault.filter(|_| oidc.fault_left > 0);
        oidc.fault_left = oidc.fault_left.saturating_sub(1);
        Some((person, fault))
    });
    let Some((person, fault)) = found else {
        return Ok(refused("invalid_grant", "The person is gone."));
    };
    let id_token =
        id_token::issue(sandbox, &grant.client_id, grant.nonce.as_deref(), &person, fault)?;
    let answer = json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": ACCESS_TOKEN_SECONDS,
        "scope": "openid profile email",
        "id_token": id_token,
    });
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

fn refused(error: &str, description: &str) -> Response {
    let status =
        if error == "invalid_client" { StatusCode::UNAUTHORIZED } else { StatusCode::BAD_REQUEST };
    let answer = json!({ "error": error, "error_description": description });
    let mut response =
        (status, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response();
    if status == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, http::HeaderValue::from_static("Basic"));
    }
    response
}
