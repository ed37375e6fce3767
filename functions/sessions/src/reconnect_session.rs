//! `POST /v1/sessions/{session_id}/reconnect`: a participant asks to come back.
//!
//! `{}` -> `Session`: active again if the other side is present, else reconnecting. Participants (404 for strangers). 402
//! `funds-too-low` if a minute is due that the member cannot pay, 410 `grace-over` after the deadline, 409 `wrong-state`.

use axum::extract::State;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Kind, Path, Problem, Route};

use crate::command::{Empty, MONEY_NEEDS, Order};
use live::view::Session;

/// The route.
pub const ROUTE: Route = Route::post("reconnect_session", "/v1/sessions/{session_id}/reconnect")
    .auth(Auth::Member)
    .refuses(&[Kind::FundsTooLow, Kind::WrongState, Kind::GraceOver])
    .needs(MONEY_NEEDS);

/// A participant asks to come back.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session_id}/reconnect",
    operation_id = "reconnect_session",
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
    let user_id = caller.member()?.id;
    let order = Order { ctx: &ctx, user_id, session_id, now: ctx.now() };
    order.answer(|room, side| room.meter.clone().reconnect(side, &room.facts)).await
}
