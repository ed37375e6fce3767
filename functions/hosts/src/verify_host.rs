//! `POST /v1/admin/hosts/{host_id}/verify`: an admin accepts an application. The person becomes a host, appears in the
//! catalogue and gets an earnings balance, all in one transaction with the audit row. Nobody verifies themselves.

use axum::extract::State;
use serde::Deserialize;
use store::host::{HostItem, Status};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Deed, Json, Kind, Need, Path, Problem, Route};

use crate::App;
use crate::change::{ByAdmin, change};
use crate::view::HostSelf;

/// The route.
pub const ROUTE: Route = Route::post("verify_host", "/v1/admin/hosts/{host_id}/verify")
    .auth(Auth::Admin)
    .refuses(&[Kind::Conflict, Kind::VersionConflict])
    .needs(&[Need::APP_PUT, Need::APP_QUERY, Need::LEDGER_PUT]);

/// Nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyHost {}

/// Accepts an application.
#[utoipa::path(post, path = "/v1/admin/hosts/{host_id}/verify", operation_id = "verify_host", tag = "hosts",
    params(("host_id" = Uuid, Path, description = "The host's user id")),
    request_body = VerifyHost, responses((status = 200, description = "The profile, verified", body = HostSelf)))]
pub async fn handle(
    State(app): State<App>,
    caller: Caller,
    Path(host_id): Path<Uuid>,
    Json(VerifyHost {}): Json<VerifyHost>,
) -> Result<Json<HostSelf>, Problem> {
    let ctx = &app.ctx;
    let admin = caller.admin()?;
    if host_id == admin.id {
        let text = "Your own application is for another admin to decide.";
        return Err(Problem::new(Kind::Forbidden).detail(text));
    }
    let found = ctx.store.host(host_id).await?.ok_or(Kind::NotFound)?;
    if ctx.store.catalogue().await?.len() >= app.hosts_max {
        return Err(Problem::new(Kind::Conflict).detail(format!(
            "The catalogue holds {} hosts, which is all it can show.",
            app.hosts_max
        )));
    }
    let now = ctx.now();
    let details = [("slug".to_owned(), found.slug), ("name".to_owned(), found.name)];
    let deed = Deed {
        action: ROUTE.id,
        object_type: "host",
        object_id: host_id.to_string(),
        details: details.into(),
    };
    let by = ByAdmin { admin, deed, now };
    let host = change(ctx, host_id, Some(&by), |read| {
        if read.status != Status::Pending {
            let status = read.status.as_str();
            return Err(Problem::new(Kind::Conflict)
                .detail(format!(
                    "Only a pending application can be verified; this one is {status}."
                ))
                .with("host_status", status));
        }
        Ok(HostItem {
            status: Status::Verified,
            reject_reason: None,
            verified_at_ms: Some(now.as_millisecond()),
            decided_by: Some(admin.id),
            ..read.clone()
        })
    });
    Ok(Json(HostSelf::of(&host.await?, &ctx.config)?))
}
