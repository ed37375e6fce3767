//! `POST /v1/admin/users/find`: the person with an exact mail address. A body, as an address in a URL ends in histories
//! and logs.

use axum::extract::State;
use serde::Deserialize;
use store::user::email_key;
use utoipa::ToSchema;
use web::{Auth, Caller, Ctx, Json, List, Need, Problem, Route};

use crate::AdminUser;
use crate::address::parse_email;
use crate::list_users::with_locks;

/// The route.
pub const ROUTE: Route = Route::post("find_user", "/v1/admin/users/find")
    .auth(Auth::Admin)
    .needs(&[Need::APP_READ, Need::LEDGER_READ_MANY]);

/// Whom to find.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FindUser {
    /// A whole mail address.
    pub email: String,
}

/// Finds a person.
#[utoipa::path(post, path = "/v1/admin/users/find", operation_id = "find_user", tag = "identity", request_body = FindUser,
    responses((status = 200, description = "The person, or nobody", body = List<AdminUser>)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Json(request): Json<FindUser>,
) -> Result<Json<List<AdminUser>>, Problem> {
    caller.admin()?;
    let Some(email) = parse_email(&request.email) else {
        return Err(Problem::field("/email", "Must be a whole mail address."));
    };
    let user = match store::user::find_identity(&ctx.store, &email_key(&email)).await? {
        Some(id) => store::user::find(&ctx.store, id).await?,
        None => None,
    };
    let items = match &user {
        Some(user) => with_locks(&ctx, std::slice::from_ref(user)).await?,
        None => Vec::new(),
    };
    Ok(Json(List { items, next_cursor: None }))
}
