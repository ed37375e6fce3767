//! `PUT /v1/host/rates`: what a minute costs, all modalities at once (SoulSeer 2.2). An open session keeps the rate
//! that it was requested at. Without any rate a host is offline.

use axum::extract::State;
use store::host::HostItem;
use web::{Auth, Caller, Ctx, Faults, Json, Kind, Need, Problem, Route};

use crate::change::{change, not_rejected};
use crate::profile::WantedRates;
use crate::view::HostSelf;

/// The route.
pub const ROUTE: Route = Route::put("put_rates", "/v1/host/rates")
    .auth(Auth::Member)
    .refuses(&[Kind::NotFound, Kind::Forbidden, Kind::VersionConflict])
    .needs(&[Need::APP_PUT]);

/// Replaces the caller's rates.
#[utoipa::path(put, path = "/v1/host/rates", operation_id = "put_rates", tag = "hosts",
    request_body = WantedRates, responses((status = 200, description = "The profile after the change", body = HostSelf)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Json(request): Json<WantedRates>,
) -> Result<Json<HostSelf>, Problem> {
    let host_id = caller.member()?.id;
    let mut faults = Faults::new();
    let rates = request.checked(&mut faults);
    faults.done()?;
    let host = change(&ctx, host_id, None, |read| {
        not_rejected(read)?;
        let online = read.online && rates.cheapest().is_some();
        Ok(HostItem { rates, online, ..read.clone() })
    });
    Ok(Json(HostSelf::of(&host.await?, &ctx.config)?))
}
