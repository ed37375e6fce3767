//! `POST /v1/sessions/{session_id}/media`: a participant's browser gets into the media of the session.
//!
//! `{}` -> `MediaAccess`, by the adapter that the session was requested with. Only while the clock runs on paid time: 409
//! `wrong-state` otherwise (and `modality-off` for text), so an access is never older than the last check of the balance. 404 for strangers; 60 a minute.
//! 503 `upstream-down` when a vendor does not answer. Cost: three strongly consistent reads in two round trips, one write unit
//! of the rate limit; the secret once a process. At Whereby one read more, and once a session a request there and 2 write
//! units.

use axum::extract::State;
use live::room::Room;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Json, Kind, Need, Path, Problem, Route, limit};

use crate::App;
use crate::access::{MediaAccess, Paid, access};

/// Accesses of a person in a minute: each lease asks for one, and a bad network for more.
const OPENINGS_PER_MINUTE: u64 = 60;

/// The route.
pub const ROUTE: Route = Route::post("open_media", "/v1/sessions/{session_id}/media")
    .auth(Auth::Member)
    .refuses(&[Kind::WrongState, Kind::ModalityOff, Kind::TooManyRequests, Kind::UpstreamDown])
    .needs(&[
        Need::APP_READ,
        Need::APP_PUT,
        Need::APP_UPDATE,
        Need::LEDGER_READ,
        Need::ROOM_SECRET,
    ]);

/// An empty JSON object.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenMedia {}

/// A participant's browser gets into the media of the session.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session_id}/media",
    operation_id = "open_media",
    tag = "rooms",
    params(("session_id" = Uuid, Path)),
    request_body = OpenMedia,
    responses((status = 200, description = "How to get in", body = MediaAccess))
)]
pub async fn handle(
    State(app): State<App>,
    caller: Caller,
    Path(session_id): Path<Uuid>,
    Json(OpenMedia {}): Json<OpenMedia>,
) -> Result<Json<MediaAccess>, Problem> {
    let user_id = caller.member()?.id.to_string();
    let now = app.ctx.now();
    limit(&app.ctx, "media", &user_id, OPENINGS_PER_MINUTE, 60, now).await?;
    let session_id = session_id.to_string();
    let room = Room::read(&app.ctx.store, &session_id, now.as_millisecond()).await?;
    let room = room.ok_or_else(not_found)?;
    let side = room.session.side_of(&user_id).ok_or_else(not_found)?;
    let paid = Paid::of(&room, side, now)?;
    Ok(Json(access(&app, &paid).await?))
}

fn not_found() -> Problem {
    Problem::new(Kind::NotFound).detail("There is no such session.")
}
