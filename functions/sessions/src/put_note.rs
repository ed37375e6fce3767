//! `PUT /v1/sessions/{session_id}/note`: replaces the caller's own private note about the session.
//!
//! `{text}` (up to 4,000 characters, may be empty; no control characters but line ends) -> the note. Participants (404 for
//! everybody else), during the session and after it. The last write stays.

use axum::extract::State;
use serde::Deserialize;
use store::session::{NoteItem, note_key};
use store::{Table, Transaction};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Need, Path, Problem, Route};

use crate::command::not_found;
use crate::note::Note;
use crate::text::checked;

/// The longest note, in characters.
const CHARACTERS_MAX: usize = 4_000;

/// The route.
pub const ROUTE: Route = Route::put("put_note", "/v1/sessions/{session_id}/note")
    .auth(Auth::Member)
    .needs(&[Need::APP_READ, Need::APP_PUT]);

/// What is noted.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutNote {
    /// Up to 4,000 characters.
    #[schema(max_length = 4000)]
    text: String,
}

/// Replaces the caller's own private note about the session.
#[utoipa::path(
    put,
    path = "/v1/sessions/{session_id}/note",
    operation_id = "put_note",
    tag = "sessions",
    params(("session_id" = Uuid, Path)),
    request_body = PutNote,
    responses((status = 200, body = Note))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(session_id): Path<Uuid>,
    Json(body): Json<PutNote>,
) -> Result<Json<Note>, Problem> {
    let user_id = caller.member()?.id.to_string();
    let text = checked(&body.text, CHARACTERS_MAX, "/text")?;
    let session_id = session_id.to_string();
    let session = ctx.store.session(&session_id).await?.ok_or_else(not_found)?;
    let side = session.side_of(&user_id).ok_or_else(not_found)?;
    let item = NoteItem { text, updated_ms: ctx.now().as_millisecond() };
    let key = note_key(&session_id, side);
    let tx = Transaction::new().replace("note", Table::App, &key, &item, None);
    ctx.store.commit(tx).await?;
    Ok(Json(Some(item).into()))
}
