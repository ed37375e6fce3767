//! `POST /v1/admin/hosts/{host_id}/reject`: an admin turns down an application, or takes a verified host out of the
//! catalogue. Earnings, tallies and open sessions stay; the person may apply again.

use axum::extract::State;
use serde::Deserialize;
use store::host::{HostItem, Status};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Deed, Faults, Json, Kind, Need, Path, Problem, Route, trimmed};

use crate::change::{ByAdmin, change};
use crate::profile::text;
use crate::view::HostSelf;

/// The route.
pub const ROUTE: Route = Route::post("reject_host", "/v1/admin/hosts/{host_id}/reject")
    .auth(Auth::Admin)
    .refuses(&[Kind::Conflict, Kind::VersionConflict])
    .needs(&[Need::APP_PUT]);

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectHost {
    /// 3 to 1,000 characters; the person reads them.
    #[schema(min_length = 3, max_length = 1000)]
    reason: String,
}

/// Turns down an application.
#[utoipa::path(post, path = "/v1/admin/hosts/{host_id}/reject", operation_id = "reject_host", tag = "hosts",
    params(("host_id" = Uuid, Path, description = "The host's user id")),
    request_body = RejectHost, responses((status = 200, description = "The profile, rejected", body = HostSelf)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Path(host_id): Path<Uuid>,
    Json(request): Json<RejectHost>,
) -> Result<Json<HostSelf>, Problem> {
    let admin = caller.admin()?;
    let reason = trimmed(&request.reason, 1_000);
    let mut faults = Faults::new();
    text(&mut faults, "/reason", reason, 3, 1_000);
    faults.done()?;
    let found = ctx.store.host(host_id).await?.ok_or(Kind::NotFound)?;
    let now = ctx.now();
    let details = [
        ("slug".to_owned(), found.slug),
        ("was".to_owned(), found.status.as_str().to_owned()),
        ("reason".to_owned(), reason.to_owned()),
    ];
    let deed = Deed {
        action: ROUTE.id,
        object_type: "host",
        object_id: host_id.to_string(),
        details: details.into(),
    };
    let by = ByAdmin { admin, deed, now };
    let host = change(&ctx, host_id, Some(&by), |read| {
        if read.status == Status::Rejected {
            return Err(Problem::new(Kind::Conflict)
                .detail("This application was turned down before.")
                .with("host_status", read.status.as_str()));
        }
        Ok(HostItem {
            status: Status::Rejected,
            reject_reason: Some(reason.to_owned()),
            online: false,
            decided_by: Some(admin.id),
            ..read.clone()
        })
    });
    Ok(Json(HostSelf::of(&host.await?, &ctx.config)?))
}
