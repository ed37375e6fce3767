//! `POST /v1/me/second-factor`: begins a second factor: the secret for an authenticator. Nothing is asked at a sign-in
//! before a code of it was shown (`confirm_second_factor`).
//!
//! Who begins anew gets another secret, and the one before counts no more. It takes a sign-in of a short while ago, so
//! that a page that was left open locks nobody out.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use store::Transaction;
use store::second_factor::SecondFactor;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Kind, Need, Problem, Route, limit};

use crate::second_factor::secret;
use crate::totp;

/// The route.
pub const ROUTE: Route = Route::post("start_second_factor", "/v1/me/second-factor")
    .auth(Auth::Member)
    .refuses(&[Kind::SignInAgain, Kind::Conflict, Kind::TooManyRequests])
    .needs(&[Need::APP_READ, Need::APP_PUT, Need::APP_UPDATE, Need::KEY_SIGN]);

/// For how long a factor that was begun can be confirmed, in seconds.
pub const BEGUN_SECONDS: i64 = 3_600;

/// How often a person may begin one in an hour.
const BEGUN_MAX: u64 = 20;

/// Nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartSecondFactor {}

/// What an authenticator needs. It is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondFactorStarted {
    /// The secret as text to type: 32 letters and digits (base 32).
    pub secret: String,
    /// The same for a QR code, with whom it is for: `otpauth://totp/...`.
    pub uri: String,
}

/// Begins a second factor.
#[utoipa::path(post, path = "/v1/me/second-factor", operation_id = "start_second_factor", tag = "identity",
    request_body = StartSecondFactor, responses((status = 201, description = "Begun; it is off until it is confirmed", body = SecondFactorStarted)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Json(_request): Json<StartSecondFactor>,
) -> Result<Response, Problem> {
    let now = ctx.now();
    let user = caller.recent(now)?;
    limit(&ctx, "second-factor-begun", &user.id.to_string(), BEGUN_MAX, 3_600, now).await?;
    let factor = SecondFactor {
        id: Uuid::new_v4(),
        user_id: user.id,
        confirmed_at: None,
        last_step: 0,
        recovery_hashes: Vec::new(),
        version: 1,
        expires_at_s: Some(now.as_second() + BEGUN_SECONDS),
    };
    let secret = secret(&ctx.tokens, &factor).await?;
    let site = store::site::active(&ctx.store, &ctx.config.brand).await?;
    let tx = store::second_factor::begin(Transaction::new(), &factor);
    ctx.store.commit(tx).await.map_err(|error| match error.refused("factor") {
        Some(_) => Problem::new(Kind::Conflict)
            .detail("Two-step sign-in is on. Turn it off first, then set it up anew."),
        None => error.into(),
    })?;
    let (typed, uri) = (totp::typed(&secret), totp::uri(&secret, &site.name, &user.email));
    let started = SecondFactorStarted { secret: typed, uri };
    Ok((StatusCode::CREATED, Json(started)).into_response())
}
