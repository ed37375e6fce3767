//! `GET /v1/admin/sessions?state&cursor`: all sessions of this year and the two before, newest first.
//!
//! -> `{items:[Session], next_cursor}`, 24 a page. `state` is the state at the time of asking, so it is judged after
//! reading: a page may hold fewer than 24, or none, and still have a next one. Admins.

use axum::extract::State;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::BTreeMap;
use store::session::{OpenItem, year_partition};
use store::{Query as Range, Table};
use utoipa::IntoParams;
use uuid::Uuid;
use web::{Auth, Caller, Ctx, Json, Kind, List, Need, Problem, Query, Route, after, next_cursor};

use live::room::Room;
use live::view::Session;
use live::words::{State as SessionState, You};

/// Sessions a page.
const PAGE: usize = 24;
/// Stretches of the list that one request looks through for a state.
const STRETCHES: u32 = 10;
/// How many years the list goes back.
const YEARS: i16 = 3;

/// The route.
pub const ROUTE: Route = Route::get("list_all_sessions", "/v1/admin/sessions")
    .auth(Auth::Admin)
    .refuses(&[Kind::InvalidRequest, Kind::BadCursor])
    .needs(&[Need::APP_QUERY, Need::APP_READ_MANY, Need::LEDGER_READ_MANY, Need::LEDGER_READ]);

/// Which sessions.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Only sessions in this state now.
    #[serde(default)]
    state: Option<SessionState>,
    /// Where the page before ended.
    #[serde(default)]
    cursor: Option<String>,
}

/// All sessions of this year and the two before, newest first.
#[utoipa::path(
    get,
    path = "/v1/admin/sessions",
    operation_id = "list_all_sessions",
    tag = "sessions",
    params(Filter),
    responses((status = 200, body = List<Session>))
)]
pub async fn handle(
    State(ctx): State<Ctx>,
    caller: Caller,
    Query(filter): Query<Filter>,
) -> Result<Json<List<Session>>, Problem> {
    caller.admin()?;
    let now = ctx.now();
    let list = format!("list_all_sessions?state={:?}", filter.state);
    let mut last = after(&list, "", filter.cursor.as_deref())?.and_then(|mut key| key.remove("sk"));
    let mut year = last.as_deref().map_or(Some(year_of(now)), year_of_id).ok_or(Kind::BadCursor)?;
    let oldest = year_of(now).saturating_sub(YEARS - 1);
    let mut items = Vec::new();
    for _ in 0..STRETCHES {
        let partition = year_partition(year);
        let start = last.clone().map(|sk| key(&partition, sk));
        let range = Range::new(Table::App, &partition).descending().after(start);
        let page = ctx.store.query::<OpenItem>(range.limit(PAGE - items.len())).await?;
        let rooms = Room::read_many(&ctx.store, &page.items, now.as_millisecond()).await?;
        let wanted = rooms.iter().map(|room| Session::of(room, You::Admin));
        items.extend(wanted.filter(|one| filter.state.is_none_or(|state| one.state == state)));
        last = page.items.last().map(|one| one.session_id.clone()).or(last);
        if page.next.is_none() {
            year -= 1;
        }
        if year < oldest {
            return Ok(Json(List { items, next_cursor: None }));
        }
        if items.len() >= PAGE {
            break;
        }
    }
    let next = last.map(|sk| key("", sk));
    Ok(Json(List { items, next_cursor: next_cursor(&list, next) }))
}

fn key(partition: &str, sk: String) -> BTreeMap<String, String> {
    BTreeMap::from([("pk".to_owned(), partition.to_owned()), ("sk".to_owned(), sk)])
}

fn year_of(at: Timestamp) -> i16 {
    at.to_zoned(TimeZone::UTC).year()
}

/// The year in which a session was requested: its id carries the instant (UUID v7).
fn year_of_id(session_id: &str) -> Option<i16> {
    let (seconds, _) = Uuid::parse_str(session_id).ok()?.get_timestamp()?.to_unix();
    let at = Timestamp::from_second(i64::try_from(seconds).ok()?).ok()?;
    Some(year_of(at))
}
