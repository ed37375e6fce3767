//! `GET /v1/admin/users`: everybody, newest first.

use std::collections::HashMap;

use axum::extract::State;
use serde::Deserialize;
use store::user::{USERS, User};
use store::wallet::{WalletItem, wallet_key};
use store::{Key, Table};
use utoipa::IntoParams;
use web::{Auth, Caller, Ctx, Json, Kind, List, Need, Problem, Query, Route, after, next_cursor};

use crate::{AdminUser, Me};

/// The route.
pub const ROUTE: Route = Route::get("list_users", "/v1/admin/users")
    .auth(Auth::Admin)
    .refuses(&[Kind::InvalidRequest, Kind::BadCursor])
    .needs(&[Need::APP_READ, Need::APP_INDEX, Need::LEDGER_READ_MANY]);

const PAGE: usize = 24;

/// Which page.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListUsers {
    /// Where the last page ended.
    pub cursor: Option<String>,
}

/// Lists people.
#[utoipa::path(get, path = "/v1/admin/users", operation_id = "list_users", tag = "identity", params(ListUsers),
    responses((status = 200, description = "People, newest first", body = List<AdminUser>)))]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(query): Query<ListUsers>,
) -> Result<Json<List<AdminUser>>, Problem> {
    caller.admin()?;
    let from = after(ROUTE.id, USERS, query.cursor.as_deref())?;
    let page = store::user::list(&ctx.store, PAGE, from).await?;
    let items = with_locks(&ctx, &page.items).await?;
    Ok(Json(List { items, next_cursor: next_cursor(ROUTE.id, page.next) }))
}

/// People with the locks of their wallets.
pub(crate) async fn with_locks(ctx: &Ctx, users: &[User]) -> Result<Vec<AdminUser>, Problem> {
    let keys: Vec<Key> = users.iter().map(|user| wallet_key(&user.id.to_string())).collect();
    let wallets: Vec<WalletItem> = ctx.store.get_many(Table::Ledger, &keys, true).await?;
    let locked: HashMap<String, bool> =
        wallets.into_iter().map(|wallet| (wallet.member_id, wallet.locked.is_some())).collect();
    let shown = users.iter().map(|user| AdminUser {
        me: Me::from(user),
        spending_locked: locked.get(&user.id.to_string()).copied().unwrap_or(false),
    });
    Ok(shown.collect())
}
