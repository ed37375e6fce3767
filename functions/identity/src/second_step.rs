//! Between the two steps of a sign-in: who has a second factor on gets a challenge in place of tokens.
//!
//! What the first step proved is kept with the challenge and applied by the second, in the same function as every sign-in
//! ([`crate::sign_in`]): no address moves, no subject is linked and nobody is appointed by one factor.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use store::Transaction;
use store::second_factor::Step;
use store::sign_in::Proven;
use store::user::User;
use utoipa::ToSchema;
use web::{Ctx, Json, Problem, random_secret};

use crate::sign_in::Spend;

/// What a sign-in gives to who has a second factor on: no tokens yet.
#[derive(Debug, Serialize, ToSchema)]
pub struct AwaitsSecondFactor {
    /// Send it with a code to `sign_in_with_second_factor`. It counts once.
    pub challenge: String,
    /// For how long it counts.
    pub expires_in_seconds: i64,
}

/// How long a challenge counts, in seconds.
pub const STEP_SECONDS: i64 = 300;

/// How many codes may be tried with a challenge.
pub const STEP_TRIES: u32 = 5;

/// The first step is done: a challenge for the second.
pub(crate) async fn await_second(
    ctx: &Ctx,
    user: &User,
    proven: &Proven,
    spend: &Spend<'_>,
    now: Timestamp,
) -> Result<Response, Problem> {
    let challenge = random_secret()?;
    let expires_at = now + SignedDuration::from_secs(STEP_SECONDS);
    let step = Step {
        user_id: user.id,
        token_generation: user.token_generation,
        proven: proven.clone(),
        tries_left: STEP_TRIES,
        expires_at,
        expires_at_s: expires_at.as_second(),
    };
    let tx = store::second_factor::create_step((spend.by)(Transaction::new())?, &challenge, &step);
    ctx.store.commit(tx).await.map_err(|error| match error.refused("challenge") {
        Some(_) => spend.spent.into(),
        None => Problem::from(error),
    })?;
    let awaits = AwaitsSecondFactor { challenge, expires_in_seconds: STEP_SECONDS };
    Ok((StatusCode::ACCEPTED, Json(awaits)).into_response())
}
