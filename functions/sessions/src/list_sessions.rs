//! `GET /v1/sessions?as=member|host&cursor`: the caller's sessions, newest first.
//!
//! -> `{items:[Session], next_cursor}`, 24 a page; `as` is `member` unless said.

use axum::extract::State;
use metering::Side;
use serde::Deserialize;
use store::session::{OpenItem, SessionItem};
use store::{Query as Range, Table};
use utoipa::IntoParams;
use web::{Auth, Caller, Ctx, Json, Kind, List, Need, Problem, Query, Route, after, next_cursor};

use live::room::Room;
use live::view::Session;
use live::words;

/// Sessions a page.
const PAGE: usize = 24;

/// The route.
pub const ROUTE: Route = Route::get("list_sessions", "/v1/sessions")
    .auth(Auth::Member)
    .refuses(&[Kind::InvalidRequest, Kind::BadCursor])
    .needs(&[Need::APP_INDEX, Need::APP_READ_MANY, Need::LEDGER_READ_MANY, Need::LEDGER_READ]);

/// Which sessions.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// On which side the caller took part.
    #[serde(rename = "as", default = "member")]
    #[param(required = false)]
    side: words::Side,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
}

fn member() -> words::Side {
    words::Side::Member
}

/// The caller's sessions, newest first.
#[utoipa::path(
    get,
    path = "/v1/sessions",
    operation_id = "list_sessions",
    tag = "sessions",
    params(Filter),
    responses((status = 200, body = List<Session>))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Json<List<Session>>, Problem> {
    let user_id = caller.member()?.id;
    let (side, index, partition) = match filter.side {
        words::Side::Member => (Side::Member, "gsi1", format!("SESSIONS#MEMBER#{user_id}")),
        words::Side::Host => (Side::Host, "gsi2", format!("SESSIONS#HOST#{user_id}")),
    };
    let start = after(&partition, &partition, filter.cursor.as_deref())?;
    let range = Range::new(Table::App, &partition).index(index).descending();
    let page = ctx.store.query::<SessionItem>(range.limit(PAGE).after(start)).await?;
    // The index may lag behind: it says which sessions there are, and their items how they stand.
    let listed: Vec<_> = page.items.iter().map(OpenItem::of).collect();
    let rooms = Room::read_many(&ctx.store, &listed, ctx.now().as_millisecond()).await?;
    let items = rooms.iter().map(|room| Session::of(room, side.into())).collect();
    Ok(Json(List { items, next_cursor: next_cursor(&partition, page.next) }))
}
