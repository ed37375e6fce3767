//! `PATCH /v1/me`: a member changes how others see them, and in which zone they see times.

use axum::extract::State;
use jiff::tz::TimeZone;
use serde::Deserialize;
use store::Transaction;
use utoipa::ToSchema;
use web::{Auth, Caller, Ctx, Faults, Json, Kind, Need, Problem, Route};

use crate::Me;
use crate::address::parse_display_name;

/// The route.
pub const ROUTE: Route = Route::patch("update_me", "/v1/me")
    .auth(Auth::Member)
    .refuses(&[Kind::VersionConflict])
    .needs(&[Need::APP_PUT]);

/// What may change. What is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateMe {
    /// The name that others see, 1 to 60 characters.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 60)]
    pub display_name: Option<String>,
    /// IANA name of a time zone.
    #[serde(default)]
    pub time_zone: Option<String>,
}

/// Changes the caller's own user.
#[utoipa::path(patch, path = "/v1/me", operation_id = "update_me", tag = "identity", request_body = UpdateMe,
    responses((status = 200, description = "The caller after the change", body = Me)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Json(request): Json<UpdateMe>,
) -> Result<Json<Me>, Problem> {
    let before = caller.member()?;
    let mut user = before.clone();
    let mut faults = Faults::new();
    if let Some(text) = &request.display_name {
        let name = parse_display_name(text);
        faults.check(name.is_some(), "/display_name", "Must have 1 to 60 visible characters.");
        user.display_name = name.unwrap_or_default();
    }
    if let Some(zone) = &request.time_zone {
        let known = zone.len() <= 64 && TimeZone::get(zone).is_ok();
        faults.check(
            known,
            "/time_zone",
            "Must be the IANA name of a time zone, such as Europe/Berlin.",
        );
        user.time_zone = Some(zone.clone());
    }
    faults.done()?;
    if user != *before {
        ctx.store.commit(store::user::replace(Transaction::new(), &user)).await?;
    }
    Ok(Json(Me::of(&user, caller.lacks_second_factor())))
}
