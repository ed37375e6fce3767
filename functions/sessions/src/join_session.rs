//! `POST /v1/sessions/{session_id}/join`: a participant enters the room.
//!
//! `{}` -> `Session`. The second to join starts the clock, which pays the first minute in the same transaction; 402
//! `funds-too-low` if the member cannot. The host joins after accepting (409 `not-accepted`). Joining a paused session is
//! coming back: 410 `grace-over` after the deadline. Strangers get 403 (specification 15, scenario 18).

use axum::extract::State;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Kind, Path, Problem, Route};

use crate::command::{Empty, MONEY_NEEDS, Order};
use live::view::Session;

/// The route.
pub const ROUTE: Route = Route::post("join_session", "/v1/sessions/{session_id}/join")
    .auth(Auth::Member)
    .refuses(&[
        Kind::Forbidden,
        Kind::FundsTooLow,
        Kind::WrongState,
        Kind::NotAccepted,
        Kind::GraceOver,
    ])
    .needs(MONEY_NEEDS);

/// A participant enters the room.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session_id}/join",
    operation_id = "join_session",
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
    let answer = order.answer(|room, side| room.meter.clone().join(side, &room.facts)).await;
    match answer {
        Err(problem) if problem.kind() == Kind::NotFound => {
            let exists = ctx.store.session(&session_id.to_string()).await?.is_some();
            let stranger =
                Problem::new(Kind::Forbidden).detail("You are not part of this session.");
            Err(if exists { stranger } else { problem })
        }
        answer => answer,
    }
}
