//! `GET /v1/sessions/{session_id}/messages/export?format=json|text&after=MESSAGE_ID`: what was said, as a file.
//!
//! -> `Transcript`, or plain text with times in the caller's zone. Participants (404 for everybody else), during the session
//! and after it. Up to 5,000 messages a file; `next_after` (in text: the last line) says where the next one begins.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use jiff::tz::TimeZone;
use live::message::Message;
use live::words::Side;
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use store::session::SessionItem;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{At, Auth, Caller, Ctx, Json, Kind, Need, Path, Problem, Query, Route};

use crate::command::not_found;
use crate::transcript::page_after;

/// Messages a file: about 2.5 MB of text at most, where Lambda answers with 6 MB.
const MESSAGES_MAX: usize = 5_000;

/// The route.
pub const ROUTE: Route = Route::get("export_messages", "/v1/sessions/{session_id}/messages/export")
    .auth(Auth::Member)
    .refuses(&[Kind::InvalidRequest])
    .needs(&[Need::APP_READ, Need::APP_QUERY]);

/// Which file.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// `json` unless said.
    #[serde(default)]
    #[param(required = false, inline)]
    format: Format,
    /// Only messages after this one.
    #[serde(default)]
    after: Option<Uuid>,
}

/// How the file is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExportFormat)]
pub enum Format {
    /// For programs.
    #[default]
    Json,
    /// For people.
    Text,
}

/// What was said, as a file.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Transcript {
    /// In which session.
    pub session_id: String,
    /// The member's name.
    pub member: String,
    /// The host's name.
    pub host: String,
    /// When the file was made.
    pub exported_at: At,
    /// The messages, oldest first.
    pub messages: Vec<Message>,
    /// Ask again after this message: there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_after: Option<String>,
}

/// What was said, as a file.
#[utoipa::path(
    get,
    path = "/v1/sessions/{session_id}/messages/export",
    operation_id = "export_messages",
    tag = "sessions",
    params(("session_id" = Uuid, Path), Filter),
    responses((status = 200, description = "The file", content(
        (Transcript = "application/json"),
        (String = "text/plain"),
    )))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(session_id): Path<Uuid>,
    Query(filter): Query<Filter>,
) -> Result<Response, Problem> {
    let user = caller.member()?;
    let session = ctx.store.session(&session_id.to_string()).await?.ok_or_else(not_found)?;
    session.side_of(&user.id.to_string()).ok_or_else(not_found)?;
    let (messages, next_after) =
        page_after(&ctx.store, &session.session_id, filter.after, MESSAGES_MAX).await?;
    let transcript = Transcript {
        session_id: session.session_id.clone(),
        member: session.member.name.clone(),
        host: session.host.name.clone(),
        exported_at: ctx.now().into(),
        messages,
        next_after,
    };
    let (extension, kind) = match filter.format {
        Format::Json => ("json", "application/json"),
        Format::Text => ("txt", "text/plain; charset=utf-8"),
    };
    let mut reply = match filter.format {
        Format::Json => Json(transcript).into_response(),
        Format::Text => {
            text(&session, &transcript, zone(user.time_zone.as_deref())).into_response()
        }
    };
    let name = format!("attachment; filename=\"session-{session_id}.{extension}\"");
    let headers = reply.headers_mut();
    headers.insert(CONTENT_TYPE, http::HeaderValue::from_static(kind));
    headers.insert(CONTENT_DISPOSITION, name.parse().map_err(Problem::internal)?);
    Ok(reply)
}

/// The caller's zone, or UTC.
fn zone(name: Option<&str>) -> TimeZone {
    name.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC)
}

/// One message a paragraph: time, name, words.
fn text(session: &SessionItem, transcript: &Transcript, zone: TimeZone) -> String {
    let mut text = format!(
        "Session {}\n{} and {}\nTimes in {}\n",
        transcript.session_id,
        transcript.member,
        transcript.host,
        zone.iana_name().unwrap_or("UTC"),
    );
    for message in &transcript.messages {
        let at = message.sent_at.0.to_zoned(zone.clone());
        let name = match message.from {
            Side::Member => &session.member.name,
            Side::Host => &session.host.name,
        };
        let words = message.text.replace('\n', "\n    ");
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{} {name}:\n    {words}\n", at.strftime("%Y-%m-%d %H:%M:%S"));
    }
    if let Some(next) = &transcript.next_after {
        let _ = write!(text, "\nThere is more after message {next}.\n");
    }
    text
}
