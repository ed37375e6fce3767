//! `GET /v1/wallet/statement`: every entry that touched the caller's wallet, the newest cause first.
//!
//! Lines of one cause (a session, a top-up) stand together. Cost: one query of the caller's own partition.

use axum::extract::State;
use ledger::{Account, Reason};
use serde::{Deserialize, Serialize};
use store::wallet::{EntryItem, balanced};
use store::{Query as StoreQuery, Table};
use utoipa::{IntoParams, ToSchema};
use web::{At, Auth, Caller, Json, Kind, List, Need, Problem, Query, Route, after, next_cursor};

use crate::App;

/// The route.
pub const ROUTE: Route = Route::get("read_statement", "/v1/wallet/statement")
    .auth(Auth::Member)
    .refuses(&[Kind::InvalidRequest, Kind::BadCursor])
    .needs(&[Need::LEDGER_QUERY]);

/// Lines a page.
const PAGE: usize = 24;

/// Where to begin.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// As an earlier page gave it.
    cursor: Option<String>,
}

/// One line.
#[derive(Serialize, ToSchema)]
pub struct StatementLine {
    /// The entry.
    entry_id: String,
    /// When it was written.
    at: At,
    /// Why value moved.
    #[schema(value_type = String, example = "session_minute")]
    reason: Reason,
    /// The effect on what may be spent, signed, in minor units.
    amount_minor: i64,
    /// Of which session.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// Its (first) minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    minute: Option<u32>,
    /// How many minutes: of a lease, or paid at settlement.
    #[serde(skip_serializing_if = "Option::is_none")]
    minutes: Option<u32>,
    /// With whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    other_name: Option<String>,
    /// Of which top-up.
    #[serde(skip_serializing_if = "Option::is_none")]
    top_up_id: Option<String>,
    /// Why, in a person's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// Reads a page.
///
/// # Errors
/// 400 for a bad cursor, 401.
#[utoipa::path(get, path = "/v1/wallet/statement", operation_id = "read_statement", tag = "wallet",
    params(Page), responses((status = 200, body = List<StatementLine>)))]
pub async fn handle(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<Page>,
) -> Result<Json<List<StatementLine>>, Problem> {
    let member = caller.member()?.id.to_string();
    let partition = format!("MEMBER#{member}");
    let list = format!("statement of {member}");
    let query = StoreQuery::new(Table::Ledger, &partition)
        .begins_with("ENTRY#")
        .descending()
        .limit(PAGE)
        .after(after(&list, &partition, page.cursor.as_deref())?);
    let found = app.ctx.store.query::<EntryItem>(query).await?;
    let account = Account::Spending(member);
    let items = found
        .items
        .into_iter()
        .map(|item| line(balanced(item)?, &account))
        .collect::<Result<_, Problem>>()?;
    Ok(Json(List { items, next_cursor: next_cursor(&list, found.next) }))
}

fn line(item: EntryItem, account: &Account) -> Result<StatementLine, Problem> {
    Ok(StatementLine {
        entry_id: item.entry.key.id(),
        at: At::from_millisecond(item.at_ms)?,
        reason: item.entry.reason,
        amount_minor: item.entry.effect_on(account),
        session_id: item.notes.session_id,
        minute: item.notes.minute,
        minutes: item.notes.minutes,
        other_name: item.notes.other_name,
        top_up_id: item.notes.top_up_id,
        note: item.notes.note,
    })
}
