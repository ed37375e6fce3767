//! `GET /v1/admin/reports/{report_id}`: a report with what was said around the message.
//!
//! -> `{report, messages}`: the reported message with up to ten before and ten after it, oldest first. Admins, who see nothing
//! else of a conversation; that they looked is audited. Cost: two reads, two queries of at most ten items, one write.

use axum::extract::State;
use live::message::Message;
use serde::Serialize;
use store::report::find;
use store::session::{MessageItem, message_key};
use store::{Table, Transaction};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Deed, Json, Kind, Need, Path, Problem, Route, audit};

use crate::report::Report;
use crate::transcript::around;

/// Messages that are shown on each side of the reported one.
const CONTEXT: usize = 10;

/// The route.
pub const ROUTE: Route = Route::get("read_report", "/v1/admin/reports/{report_id}")
    .auth(Auth::Admin)
    .needs(&[Need::APP_READ, Need::APP_QUERY, Need::APP_PUT]);

/// A report and what was said around the message.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MessageReportContext)]
pub struct Opened {
    /// The report.
    pub report: Report,
    /// The reported message with those before and after it, oldest first.
    pub messages: Vec<Message>,
}

/// A report with what was said around the message.
#[utoipa::path(
    get,
    path = "/v1/admin/reports/{report_id}",
    operation_id = "read_report",
    tag = "sessions",
    params(("report_id" = Uuid, Path)),
    responses((status = 200, body = Opened))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(report_id): Path<Uuid>,
) -> Result<Json<Opened>, Problem> {
    let admin = caller.admin()?;
    let found = find(&ctx.store, &report_id.to_string()).await?;
    let found =
        found.ok_or_else(|| Problem::new(Kind::NotFound).detail("There is no such report."))?;
    let deed = Deed {
        action: ROUTE.id,
        object_type: "report",
        object_id: found.report_id.clone(),
        details: [("session_id".to_owned(), found.session_id.clone())].into(),
    };
    ctx.store.commit(audit(Transaction::new(), admin, deed, ctx.now())).await?;
    let key = message_key(&found.session_id, &found.message_id);
    let blamed: Option<MessageItem> = ctx.store.get(Table::App, &key).await?;
    let (mut messages, after) = around(&ctx.store, &found.session_id, &key, CONTEXT).await?;
    messages.extend(blamed.map(Message::from));
    messages.extend(after);
    Ok(Json(Opened { report: Report::from(found), messages }))
}
