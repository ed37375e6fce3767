//! `GET /v1/sessions/{session_id}/messages?after=MESSAGE_ID`: what was said, oldest first.
//!
//! -> `{items:[Message], next_cursor, marks}`, 100 a page; `next_cursor` is the next `after`. Participants (404 for everybody
//! else), during the session and after it.

use axum::extract::State;
use live::message::{Marks, Message};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Kind, Need, Path, Problem, Query, Route};

use crate::command::not_found;
use crate::transcript::page_after;

/// Messages a page.
const PAGE: usize = 100;

/// The route.
pub const ROUTE: Route = Route::get("list_messages", "/v1/sessions/{session_id}/messages")
    .auth(Auth::Member)
    .refuses(&[Kind::InvalidRequest])
    .needs(&[Need::APP_READ, Need::APP_QUERY]);

/// Which messages.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only messages after this one.
    #[serde(default)]
    after: Option<Uuid>,
}

/// What was said, oldest first, and how far it was received and read.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Messages {
    /// The messages of this page.
    pub items: Vec<Message>,
    /// Give this as `after` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// How far each side is.
    pub marks: Marks,
}

/// What was said, oldest first.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session_id}/messages",
    operation_id = "list_messages",
    tag = "sessions",
    params(("session_id" = Uuid, Path), Filter),
    responses((status = 200, body = Messages))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(session_id): Path<Uuid>,
    Query(filter): Query<Filter>,
) -> Result<Json<Messages>, Problem> {
    let user_id = caller.member()?.id.to_string();
    let session_id = session_id.to_string();
    let session = ctx.store.session(&session_id).await?.ok_or_else(not_found)?;
    session.side_of(&user_id).ok_or_else(not_found)?;
    let (items, next_cursor) = page_after(&ctx.store, &session_id, filter.after, PAGE).await?;
    let marks = ctx.store.marks(&session_id).await?.into();
    Ok(Json(Messages { items, next_cursor, marks }))
}
