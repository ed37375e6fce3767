//! `POST /v1/sessions/{session_id}/cancel`: the member withdraws the request.
//!
//! `{}` -> `Session`, ended without a charge. Its member alone (403 for its host, 404 for strangers), and a suspended one
//! too. Cancelling again changes nothing; 409 `wrong-state` once it has begun or is over.

use axum::extract::State;
use metering::Side;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Kind, Path, Problem, Route};

use crate::command::{Empty, NEEDS, Order};
use crate::transition::CommandError;
use live::view::Session;

/// The route.
pub const ROUTE: Route = Route::post("cancel_session", "/v1/sessions/{session_id}/cancel")
    .auth(Auth::Member)
    .refuses(&[Kind::Forbidden, Kind::WrongState])
    .needs(NEEDS);

/// The member withdraws the request.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session_id}/cancel",
    operation_id = "cancel_session",
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
            Side::Member => Ok(room.meter.clone().withdraw(side, room.facts.now_ms)?),
            Side::Host => Err(CommandError::WrongSide(Side::Member)),
        })
        .await
}
