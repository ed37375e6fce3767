//! `POST /v1/sessions/{session_id}/messages/{message_id}/report`: a participant asks an admin to look at a message.
//!
//! `{reason}` (3 to 1,000 characters) -> 201 `{report_id, reported_at}`. Participants (404 for everybody else, and for a
//! message that is not of the session), suspended ones too, during the session and after it. One's own message: 403. 409
//! `conflict` while an earlier report of the same person about it is open. 20 an hour.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use live::view::instant;
use runtime::new_id;
use serde::{Deserialize, Serialize};
use store::report::{ReportItem, Status, create};
use store::session::{MessageItem, message_key};
use store::{Table, Transaction};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{At, Auth, Caller, Ctx, Json, Kind, Need, Path, Problem, Route, limit};

use crate::command::not_found;
use crate::text::sentence;

/// Reports of a person in an hour.
const REPORTS_PER_HOUR: u64 = 20;

/// The route.
pub const ROUTE: Route =
    Route::post("report_message", "/v1/sessions/{session_id}/messages/{message_id}/report")
        .auth(Auth::Member)
        .refuses(&[Kind::Forbidden, Kind::Conflict, Kind::TooManyRequests])
        .needs(&[Need::APP_READ, Need::APP_PUT, Need::APP_UPDATE]);

/// Why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportMessage {
    /// 3 to 1,000 characters; admins read them.
    #[schema(min_length = 3, max_length = 1000)]
    reason: String,
}

/// It will be looked at.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Reported {
    /// The report.
    report_id: String,
    /// When.
    reported_at: At,
}

/// A participant asks an admin to look at a message.
#[utoipa::path(
    post,
    path = "/v1/sessions/{session_id}/messages/{message_id}/report",
    operation_id = "report_message",
    tag = "sessions",
    params(("session_id" = Uuid, Path), ("message_id" = Uuid, Path)),
    request_body = ReportMessage,
    responses((status = 201, body = Reported))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path((session_id, message_id)): Path<(Uuid, Uuid)>,
    Json(body): Json<ReportMessage>,
) -> Result<Response, Problem> {
    let (user_id, now) = (caller.even_suspended().id.to_string(), ctx.now());
    let (session_id, message_id) = (session_id.to_string(), message_id.to_string());
    let session = ctx.store.session(&session_id).await?.ok_or_else(not_found)?;
    let side = session.side_of(&user_id).ok_or_else(not_found)?;
    let reason = sentence(&body.reason, "/reason")?;
    let message: Option<MessageItem> =
        ctx.store.get(Table::App, &message_key(&session_id, &message_id)).await?;
    let message =
        message.ok_or_else(|| Problem::new(Kind::NotFound).detail("There is no such message."))?;
    if message.from == side {
        return Err(Problem::new(Kind::Forbidden).detail("You cannot report your own message."));
    }
    limit(&ctx, "reports", &user_id, REPORTS_PER_HOUR, 3_600, now).await?;
    let (author, reporter) = (session.participant(message.from), session.participant(side));
    let item = ReportItem {
        report_id: new_id(now).to_string(),
        status: Status::Open,
        session_id,
        message_id,
        text: message.text,
        sent_ms: message.sent_ms,
        author_id: author.id.clone(),
        author_name: author.name.clone(),
        reporter_id: reporter.id.clone(),
        reporter_name: reporter.name.clone(),
        reason,
        reported_ms: now.as_millisecond(),
        note: None,
        decided_ms: None,
    };
    let outcome = ctx.store.commit(create(Transaction::new(), &item)).await;
    outcome.map_err(|error| match error.refused("reported") {
        Some(_) => Problem::new(Kind::Conflict)
            .detail("You have reported this message. It is being looked at."),
        None => error.into(),
    })?;
    let reply = Reported { report_id: item.report_id, reported_at: instant(item.reported_ms) };
    Ok((StatusCode::CREATED, Json(reply)).into_response())
}
