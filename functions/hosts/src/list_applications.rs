//! `GET /v1/admin/hosts?status`: hosts and applicants of a status, 24 a page. The pending ones are a queue, oldest
//! first; the others come newest first.

use std::collections::HashMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use store::Table;
use store::host::{Status, list_partition};
use store::user::User;
use utoipa::{IntoParams, ToSchema};
use web::{Auth, Caller, Ctx, Json, Kind, List, Need, Problem, Query, Route};

use crate::view::HostSelf;

/// The route.
pub const ROUTE: Route = Route::get("list_applications", "/v1/admin/hosts")
    .auth(Auth::Admin)
    .refuses(&[Kind::InvalidRequest, Kind::BadCursor])
    .needs(&[Need::APP_INDEX, Need::APP_READ_MANY]);

/// Items a page.
const PAGE: usize = 24;

/// Which ones.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListApplications {
    /// `pending` (default), `verified` or `rejected`.
    #[param(pattern = "^(pending|verified|rejected)$")]
    status: Option<String>,
    /// Of the page before.
    cursor: Option<String>,
}

/// A profile with the address of its owner.
#[derive(Debug, Serialize, ToSchema)]
pub struct Application {
    /// The profile.
    #[serde(flatten)]
    host: HostSelf,
    /// The owner's mail address.
    email: String,
}

/// Lists applications.
#[utoipa::path(get, path = "/v1/admin/hosts", operation_id = "list_applications", tag = "hosts",
    params(ListApplications), responses((status = 200, description = "A page of profiles", body = List<Application>)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<ListApplications>,
) -> Result<Json<List<Application>>, Problem> {
    caller.admin()?;
    let status = match query.status.as_deref() {
        None | Some("pending") => Status::Pending,
        Some("verified") => Status::Verified,
        Some("rejected") => Status::Rejected,
        Some(_) => {
            return Err(Problem::field("/status", "Must be one of pending, verified, rejected."));
        }
    };
    let list = format!("list_applications {}", status.as_str());
    let after = web::after(&list, &list_partition(status), query.cursor.as_deref())?;
    let page = ctx.store.hosts(status, PAGE, after).await?;
    let keys: Vec<_> = page.items.iter().map(|host| store::user::key(host.host_id)).collect();
    let users: Vec<User> = ctx.store.get_many(Table::App, &keys, false).await?;
    let emails: HashMap<_, _> = users.into_iter().map(|user| (user.id, user.email)).collect();
    let mut items = Vec::with_capacity(page.items.len());
    for host in &page.items {
        let email = emails.get(&host.host_id).cloned();
        let email = email.ok_or_else(|| Problem::internal("a host without a user"))?;
        items.push(Application { host: HostSelf::of(host, &ctx.config)?, email });
    }
    Ok(Json(List { items, next_cursor: web::next_cursor(&list, page.next) }))
}
