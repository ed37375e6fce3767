//! `POST /v1/admin/reports/{report_id}/decide`: an admin dismisses a report or marks it as resolved.
//!
//! `{decision: "dismissed"|"resolved", note}` (3 to 1,000 characters) -> `MessageReport`. 409 `conflict` unless it is open.
//! Audited. What follows for a person (a suspension) is another command.

use axum::extract::State;
use serde::Deserialize;
use store::Transaction;
use store::report::{ReportItem, Status, decide, find};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Deed, Json, Kind, Need, Path, Problem, Route, audit};

use crate::report::Report;
use crate::text::sentence;

/// The route.
pub const ROUTE: Route = Route::post("decide_report", "/v1/admin/reports/{report_id}/decide")
    .auth(Auth::Admin)
    .refuses(&[Kind::Conflict])
    .needs(&[Need::APP_READ, Need::APP_PUT, Need::APP_DELETE]);

/// What is decided.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ReportDecision)]
pub enum Decision {
    /// There is nothing to it.
    Dismissed,
    /// It was acted upon.
    Resolved,
}

/// The decision and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideReport {
    /// What.
    decision: Decision,
    /// 3 to 1,000 characters, for the audit log.
    #[schema(min_length = 3, max_length = 1000)]
    note: String,
}

/// An admin decides a report.
#[utoipa::path(
    post,
    path = "/v1/admin/reports/{report_id}/decide",
    operation_id = "decide_report",
    tag = "sessions",
    params(("report_id" = Uuid, Path)),
    request_body = DecideReport,
    responses((status = 200, body = Report))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(report_id): Path<Uuid>,
    Json(body): Json<DecideReport>,
) -> Result<Json<Report>, Problem> {
    let admin = caller.admin()?;
    let note = sentence(&body.note, "/note")?;
    let found = find(&ctx.store, &report_id.to_string()).await?;
    let found =
        found.ok_or_else(|| Problem::new(Kind::NotFound).detail("There is no such report."))?;
    let now = ctx.now();
    let status = match body.decision {
        Decision::Dismissed => Status::Dismissed,
        Decision::Resolved => Status::Resolved,
    };
    let item = ReportItem {
        status,
        note: Some(note.clone()),
        decided_ms: Some(now.as_millisecond()),
        ..found
    };
    let details = [
        ("decision".to_owned(), status.as_str().to_owned()),
        ("session_id".to_owned(), item.session_id.clone()),
        ("author_id".to_owned(), item.author_id.clone()),
        ("reason".to_owned(), note),
    ];
    let deed = Deed {
        action: ROUTE.id,
        object_type: "report",
        object_id: item.report_id.clone(),
        details: details.into(),
    };
    let tx = audit(decide(Transaction::new(), &item), admin, deed, now);
    ctx.store.commit(tx).await.map_err(|error| match error.refused("report") {
        Some(_) => Problem::new(Kind::Conflict).detail("This report was decided before."),
        None => error.into(),
    })?;
    Ok(Json(Report::from(item)))
}
