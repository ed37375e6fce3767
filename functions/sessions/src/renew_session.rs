//! `POST /v1/sessions/{session_id}/renew`: proof of presence, and the next lease when it is due.
//!
//! `{}` -> `Session`. Called every `heartbeat_seconds` and at `renew_at`. Stores what time itself did to the session; leases
//! the next minute within a quarter of a minute of `paid_until`. No money is no refusal: the session then pauses at
//! `paid_until`. Participants (404 for strangers); on a session that is over it answers how it ended.

use axum::extract::State;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Path, Problem, Route};

use crate::charge::renew;
use crate::command::{Empty, MONEY_NEEDS, Order};
use crate::transition::CommandError;
use live::room::Room;
use live::view::Session;

/// The route.
pub const ROUTE: Route = Route::post("renew_session", "/v1/sessions/{session_id}/renew")
    .auth(Auth::Member)
    .needs(MONEY_NEEDS);

/// Proof of presence, and the next lease when it is due.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session_id}/renew",
    operation_id = "renew_session",
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
    let now = ctx.now();
    let order = Order { ctx: &ctx, user_id, session_id, now };
    let room =
        order.carry_out(|room, _| Ok::<_, CommandError>(room.meter.clone()), |_, _| {}).await?;
    let outcome = renew(&ctx, &room).await?;
    if outcome.minutes_leased == 0 && outcome.refusals == 0 {
        return order.show(&room);
    }
    let renewed = Room::read(&ctx.store, &room.session.session_id, now.as_millisecond()).await?;
    order.show(renewed.as_ref().unwrap_or(&room))
}
