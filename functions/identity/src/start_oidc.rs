//! `POST /v1/sign-in/oidc/start`: sends the browser to an issuer (authorization code with PKCE and nonce).
//!
//! The flow is bound to this browser by a cookie: a state that somebody else's browser began is refused when it comes
//! back, so nobody can be signed in to another's account by a link.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::SET_COOKIE;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::Transaction;
use store::sign_in::Flow;
use utoipa::ToSchema;
use web::{
    ClientAddress, Cookie, Faults, Json, Kind, Need, Problem, Route, limit, random_secret,
    secret_hash,
};

use crate::App;
use crate::address::is_return_path;
use crate::oidc::{authorize_url, callback_url};

/// The route.
pub const ROUTE: Route = Route::post("start_oidc", "/v1/sign-in/oidc/start")
    .refuses(&[Kind::TooManyRequests, Kind::UpstreamDown])
    .needs(&[Need::APP_PUT, Need::APP_UPDATE]);

/// How long a person may take at the issuer, in seconds.
pub const FLOW_SECONDS: i64 = 600;

/// The cookie that binds the flow to the browser.
pub const FLOW_COOKIE: Cookie = Cookie::new("parlor_oidc");

/// Which issuer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartOidc {
    /// The issuer's id, from `list_issuers`.
    pub issuer: String,
    /// A path of this site to go to after signing in.
    #[serde(default)]
    #[schema(max_length = 300, pattern = "^/")]
    pub return_to: Option<String>,
}

/// Where to go.
#[derive(Debug, Serialize, ToSchema)]
pub struct OidcStarted {
    /// The issuer's sign-in page.
    pub authorize_url: String,
}

/// Begins a flow.
#[utoipa::path(post, path = "/v1/sign-in/oidc/start", operation_id = "start_oidc", tag = "identity",
    request_body = StartOidc, responses((status = 200, description = "Where to go; the browser is bound by a cookie", body = OidcStarted)))]
pub async fn handle(
    State(app): State<App>,
    address: ClientAddress,
    Json(request): Json<StartOidc>,
) -> Result<Response, Problem> {
    let ctx = &app.ctx;
    let now = ctx.now();
    let issuer = app.issuers.find(&request.issuer);
    let mut faults = Faults::new();
    faults.check(issuer.is_some(), "/issuer", "There is no such issuer.");
    let path_good = request.return_to.as_deref().is_none_or(is_return_path);
    faults.check(path_good, "/return_to", "Must be a path of this site.");
    faults.done()?;
    let issuer = issuer.ok_or(Kind::InvalidRequest)?;
    limit(ctx, "oidc-from", &address.0, 100, 600, now).await?;

    let metadata = app.issuers.metadata(issuer, now).await?;
    let (state, browser) = (random_secret()?, random_secret()?);
    let expires_at = now + SignedDuration::from_secs(FLOW_SECONDS);
    let flow = Flow {
        issuer: issuer.id.clone(),
        nonce: random_secret()?,
        code_verifier: random_secret()?,
        browser_hash: secret_hash(&browser),
        return_to: request.return_to,
        expires_at,
        expires_at_s: expires_at.as_second(),
    };
    let tx = store::sign_in::create_flow(Transaction::new(), &state, &flow);
    ctx.store.commit(tx).await?;
    let callback = callback_url(&ctx.config.site_url);
    let authorize_url = authorize_url(&metadata, issuer, &flow, &state, &callback)?;
    let mut response = Json(OidcStarted { authorize_url }).into_response();
    let cookie = FLOW_COOKIE.set(&browser, FLOW_SECONDS, &ctx.config.site_url)?;
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}
