//! `GET /v1/admin/reports?status=open|dismissed|resolved&cursor`: reports of messages.
//!
//! -> `{items:[MessageReport], next_cursor}`, 24 a page; open ones are a queue, the oldest first, the others come newest
//! first. Admins.

use axum::extract::State;
use serde::Deserialize;
use store::report::{Status, list, partition};
use utoipa::IntoParams;
use web::{Auth, Caller, Ctx, Json, Kind, List, Need, Problem, Query, Route, after, next_cursor};

use crate::report::Report;

/// Reports a page.
const PAGE: usize = 24;

/// The route.
pub const ROUTE: Route = Route::get("list_reports", "/v1/admin/reports")
    .auth(Auth::Admin)
    .refuses(&[Kind::InvalidRequest, Kind::BadCursor])
    .needs(&[Need::APP_INDEX]);

/// Which reports.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// `open` unless said.
    #[serde(default)]
    status: Option<Status>,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
}

/// Reports of messages.
#[utoipa::path(
    get,
    path = "/v1/admin/reports",
    operation_id = "list_reports",
    tag = "sessions",
    params(Filter),
    responses((status = 200, body = List<Report>))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Json<List<Report>>, Problem> {
    caller.admin()?;
    let status = filter.status.unwrap_or(Status::Open);
    let name = format!("list_reports {}", status.as_str());
    let start = after(&name, &partition(status), filter.cursor.as_deref())?;
    let page = list(&ctx.store, status, PAGE, start).await?;
    let items = page.items.into_iter().map(Report::from).collect();
    Ok(Json(List { items, next_cursor: next_cursor(&name, page.next) }))
}
