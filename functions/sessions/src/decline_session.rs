//! `POST /v1/sessions/{session_id}/decline`: the host declines.
//!
//! `{}` -> `Session`, ended without a charge. Its host alone (403 for its member, 404 for strangers), and a suspended one
//! too. Declining again changes nothing; 409 `wrong-state` once it has begun or is over.

use axum::extract::State;
use metering::Side;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Kind, Path, Problem, Route};

use crate::command::{Empty, NEEDS, Order};
use crate::transition::CommandError;
use live::view::Session;

/// The route.
pub const ROUTE: Route = Route::post("decline_session", "/v1/sessions/{session_id}/decline")
    .auth(Auth::Member)
    .refuses(&[Kind::Forbidden, Kind::WrongState])
    .needs(NEEDS);

/// The host declines.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session_id}/decline",
    operation_id = "decline_session",
    tag = "sessions",
    params(("session_id" = Uuid, Path)),
    request_body = Empty,
    responses((status = 200, body = Session))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(session_id): Path<Uuid>,
    Json(Empty {}): Json<Empty>,
) -> Result<Json<Session>, Problem> {
    let user_id = caller.even_suspended().id;
    let order = Order { ctx: &ctx, user_id, session_id, now: ctx.now() };
    order
        .answer(|room, side| match side {
            Side::Host => Ok(room.meter.clone().withdraw(side, room.facts.now_ms)?),
            Side::Member => Err(CommandError::WrongSide(Side::Host)),
        })
        .await
}
