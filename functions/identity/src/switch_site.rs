//! `PUT /v1/admin/site`: makes a brand the active one. Audited.

use std::collections::BTreeMap;

use axum::extract::State;
use serde::Deserialize;
use store::Transaction;
use store::site::Site;
use utoipa::ToSchema;
use web::{Auth, Caller, Ctx, Deed, Json, Need, Problem, Route, audit};

/// The route.
pub const ROUTE: Route = Route::put("switch_site", "/v1/admin/site")
    .auth(Auth::Admin)
    .needs(&[Need::APP_READ, Need::APP_PUT]);

/// Which brand.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchSite {
    /// The brand's key.
    pub brand: String,
}

/// Switches the active brand.
#[utoipa::path(put, path = "/v1/admin/site", operation_id = "switch_site", tag = "identity", request_body = SwitchSite,
    responses((status = 200, description = "The brand that is active now", body = Site)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Json(request): Json<SwitchSite>,
) -> Result<Json<Site>, Problem> {
    let admin = caller.admin()?;
    let site = store::site::find(&ctx.store, &request.brand).await?;
    let site = site.ok_or_else(|| Problem::field("/brand", "There is no such brand."))?;
    let before = store::site::active(&ctx.store, &ctx.config.brand).await?;
    let deed = Deed {
        action: ROUTE.id,
        object_type: "site",
        object_id: site.brand.clone(),
        details: BTreeMap::from([("before".to_owned(), before.brand)]),
    };
    let tx = store::site::switch(Transaction::new(), &site.brand);
    ctx.store.commit(audit(tx, admin, deed, ctx.now())).await?;
    Ok(Json(site))
}
