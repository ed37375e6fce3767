//! `GET /v1/sessions/{session_id}/note`: the caller's own private note about the session.
//!
//! -> `{text, updated_at?}`, empty before the first. Participants (404 for everybody else).

use axum::extract::State;
use store::Table;
use store::session::{NoteItem, note_key};
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Need, Path, Problem, Route};

use crate::command::not_found;
use crate::note::Note;

/// The route.
pub const ROUTE: Route = Route::get("read_note", "/v1/sessions/{session_id}/note")
    .auth(Auth::Member)
    .needs(&[Need::APP_READ]);

/// The caller's own private note about the session.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session_id}/note",
    operation_id = "read_note",
    tag = "sessions",
    params(("session_id" = Uuid, Path)),
    responses((status = 200, body = Note))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(session_id): Path<Uuid>,
) -> Result<Json<Note>, Problem> {
    let user_id = caller.member()?.id.to_string();
    let session_id = session_id.to_string();
    let session = ctx.store.session(&session_id).await?.ok_or_else(not_found)?;
    let side = session.side_of(&user_id).ok_or_else(not_found)?;
    let note: Option<NoteItem> = ctx.store.get(Table::App, &note_key(&session_id, side)).await?;
    Ok(Json(note.into()))
}
