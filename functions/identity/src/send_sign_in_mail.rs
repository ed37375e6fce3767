//! `POST /v1/sign-in/mail`: asks for a mail with a code and a link.
//!
//! The reply is the same for known and unknown addresses. The mail is written to the outbox in the transaction that
//! opens the challenge; a newer mail takes the place of an older one.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use store::Transaction;
use store::mail::{MAIL_REQUESTED, Mail};
use store::outbox::Event;
use store::sign_in::Challenge;
use utoipa::ToSchema;
use web::{ClientAddress, Ctx, Faults, Json, Kind, Need, Problem, Route, limit};

use crate::address::{is_return_path, parse_email};

/// The route.
pub const ROUTE: Route = Route::post("send_sign_in_mail", "/v1/sign-in/mail")
    .refuses(&[Kind::TooManyRequests])
    .needs(&[Need::APP_PUT, Need::APP_UPDATE]);

/// How long code and link work, in seconds.
pub const CHALLENGE_SECONDS: i64 = 600;

/// How many codes may be tried.
pub const TRIES: u32 = 5;

/// When to offer "send again", in seconds.
const RESEND_SECONDS: u32 = 30;

/// Whom to mail.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendSignInMail {
    /// The mail address.
    #[schema(format = Email, max_length = 254)]
    pub email: String,
    /// A path of this site to go to after signing in.
    #[serde(default)]
    #[schema(max_length = 300, pattern = "^/")]
    pub return_to: Option<String>,
}

/// A mail is on its way, if the address exists at all.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignInMailSent {
    /// How long the code and the link work.
    pub expires_in_seconds: i64,
    /// When asking again makes sense.
    pub resend_in_seconds: u32,
}

/// Opens a challenge and asks for its mail.
#[utoipa::path(post, path = "/v1/sign-in/mail", operation_id = "send_sign_in_mail", tag = "identity",
    request_body = SendSignInMail, responses((status = 202, description = "A mail was asked for", body = SignInMailSent)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    address: ClientAddress,
    Json(request): Json<SendSignInMail>,
) -> Result<Response, Problem> {
    let now = ctx.now();
    let email = parse_email(&request.email);
    let mut faults = Faults::new();
    faults.check(email.is_some(), "/email", "Must be a mail address, such as name@example.com.");
    let path_good = request.return_to.as_deref().is_none_or(is_return_path);
    faults.check(path_good, "/return_to", "Must be a path of this site.");
    faults.done()?;
    let email = email.unwrap_or_default();
    limit(&ctx, "mail-from", &address.0, 100, 600, now).await?;
    limit(&ctx, "mail-to", &email, 5, 600, now).await?;
    limit(&ctx, "mail-to-a-day", &email, 30, 86_400, now).await?;

    let expires_at = now + SignedDuration::from_secs(CHALLENGE_SECONDS);
    let challenge = Challenge {
        // Random, not sorted by time: nobody may guess what the proof is derived from.
        id: uuid::Uuid::new_v4(),
        email: email.clone(),
        tries_left: TRIES,
        return_to: request.return_to,
        expires_at,
        expires_at_s: expires_at.as_second(),
    };
    let mail = Mail::SignIn { to: email, challenge_id: challenge.id };
    let event = Event::new(runtime::new_id(now), MAIL_REQUESTED, now, &mail)?;
    let tx = store::sign_in::put_challenge(Transaction::new(), &challenge);
    ctx.store.commit(store::outbox::add(tx, &event)).await?;
    let sent =
        SignInMailSent { expires_in_seconds: CHALLENGE_SECONDS, resend_in_seconds: RESEND_SECONDS };
    Ok((StatusCode::ACCEPTED, Json(sent)).into_response())
}
