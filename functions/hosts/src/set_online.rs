//! `PUT /v1/host/online`: a host starts or stops taking requests. Needs a rate to start.

use axum::extract::State;
use serde::Deserialize;
use store::host::{HostItem, Status};
use utoipa::ToSchema;
use web::{Auth, Caller, Ctx, Json, Kind, Need, Problem, Route};

use crate::change::change;
use crate::view::HostSelf;

/// The route.
pub const ROUTE: Route = Route::put("set_online", "/v1/host/online")
    .auth(Auth::Host)
    .refuses(&[Kind::NotFound, Kind::NoRates, Kind::VersionConflict])
    .needs(&[Need::APP_PUT]);

/// Whether requests are welcome.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetOnline {
    /// `true` from now on, `false` no more.
    online: bool,
}

/// Goes online or offline.
#[utoipa::path(put, path = "/v1/host/online", operation_id = "set_online", tag = "hosts",
    request_body = SetOnline, responses((status = 200, description = "The profile after the change", body = HostSelf)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Json(SetOnline { online }): Json<SetOnline>,
) -> Result<Json<HostSelf>, Problem> {
    let host_id = caller.host()?.id;
    let host = change(&ctx, host_id, None, |read| {
        if read.status != Status::Verified {
            return Err(Problem::new(Kind::Forbidden).detail("This is for verified hosts."));
        }
        if online && read.rates.cheapest().is_none() {
            return Err(
                Problem::new(Kind::NoRates).detail("Set what a minute costs before you go online.")
            );
        }
        Ok(HostItem { online, ..read.clone() })
    });
    Ok(Json(HostSelf::of(&host.await?, &ctx.config)?))
}
