//! `GET /v1/me/sign-ins`: the caller's browsers that are signed in, newest first.

use axum::extract::State;
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use store::sign_in::Family;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use web::{
    At, Auth, Caller, Ctx, Json, Kind, List, Need, Problem, Query, Route, after, next_cursor,
};

use crate::family::{is_over, signed_in};
use crate::session_cookie::RefreshToken;

/// The route.
pub const ROUTE: Route = Route::get("list_sign_ins", "/v1/me/sign-ins")
    .auth(Auth::Member)
    .refuses(&[Kind::InvalidRequest, Kind::BadCursor])
    .needs(&[Need::APP_QUERY]);

/// How many families are read for a page; those that are over are left out. A family has some 400 bytes, so a page costs
/// ten read units at most.
const PAGE: usize = 100;

/// A browser that is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignIn {
    /// The id.
    pub id: Uuid,
    /// What the browser called itself at the sign-in (`User-Agent`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// When it signed in.
    pub began_at: At,
    /// When it was last seen, to a quarter of an hour: its last refresh.
    pub seen_at: At,
    /// Whether it is the browser that asks.
    pub current: bool,
}

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListSignIns {
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// Lists the sign-ins of the caller.
#[utoipa::path(get, path = "/v1/me/sign-ins", operation_id = "list_sign_ins", tag = "identity", params(ListSignIns),
    responses((status = 200, description = "Where the caller is signed in, newest first", body = List<SignIn>)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    headers: HeaderMap,
    Query(query): Query<ListSignIns>,
) -> Result<Json<List<SignIn>>, Problem> {
    let user = caller.even_suspended();
    let list = format!("{}#{}", ROUTE.id, user.id);
    let partition = store::user::key(user.id).pk;
    let from = after(&list, &partition, query.cursor.as_deref())?;
    let page = store::sign_in::list_families(&ctx.store, user.id, PAGE, from).await?;
    let here = RefreshToken::read(&ctx, &headers).map(|token| token.family_id);
    let (generation, now) = (user.token_generation, ctx.now());
    let live = page.items.into_iter().filter(|family| !is_over(family, generation, now));
    let items = live.map(|family| shown(family, here)).collect();
    Ok(Json(List { items, next_cursor: next_cursor(&list, page.next) }))
}

fn shown(family: Family, here: Option<Uuid>) -> SignIn {
    SignIn {
        id: family.id,
        began_at: signed_in(&family).at.into(),
        seen_at: family.rotated_at.into(),
        current: here == Some(family.id),
        browser: family.browser,
    }
}
