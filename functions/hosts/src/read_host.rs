//! `GET /v1/hosts/{slug}`: a host's page. Who is not verified, or is suspended, has none.

use axum::extract::State;
use store::host::Status;
use web::{Ctx, Json, Kind, Need, Path, Problem, Route};

use crate::view::HostPage;

/// The route.
pub const ROUTE: Route = Route::get("read_host", "/v1/hosts/{slug}").needs(&[Need::APP_READ]);

/// Reads a host's page.
#[utoipa::path(get, path = "/v1/hosts/{slug}", operation_id = "read_host", tag = "hosts",
    params(("slug" = String, Path, description = "The readable part of the page's address")),
    responses((status = 200, description = "The page", body = HostPage)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    Path(slug): Path<String>,
) -> Result<Json<HostPage>, Problem> {
    let nobody = || Problem::new(Kind::NotFound).detail("There is no host at this address.");
    // A key of DynamoDB has its own limit; no slug is longer than this.
    if slug.is_empty() || slug.len() > 40 {
        return Err(nobody());
    }
    let host = ctx.store.host_by_slug(&slug).await?;
    let host = host.filter(|host| host.status == Status::Verified).ok_or_else(nobody)?;
    let user = store::user::find(&ctx.store, host.host_id).await?;
    if user.is_some_and(|user| user.suspended) {
        return Err(nobody());
    }
    Ok(Json(HostPage::of(&host, &ctx.config)?))
}
