//! `POST /v1/sessions/{session_id}/messages/mark`: how far the caller has received and read.
//!
//! `{delivered_up_to?, read_up_to?}` (message ids of the session) -> `Marks` of both sides. A mark moves on and never back, so
//! requests may repeat and overtake each other. Participants (404 for everybody else), during the session and after it;
//! 120 a minute. Cost: a read and a write unit for each mark that moves.

use axum::extract::State;
use live::message::Marks;
use serde::Deserialize;
use store::Table;
use store::session::{MarkItem, MessageItem, mark, message_key};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Faults, Json, Kind, Need, Path, Problem, Route, limit};

use crate::command::not_found;

/// Marks of a person in a minute.
const MARKS_PER_MINUTE: u64 = 120;

/// The route.
pub const ROUTE: Route = Route::post("mark_messages", "/v1/sessions/{session_id}/messages/mark")
    .auth(Auth::Member)
    .refuses(&[Kind::TooManyRequests])
    .needs(&[Need::APP_READ, Need::APP_UPDATE]);

/// How far the caller is.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkMessages {
    /// The last message that reached the caller's browser.
    #[serde(default)]
    delivered_up_to: Option<Uuid>,
    /// The last message that was shown to the caller.
    #[serde(default)]
    read_up_to: Option<Uuid>,
}

/// How far the caller has received and read.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session_id}/messages/mark",
    operation_id = "mark_messages",
    tag = "sessions",
    params(("session_id" = Uuid, Path)),
    request_body = MarkMessages,
    responses((status = 200, body = Marks))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(session_id): Path<Uuid>,
    Json(body): Json<MarkMessages>,
) -> Result<Json<Marks>, Problem> {
    let user_id = caller.member()?.id.to_string();
    let session_id = session_id.to_string();
    let session = ctx.store.session(&session_id).await?.ok_or_else(not_found)?;
    let side = session.side_of(&user_id).ok_or_else(not_found)?;
    limit(&ctx, "marks", &user_id, MARKS_PER_MINUTE, 60, ctx.now()).await?;
    let mut faults = Faults::new();
    let given = [("/delivered_up_to", body.delivered_up_to), ("/read_up_to", body.read_up_to)];
    let mut checked = None;
    for (pointer, id) in given {
        let Some(id) = id.filter(|id| checked != Some(*id)) else { continue };
        let key = message_key(&session_id, &id.to_string());
        let known = ctx.store.get::<MessageItem>(Table::App, &key).await?.is_some();
        faults.check(known, pointer, "Must be a message of this session.");
        checked = Some(id);
    }
    faults.done()?;
    let text = |id: Option<Uuid>| id.map(|id| id.to_string());
    let item = MarkItem {
        delivered_up_to: text(body.delivered_up_to.max(body.read_up_to)),
        read_up_to: text(body.read_up_to),
    };
    mark(&ctx.store, &session_id, side, &item).await?;
    Ok(Json(ctx.store.marks(&session_id).await?.into()))
}
