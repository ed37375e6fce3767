//! `GET /v1/sessions/{session_id}`: the session as it is now.
//!
//! -> `Session`. Participants (404 for everybody else). Reading changes nothing, however often and whenever.

use axum::extract::State;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Need, Path, Problem, Route};

use crate::command::{Order, not_found};
use live::room::Room;
use live::view::Session;

/// The route.
pub const ROUTE: Route = Route::get("read_session", "/v1/sessions/{session_id}")
    .auth(Auth::Member)
    .needs(&[Need::APP_READ, Need::LEDGER_READ]);

/// The session as it is now.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session_id}",
    operation_id = "read_session",
    tag = "sessions",
    params(("session_id" = Uuid, Path)),
    responses((status = 200, body = Session))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(session_id): Path<Uuid>,
) -> Result<Json<Session>, Problem> {
    let now = ctx.now();
    let order = Order { ctx: &ctx, user_id: caller.member()?.id, session_id, now };
    let room = Room::read(&ctx.store, &session_id.to_string(), now.as_millisecond()).await?;
    order.show(&room.ok_or_else(not_found)?)
}
