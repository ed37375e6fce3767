//! `POST /v1/host/application`: a member asks to become a host. Who was turned down may ask again; rates, photo and
//! tallies of the earlier profile stay.

use axum::extract::State;
use http::StatusCode;
use ledger::Currency;
use serde::Deserialize;
use store::host::{HostItem, Rates, Status};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Faults, Json, Kind, Need, Problem, Route};

use crate::change::{already_applied, change, create};
use crate::profile::Texts;
use crate::view::HostSelf;

/// The route.
pub const ROUTE: Route = Route::post("apply_to_host", "/v1/host/application")
    .auth(Auth::Member)
    .refuses(&[Kind::SlugTaken, Kind::AlreadyApplied, Kind::VersionConflict])
    .needs(&[Need::APP_PUT, Need::APP_DELETE]);

/// An application.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplyToHost {
    /// 2 to 60 characters in one line.
    #[schema(min_length = 2, max_length = 60)]
    name: String,
    /// 3 to 40 of `a` to `z`, `0` to `9` and single hyphens between them.
    #[schema(min_length = 3, max_length = 40, pattern = "^[a-z0-9]+(-[a-z0-9]+)*$")]
    slug: String,
    /// 40 to 4,000 characters.
    #[schema(min_length = 40, max_length = 4000)]
    bio: String,
    /// 1 to 12 topics of 2 to 30 characters, no two the same.
    #[schema(min_items = 1, max_items = 12)]
    specialties: Vec<String>,
    /// 20 to 2,000 characters for the admins.
    #[schema(min_length = 20, max_length = 2000)]
    statement: String,
}

/// Applies.
#[utoipa::path(post, path = "/v1/host/application", operation_id = "apply_to_host", tag = "hosts",
    request_body = ApplyToHost, responses((status = 201, description = "The profile, pending", body = HostSelf)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Json(request): Json<ApplyToHost>,
) -> Result<(StatusCode, Json<HostSelf>), Problem> {
    let host_id = caller.member()?.id;
    let mut faults = Faults::new();
    let texts = Texts {
        name: Some(request.name),
        slug: Some(request.slug),
        bio: Some(request.bio),
        specialties: Some(request.specialties),
        statement: Some(request.statement),
    };
    let texts = texts.checked(&mut faults);
    faults.done()?;
    let now_ms = ctx.now().as_millisecond();
    let host = if ctx.store.host(host_id).await?.is_some() {
        change(&ctx, host_id, None, |read| again(read, &texts, now_ms)).await?
    } else {
        let currency = Currency::parse(&ctx.config.currency).map_err(Problem::internal)?;
        let host = first(host_id, &texts, currency, now_ms);
        create(&ctx, &host).await?;
        host
    };
    Ok((StatusCode::CREATED, Json(HostSelf::of(&host, &ctx.config)?)))
}

fn first(host_id: Uuid, texts: &Texts, currency: Currency, now_ms: i64) -> HostItem {
    let mut host = HostItem {
        host_id,
        slug: String::new(),
        name: String::new(),
        bio: String::new(),
        specialties: Vec::new(),
        rates: Rates::default(),
        currency,
        photo_key: None,
        status: Status::Pending,
        reject_reason: None,
        statement: String::new(),
        online: false,
        rating_total: 0,
        review_count: 0,
        session_count: 0,
        applied_at_ms: now_ms,
        verified_at_ms: None,
        decided_by: None,
        version: 1,
    };
    texts.put_into(&mut host);
    host
}

fn again(read: &HostItem, texts: &Texts, now_ms: i64) -> Result<HostItem, Problem> {
    if read.status != Status::Rejected {
        return Err(already_applied());
    }
    let mut next = HostItem {
        status: Status::Pending,
        reject_reason: None,
        decided_by: None,
        applied_at_ms: now_ms,
        ..read.clone()
    };
    texts.put_into(&mut next);
    Ok(next)
}
