//! `POST /v1/sessions/{session_id}/leave`: a participant leaves: the clock stops now.
//!
//! `{}` -> `Session`, paused with five minutes of grace, or ended if it was paused five times before. Participants (404 for
//! strangers), suspended ones too; 409 `wrong-state` unless active.

use axum::extract::State;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Kind, Path, Problem, Route};

use crate::command::{Empty, MONEY_NEEDS, Order};
use live::view::Session;

/// The route.
pub const ROUTE: Route = Route::post("leave_session", "/v1/sessions/{session_id}/leave")
    .auth(Auth::Member)
    .refuses(&[Kind::WrongState])
    .needs(MONEY_NEEDS);

/// A participant leaves: the clock stops now.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session_id}/leave",
    operation_id = "leave_session",
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
    order.answer(|room, side| room.meter.clone().leave(side, room.facts.now_ms)).await
}
