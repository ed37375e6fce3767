//! `GET /v1/sign-in/issuers`: the services that people may sign in with, beside mail.

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Ctx, Json, List, Route};

/// The route.
pub const ROUTE: Route = Route::get("list_issuers", "/v1/sign-in/issuers");

/// A service to sign in with.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Issuer {
    /// Give this to `start_oidc`.
    pub id: String,
    /// The name on the button.
    pub name: String,
}

/// Lists the issuers.
#[utoipa::path(get, path = "/v1/sign-in/issuers", operation_id = "list_issuers", tag = "identity",
    responses((status = 200, description = "The issuers, in the order of their buttons", body = List<Issuer>)))]
pub async fn handle(State(ctx): State<Ctx>) -> Json<List<Issuer>> {
    let issuers = ctx.config.oidc_issuers.iter();
    let items =
        issuers.map(|issuer| Issuer { id: issuer.id.clone(), name: issuer.name.clone() }).collect();
    Json(List { items, next_cursor: None })
}
