//! `GET /v1/sessions/{session_id}/events?after=N`: the events that a client missed, in order.
//!
//! -> `{items:[ServerFrame], last_seq, more, missing}`, 100 numbers a page. Participants (404 for everybody else), during the
//! session and for a week after each event. Of several changes of the session only the last is in a page, with the session
//! as it is now: it contains the others. So `items` may skip numbers up to `last_seq`, and the client knows all of them.

use axum::extract::State;
use live::frame::ServerFrame;
use live::room::Room;
use serde::{Deserialize, Serialize};
use store::live::{EventItem, Happened, events_after};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Kind, Need, Path, Problem, Query, Route};

use crate::frames::of_event;

/// Numbers a page.
const PAGE: usize = 100;

/// The route.
pub const ROUTE: Route = Route::get("list_events", "/v1/sessions/{session_id}/events")
    .auth(Auth::Member)
    .refuses(&[Kind::InvalidRequest])
    .needs(&[Need::APP_READ, Need::APP_QUERY, Need::LEDGER_READ]);

/// Which events.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// The last number that the client knows; 0 for none.
    #[serde(default)]
    #[param(maximum = 999_999_999_999_u64)]
    after: u64,
}

/// A page of events.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Events {
    /// The frames, in order.
    pub items: Vec<ServerFrame>,
    /// With these the client knows everything up to this number.
    pub last_seq: u64,
    /// Ask again after `last_seq`.
    pub more: bool,
    /// Events between `after` and the first item are no longer kept: read the session and its messages anew.
    pub missing: bool,
}

/// The events that a client missed, in order.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session_id}/events",
    operation_id = "list_events",
    tag = "realtime",
    params(("session_id" = Uuid, Path), Filter),
    responses((status = 200, body = Events))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(session_id): Path<Uuid>,
    Query(filter): Query<Filter>,
) -> Result<Json<Events>, Problem> {
    if filter.after > 999_999_999_999 {
        return Err(Problem::field("/after", "Must have 12 digits at most."));
    }
    let user_id = caller.member()?.id.to_string();
    let session_id = session_id.to_string();
    let room = Room::read(&ctx.store, &session_id, ctx.now().as_millisecond()).await?;
    let not_found = || Problem::new(Kind::NotFound).detail("There is no such session.");
    let room = room.ok_or_else(not_found)?;
    let side = room.session.side_of(&user_id).ok_or_else(not_found)?;
    let (events, more) = events_after(&ctx.store, &session_id, filter.after, PAGE).await?;
    let missing = events.first().is_some_and(|first| first.seq > filter.after.saturating_add(1));
    let last_seq = events.last().map_or(filter.after, |last| last.seq);
    let last_change = events.iter().rposition(is_change);
    let told = events
        .iter()
        .enumerate()
        .filter(|(at, event)| !is_change(event) || Some(*at) == last_change);
    let items = told.map(|(_, event)| of_event(event, &room, side)).collect();
    Ok(Json(Events { items, last_seq, more, missing }))
}

fn is_change(event: &EventItem) -> bool {
    event.happened == Happened::Session
}
