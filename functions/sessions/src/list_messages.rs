//! `GET /v1/sessions/{session_id}/messages?after=MESSAGE_ID`: what was said, oldest first.
//!
//! -> `{items:[Message], next_cursor}`, 100 a page; `next_cursor` is the next `after`. Participants (404 for everybody
//! else), during the session and after it.

use axum::extract::State;
use serde::Deserialize;
use std::collections::BTreeMap;
use store::session::{MessageItem, message_key};
use store::{Query as Range, Table};
use utoipa::IntoParams;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Kind, List, Need, Path, Problem, Query, Route};

use crate::command::not_found;
use crate::message::Message;

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

/// What was said, oldest first.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session_id}/messages",
    operation_id = "list_messages",
    tag = "sessions",
    params(("session_id" = Uuid, Path), Filter),
    responses((status = 200, body = List<Message>))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(session_id): Path<Uuid>,
    Query(filter): Query<Filter>,
) -> Result<Json<List<Message>>, Problem> {
    let user_id = caller.member()?.id.to_string();
    let session_id = session_id.to_string();
    let session = ctx.store.session(&session_id).await?.ok_or_else(not_found)?;
    session.side_of(&user_id).ok_or_else(not_found)?;
    let start = filter.after.map(|after| {
        let key = message_key(&session_id, &after.to_string());
        BTreeMap::from([("pk".to_owned(), key.pk), ("sk".to_owned(), key.sk)])
    });
    let partition = message_key(&session_id, "").pk;
    let range = Range::new(Table::App, partition).begins_with("MESSAGE#").limit(PAGE).after(start);
    let page = ctx.store.query::<MessageItem>(range).await?;
    let next = page.next.and(page.items.last()).map(|last| last.message_id.clone());
    let items = page.items.into_iter().map(Message::from).collect();
    Ok(Json(List { items, next_cursor: next }))
}
