//! `GET /v1/admin/audit`: who did what to what in a month, newest first.

use std::collections::BTreeMap;

use axum::extract::State;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{
    At, Auth, Caller, Ctx, Json, Kind, List, Need, Problem, Query, Route, after, next_cursor,
};

/// The route.
pub const ROUTE: Route = Route::get("list_audit", "/v1/admin/audit")
    .auth(Auth::Admin)
    .refuses(&[Kind::InvalidRequest, Kind::BadCursor])
    .needs(&[Need::APP_QUERY]);

const PAGE: usize = 24;

/// Which month.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListAudit {
    /// `YYYY-MM`, in UTC; this month when absent.
    pub month: Option<String>,
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// One deed.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditRow {
    /// The row's id.
    pub id: Uuid,
    /// When.
    pub at: At,
    /// Who did it.
    pub actor_id: Uuid,
    /// The actor's name at that time.
    pub actor_name: String,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub object_type: String,
    /// To which one.
    pub object_id: String,
    /// What else to know.
    pub details: BTreeMap<String, String>,
}

/// Lists the audit log.
#[utoipa::path(get, path = "/v1/admin/audit", operation_id = "list_audit", tag = "identity", params(ListAudit),
    responses((status = 200, description = "Deeds, newest first", body = List<AuditRow>)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<ListAudit>,
) -> Result<Json<List<AuditRow>>, Problem> {
    caller.admin()?;
    let month = query.month.unwrap_or_else(|| ctx.now().strftime("%Y-%m").to_string());
    if month.len() != 7 || format!("{month}-01").parse::<Date>().is_err() {
        return Err(Problem::field("/month", "Must be a month such as 2026-11."));
    }
    let list = format!("{}?month={month}", ROUTE.id);
    let from = after(&list, &store::audit::partition(&month), query.cursor.as_deref())?;
    let page = store::audit::list(&ctx.store, &month, PAGE, from).await?;
    let items = page.items.into_iter().map(shown).collect();
    Ok(Json(List { items, next_cursor: next_cursor(&list, page.next) }))
}

fn shown(row: store::audit::Row) -> AuditRow {
    AuditRow {
        id: row.id,
        at: row.at.into(),
        actor_id: row.actor_id,
        actor_name: row.actor_name,
        action: row.action,
        object_type: row.object_type,
        object_id: row.object_id,
        details: row.details,
    }
}
