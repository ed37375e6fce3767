//! `POST /v1/sign-in/oidc/finish`: the browser is back from the issuer with a code.
//!
//! In this order: the state is ours, the browser is the one that began, the state is used up, the code is exchanged,
//! the ID token is verified. Only then is anybody looked up or made.

use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use http::header::SET_COOKIE;
use serde::Deserialize;
use store::Transaction;
use store::sign_in::Proven;
use store::user::subject_key;
use utoipa::ToSchema;
use web::{ClientAddress, Json, Kind, Need, Problem, Route, limit, same_secret, secret_hash};

use crate::App;
use crate::browser::Browser;
use crate::oidc::{Exchange, callback_url};
use crate::second_step::AwaitsSecondFactor;
use crate::sign_in::{Spend, Tokens, sign_in};
use crate::start_oidc::FLOW_COOKIE;

/// The route.
pub const ROUTE: Route = Route::post("finish_oidc", "/v1/sign-in/oidc/finish")
    .refuses(&[
        Kind::SignInFailed,
        Kind::SignInExpired,
        Kind::ProofRefused,
        Kind::EmailUnverified,
        Kind::UpstreamDown,
        Kind::TooManyRequests,
    ])
    .needs(&[
        Need::APP_READ,
        Need::APP_PUT,
        Need::APP_UPDATE,
        Need::APP_DELETE,
        Need::LEDGER_PUT,
        Need::KEY_PUBLIC,
        Need::KEY_SIGN,
        Need::OIDC_SECRET,
    ]);

/// What the issuer sent the browser back with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FinishOidc {
    /// The `state` of the address.
    pub state: String,
    /// The `code` of the address.
    pub code: String,
}

/// Finishes a flow.
#[utoipa::path(post, path = "/v1/sign-in/oidc/finish", operation_id = "finish_oidc", tag = "identity",
    request_body = FinishOidc, responses(
    (status = 200, description = "Signed in; the refresh cookie is set", body = Tokens),
    (status = 202, description = "Not yet: a code of the second factor is needed", body = AwaitsSecondFactor)))]
pub async fn handle(
    State(app): State<App>,
    address: ClientAddress,
    headers: HeaderMap,
    Browser(browser): Browser,
    Json(request): Json<FinishOidc>,
) -> Result<Response, Problem> {
    let ctx = &app.ctx;
    let now = ctx.now();
    limit(ctx, "oidc-back-from", &address.0, 100, 600, now).await?;
    let over =
        || Problem::new(Kind::SignInExpired).detail("This sign-in is over. Please begin again.");
    if request.state.len() > 100 || request.code.is_empty() || request.code.len() > 4_096 {
        return Err(over());
    }
    let flow = store::sign_in::find_flow(&ctx.store, &request.state).await?.ok_or_else(over)?;
    let site_url = &ctx.config.site_url;
    let bound_to = FLOW_COOKIE.read(&headers, site_url).map(secret_hash).unwrap_or_default();
    if !same_secret(&bound_to, &flow.browser_hash) {
        return Err(Problem::new(Kind::SignInFailed)
            .detail("This sign-in was begun in another browser. Please begin again in this one."));
    }
    if now >= flow.expires_at {
        return Err(over());
    }
    let used = store::sign_in::use_flow(Transaction::new(), &request.state);
    ctx.store.commit(used).await.map_err(|error| match error.refused("flow") {
        Some(_) => over(),
        None => error.into(),
    })?;
    let issuer = app.issuers.find(&flow.issuer).ok_or_else(over)?;
    let callback = callback_url(site_url);
    let exchange = Exchange { flow: &flow, code: &request.code, callback: &callback };
    let identity = app.issuers.exchange(issuer, &exchange, now).await?;
    let proven = Proven {
        subject: Some(subject_key(&issuer.issuer, &identity.subject)),
        email: identity.verified_email,
        name: identity.name,
        return_to: flow.return_to.clone(),
        browser,
    };
    let spend = Spend { by: &Ok, spent: Kind::SignInExpired, second: None };
    let mut response = sign_in(ctx, &proven, &spend, now).await?;
    let gone = FLOW_COOKIE.clear(site_url)?;
    response.headers_mut().append(SET_COOKIE, gone);
    Ok(response)
}
