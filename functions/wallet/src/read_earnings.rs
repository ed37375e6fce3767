//! `GET /v1/host/earnings`: what the caller has earned as a host, what is still held, and each entry of it.
//!
//! Cost: one read of the balance, one of the open session's lock (and then of its session and wallet), one query of a
//! keys-only index and one batch for the page.

use axum::extract::State;
use ledger::{Account, Currency, Reason};
use serde::{Deserialize, Serialize};
use store::session::{LockItem, lock_key};
use store::wallet::{EntryItem, balanced};
use store::{Key, Query as StoreQuery, Table};
use utoipa::{IntoParams, ToSchema};
use web::{At, Auth, Caller, Json, Kind, Need, Problem, Query, Route, after, next_cursor};

use crate::App;

/// The route.
pub const ROUTE: Route = Route::get("read_earnings", "/v1/host/earnings")
    .auth(Auth::Host)
    .refuses(&[Kind::InvalidRequest, Kind::BadCursor])
    .needs(&[Need::APP_READ, Need::LEDGER_READ, Need::LEDGER_INDEX, Need::LEDGER_READ_MANY]);

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

/// Earnings, in minor units.
#[derive(Serialize, ToSchema)]
pub struct Earnings {
    /// Earned and not paid out.
    available_minor: i64,
    /// The caller's share of what the open session holds; it becomes earnings as far as its minutes begin.
    held_minor: i64,
    /// ISO 4217.
    #[schema(value_type = String, example = "USD")]
    currency: Currency,
    /// The newest session first.
    items: Vec<EarningsLine>,
    /// For the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// One entry.
#[derive(Serialize, ToSchema)]
pub struct EarningsLine {
    /// The entry.
    entry_id: String,
    /// When it was written.
    at: At,
    /// `settlement`, or `refund` for what was given back.
    #[schema(value_type = String, example = "settlement")]
    reason: Reason,
    /// Of which session.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// With whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    member_name: Option<String>,
    /// Minutes paid.
    minutes: u32,
    /// What the member paid (negative for a refund).
    gross_minor: i64,
    /// What the caller got of it.
    share_minor: i64,
    /// What the platform got of it.
    fee_minor: i64,
}

/// Reads the balance and a page.
///
/// # Errors
/// 400 for a bad cursor, 401, 403 unless a host.
#[utoipa::path(get, path = "/v1/host/earnings", operation_id = "read_earnings", tag = "wallet",
    params(Page), responses((status = 200, body = Earnings)))]
pub async fn handle(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<Page>,
) -> Result<Json<Earnings>, Problem> {
    let host = caller.host()?.id.to_string();
    let store = &app.ctx.store;
    let balance = store
        .earnings(&host)
        .await?
        .ok_or_else(|| Problem::internal("the host has no earnings item"))?;
    let partition = format!("EARNINGS#{host}");
    let list = format!("earnings of {host}");
    let query = StoreQuery::new(Table::Ledger, &partition)
        .index("gsi1")
        .descending()
        .limit(PAGE)
        .after(after(&list, &partition, page.cursor.as_deref())?);
    let found = store.query::<Key>(query).await?;
    let mut entries = store.get_many::<EntryItem>(Table::Ledger, &found.items, false).await?;
    entries.sort_by(|one, other| other.entry.key.cmp(&one.entry.key));
    let account = Account::Earnings(host.clone());
    let items = entries
        .into_iter()
        .map(|item| line(balanced(item)?, &account))
        .collect::<Result<_, Problem>>()?;
    Ok(Json(Earnings {
        available_minor: balance.available_minor,
        held_minor: held(&app, &host).await?,
        currency: balance.currency,
        items,
        next_cursor: next_cursor(&list, found.next),
    }))
}

fn line(item: EntryItem, account: &Account) -> Result<EarningsLine, Problem> {
    let share_minor = item.entry.effect_on(account);
    let fee_minor = item.entry.effect_on(&Account::Fees);
    let refund = item.entry.reason == Reason::Refund;
    Ok(EarningsLine {
        entry_id: item.entry.key.id(),
        at: At::from_millisecond(item.at_ms)?,
        reason: item.entry.reason,
        session_id: item.notes.session_id,
        member_name: item.notes.member_name,
        minutes: if refund { 1 } else { item.notes.minutes.unwrap_or(0) },
        gross_minor: share_minor.saturating_add(fee_minor),
        share_minor,
        fee_minor,
    })
}

/// The host's share of the minutes that the open session has leased.
async fn held(app: &App, host: &str) -> Result<i64, Problem> {
    let store = &app.ctx.store;
    let Some(lock) = store.get::<LockItem>(Table::App, &lock_key(host)).await? else {
        return Ok(0);
    };
    let Some(session) = store.session(&lock.session_id).await? else { return Ok(0) };
    if session.host.id != host {
        return Ok(0);
    }
    let wallet = store.wallet(&session.member.id).await?;
    let leased = wallet
        .filter(|wallet| wallet.open_session.as_ref() == Some(&session.session_id))
        .map_or(0, |wallet| wallet.leased_minute);
    let terms = &session.meter.terms;
    let one = terms.fee_rule.split(terms.rate.minor).map_err(Problem::internal)?;
    Ok(one.share_minor.saturating_mul(i64::from(leased)))
}
