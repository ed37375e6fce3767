//! `POST /v1/sessions/{session_id}/messages`: a participant says something.
//!
//! `{text}` (1 to 500 characters; no control characters but line ends) -> 201 `Message`. With an idempotency key.
//! Participants (404 for everybody else), only while the session is active (409 `wrong-state`), 60 a minute.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use metering::Refusal;
use runtime::new_id;
use serde::Deserialize;
use store::session::{MessageItem, message_key};
use store::{Table, Transaction};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Keyed, Kind, Need, Once, Path, Problem, Route, limit, once};

use crate::command::{not_found, refused};
use crate::text::checked;
use live::message::Message;
use live::room::Room;

/// The longest message, in characters (specification 3.15).
const CHARACTERS_MAX: usize = 500;
/// Messages of a person in a minute.
const MESSAGES_PER_MINUTE: u64 = 60;

/// The route.
pub const ROUTE: Route = Route::post("send_message", "/v1/sessions/{session_id}/messages")
    .auth(Auth::Member)
    .keyed()
    .refuses(&[Kind::WrongState, Kind::TooManyRequests])
    .needs(&[Need::APP_READ, Need::LEDGER_READ, Need::APP_PUT, Need::APP_UPDATE]);

/// What is said.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// 1 to 500 characters.
    #[schema(min_length = 1, max_length = 500)]
    text: String,
}

/// A participant says something.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session_id}/messages",
    operation_id = "send_message",
    tag = "sessions",
    params(("session_id" = Uuid, Path), ("Idempotency-Key" = String, Header)),
    request_body = SendMessage,
    responses((status = 201, body = Message))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(session_id): Path<Uuid>,
    request: Keyed<SendMessage>,
) -> Result<Response, Problem> {
    let user_id = caller.member()?.id;
    let text = checked(&request.body.text, CHARACTERS_MAX, "/text")?;
    if text.is_empty() {
        return Err(Problem::field("/text", "Must not be blank."));
    }
    let now = ctx.now();
    let recorder = match once(&ctx, &ROUTE, user_id, &request, now).await? {
        Once::Replay(reply) => return Ok(reply),
        Once::First(recorder) => recorder,
    };
    let session_id = session_id.to_string();
    let room = Room::read(&ctx.store, &session_id, now.as_millisecond()).await?;
    let room = room.ok_or_else(not_found)?;
    let from = room.session.side_of(&user_id.to_string()).ok_or_else(not_found)?;
    limit(&ctx, "messages", &user_id.to_string(), MESSAGES_PER_MINUTE, 60, now).await?;
    if room.meter.state != metering::State::Active {
        return Err(refused(Refusal::WrongState(room.meter.state)));
    }
    let sent_ms = now.as_millisecond();
    let item = MessageItem { message_id: new_id(now).to_string(), session_id, from, text, sent_ms };
    let key = message_key(&item.session_id, &item.message_id);
    let tx = Transaction::new().create("message", Table::App, &key, &item);
    recorder.commit(&ctx, tx, StatusCode::CREATED, &Message::from(item), Into::into).await
}
