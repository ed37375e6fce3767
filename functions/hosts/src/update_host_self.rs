//! `PATCH /v1/host/profile`: a host or applicant changes what the page says. A new slug frees the old one at once.

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Auth, Caller, Ctx, Faults, Json, Kind, Need, Problem, Route};

use crate::change::{change, not_rejected};
use crate::profile::Texts;
use crate::view::HostSelf;

/// The route.
pub const ROUTE: Route = Route::patch("update_host_self", "/v1/host/profile")
    .auth(Auth::Member)
    .refuses(&[Kind::NotFound, Kind::Forbidden, Kind::SlugTaken, Kind::VersionConflict])
    .needs(&[Need::APP_PUT, Need::APP_DELETE]);

/// What may change; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateHostSelf {
    /// 2 to 60 characters in one line.
    #[schema(min_length = 2, max_length = 60)]
    name: Option<String>,
    /// 3 to 40 of `a` to `z`, `0` to `9` and single hyphens between them.
    #[schema(min_length = 3, max_length = 40, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    slug: Option<String>,
    /// 40 to 4,000 characters.
    #[schema(min_length = 40, max_length = 4000)]
    bio: Option<String>,
    /// 1 to 12 topics of 2 to 30 characters, no two the same.
    #[schema(min_items = 1, max_items = 12)]
    specialties: Option<Vec<String>>,
    /// Of the profile that was read.
    version: u64,
}

/// Changes the caller's profile.
#[utoipa::path(patch, path = "/v1/host/profile", operation_id = "update_host_self", tag = "hosts",
    request_body = UpdateHostSelf, responses((status = 200, description = "The profile after the change", body = HostSelf)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Json(request): Json<UpdateHostSelf>,
) -> Result<Json<HostSelf>, Problem> {
    let host_id = caller.member()?.id;
    let version = request.version;
    let mut faults = Faults::new();
    let texts = Texts {
        name: request.name,
        slug: request.slug,
        bio: request.bio,
        specialties: request.specialties,
        statement: None,
    };
    let texts = texts.checked(&mut faults);
    faults.done()?;
    let host = change(&ctx, host_id, None, |read| {
        not_rejected(read)?;
        if read.version != version {
            return Err(Problem::new(Kind::VersionConflict)
                .detail("Your profile was changed elsewhere. Please load it again."));
        }
        let mut next = read.clone();
        texts.put_into(&mut next);
        Ok(next)
    });
    Ok(Json(HostSelf::of(&host.await?, &ctx.config)?))
}
