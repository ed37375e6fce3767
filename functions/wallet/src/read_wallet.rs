//! `GET /v1/wallet`: what the caller can spend and what is set aside.
//!
//! Cost: one read beside the caller's.

use axum::extract::State;
use ledger::Currency;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Auth, Caller, Json, Need, Problem, Route};

use crate::{App, TOP_UP_MAX_MINOR, TOP_UP_MIN_MINOR};

/// The route.
pub const ROUTE: Route =
    Route::get("read_wallet", "/v1/wallet").auth(Auth::Member).needs(&[Need::LEDGER_READ]);

/// A wallet, in minor units.
#[derive(Serialize, ToSchema)]
pub struct Wallet {
    /// What may be spent; negative only through a dispute.
    available_minor: i64,
    /// Set aside for the open session.
    held_minor: i64,
    /// ISO 4217.
    #[schema(value_type = String, example = "USD")]
    currency: Currency,
    /// Whether spending is stopped, for instance by a dispute.
    spending_locked: bool,
    /// The session that leases minutes now.
    #[serde(skip_serializing_if = "Option::is_none")]
    open_session_id: Option<String>,
    /// The smallest top-up.
    top_up_min_minor: i64,
    /// The largest top-up.
    top_up_max_minor: i64,
}

/// Reads the wallet.
///
/// # Errors
/// 401.
#[utoipa::path(get, path = "/v1/wallet", operation_id = "read_wallet", tag = "wallet",
    responses((status = 200, body = Wallet)))]
pub async fn handle(State(app): State<App>, caller: Caller) -> Result<Json<Wallet>, Problem> {
    let user = caller.member()?;
    let wallet = app
        .ctx
        .store
        .wallet(&user.id.to_string())
        .await?
        .ok_or_else(|| Problem::internal("the member has no wallet"))?;
    Ok(Json(Wallet {
        available_minor: wallet.available_minor,
        held_minor: wallet.held_minor,
        currency: wallet.currency,
        spending_locked: wallet.locked.is_some(),
        open_session_id: wallet.open_session,
        top_up_min_minor: TOP_UP_MIN_MINOR,
        top_up_max_minor: TOP_UP_MAX_MINOR,
    }))
}
