//! `GET /v1/host/requests`: the open session of the caller as host, from request to end.
//!
//! -> `{items:[Session]}`, one at most: a person has one open session. Strongly consistent, so it can be polled.

use axum::extract::State;
use metering::Side;
use web::{Auth, Caller, Ctx, Json, List, Need, Problem, Route};

use live::room::Room;
use live::view::Session;

/// The route.
pub const ROUTE: Route = Route::get("list_requests", "/v1/host/requests")
    .auth(Auth::Host)
    .needs(&[Need::APP_READ, Need::LEDGER_READ]);

/// The open session of the caller as host, from request to end.
#[utoipa::path(
    get,
    path = "/v1/host/requests",
    operation_id = "list_requests",
    tag = "sessions",
    responses((status = 200, body = List<Session>))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
) -> Result<Json<List<Session>>, Problem> {
    let host_id = caller.host()?.id.to_string();
    let mut items = Vec::new();
    if let Some(lock) = ctx.store.lock(&host_id).await? {
        let now_ms = ctx.now().as_millisecond();
        let room = Room::read(&ctx.store, &lock.session_id, now_ms).await?;
        let open = room.filter(|room| {
            room.meter.state.is_open() && room.session.side_of(&host_id) == Some(Side::Host)
        });
        items.extend(open.map(|room| Session::of(&room, Side::Host.into())));
    }
    Ok(Json(List { items, next_cursor: None }))
}
