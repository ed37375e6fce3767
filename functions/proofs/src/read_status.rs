//! `GET /v1/status`: what Parlor says of itself in public. No names, no amounts but the one that must be zero.
//!
//! Cost: one read, and a minute's cache in front of it.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use ledger::Currency;
use serde::Serialize;
use store::Table;
use store::conservation::{Checked, checked_key};
use utoipa::ToSchema;
use web::{At, Auth, Json, Need, Problem, Route};

use crate::App;

/// The route.
pub const ROUTE: Route =
    Route::get("read_status", "/v1/status").auth(Auth::Public).needs(&[Need::APP_READ]);

/// A check that is older is late: three of them were missed.
const LATE_MS: i64 = 3 * 60 * 60 * 1_000;

/// How the last check of the money stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MoneyState {
    /// Everything sums to zero and no balance differs.
    Conserved,
    /// Something differs.
    Differs,
    /// Nothing differed, but that is long ago.
    Late,
    /// There was no check yet.
    Unknown,
}

/// What must be zero, of a currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct ZeroSum {
    /// ISO 4217.
    #[schema(value_type = String, example = "USD")]
    currency: Currency,
    /// All accounts together, in minor units.
    sum_minor: i64,
}

/// The last check of the money.
#[derive(Debug, Serialize, ToSchema)]
pub struct MoneyStatus {
    /// How it stands.
    state: MoneyState,
    /// When the last check ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    checked_at: Option<At>,
    /// Balances that were compared with the sums of their entries.
    balances_checked: u64,
    /// Balances that differ.
    balances_differing: u64,
    /// Entries that were read and summed.
    entries_read: u64,
    /// All accounts together, by currency.
    sums: Vec<ZeroSum>,
}

/// What Parlor says of itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct Status {
    /// When this was said.
    at: At,
    /// The last check of the money.
    money: MoneyStatus,
}

/// Reads the status.
#[utoipa::path(get, path = "/v1/status", operation_id = "read_status", tag = "proofs",
    responses((status = 200, body = Status)))]
pub async fn handle(State(app): State<App>) -> Result<Response, Problem> {
    let now = app.ctx.now();
    let checked = app.ctx.store.get::<Checked>(Table::App, &checked_key()).await?;
    let money = match checked {
        Some(checked) => money(checked, now.as_millisecond())?,
        None => MoneyStatus {
            state: MoneyState::Unknown,
            checked_at: None,
            balances_checked: 0,
            balances_differing: 0,
            entries_read: 0,
            sums: Vec::new(),
        },
    };
    let status = Json(Status { at: now.into(), money });
    Ok(([(CACHE_CONTROL, "public, max-age=60")], status).into_response())
}

fn money(checked: Checked, now_ms: i64) -> Result<MoneyStatus, Problem> {
    let figures = checked.figures;
    let state = if !figures.conserved() {
        MoneyState::Differs
    } else if now_ms.saturating_sub(checked.at_ms) > LATE_MS {
        MoneyState::Late
    } else {
        MoneyState::Conserved
    };
    Ok(MoneyStatus {
        state,
        checked_at: Some(At::from_millisecond(checked.at_ms)?),
        balances_checked: figures.accounts_checked,
        balances_differing: figures.differences_count,
        entries_read: figures.entries_read,
        sums: figures
            .currencies
            .into_iter()
            .map(|sums| ZeroSum { currency: sums.currency, sum_minor: sums.sum_minor })
            .collect(),
    })
}
