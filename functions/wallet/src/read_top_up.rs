//! `GET /v1/wallet/top-ups/{top_up_id}`: whether a payment has arrived. A stranger's answers 404.
//!
//! Cost: one read beside the caller's.

use axum::extract::State;
use ledger::Currency;
use serde::Serialize;
use store::top_up::{TopUpItem, TopUpStatus};
use utoipa::ToSchema;
use uuid::Uuid;
use web::{At, Auth, Caller, Json, Kind, Need, Path, Problem, Route};

use crate::App;

/// The route.
pub const ROUTE: Route = Route::get("read_top_up", "/v1/wallet/top-ups/{top_up_id}")
    .auth(Auth::Member)
    .needs(&[Need::APP_READ]);

/// A top-up.
#[derive(Serialize, ToSchema)]
pub struct TopUp {
    /// The id.
    pub(crate) id: String,
    /// What was asked for, in minor units.
    amount_minor: i64,
    /// ISO 4217.
    #[schema(value_type = String, example = "USD")]
    currency: Currency,
    /// `pending` until the processor's event has arrived.
    #[schema(value_type = String, example = "pending")]
    status: TopUpStatus,
    /// Where to pay, while pending.
    #[serde(skip_serializing_if = "Option::is_none")]
    checkout_url: Option<String>,
    /// When it was asked for.
    created_at: At,
    /// When it was credited.
    #[serde(skip_serializing_if = "Option::is_none")]
    paid_at: Option<At>,
}

impl TopUp {
    /// As its owner sees it.
    ///
    /// # Errors
    /// An internal problem for an instant out of range.
    pub(crate) fn of(item: TopUpItem) -> Result<Self, Problem> {
        Ok(Self {
            id: item.top_up_id,
            amount_minor: item.amount_minor,
            currency: item.currency,
            status: item.status,
            checkout_url: item.checkout_url,
            created_at: At::from_millisecond(item.created_at_ms)?,
            paid_at: item.paid_at_ms.map(At::from_millisecond).transpose()?,
        })
    }
}

/// Reads a top-up.
///
/// # Errors
/// 401, 404.
#[utoipa::path(get, path = "/v1/wallet/top-ups/{top_up_id}", operation_id = "read_top_up",
    tag = "wallet", params(("top_up_id" = Uuid, Path, description = "The top-up.")),
    responses((status = 200, body = TopUp)))]
pub async fn handle(
    State(app): State<App>,
    caller: Caller,
    Path(top_up_id): Path<Uuid>,
) -> Result<Json<TopUp>, Problem> {
    let member = caller.member()?.id.to_string();
    let item = app.ctx.store.top_up(&top_up_id.to_string()).await?;
    let own = item.filter(|item| item.member_id == member);
    let item =
        own.ok_or_else(|| Problem::new(Kind::NotFound).detail("You have no such top-up."))?;
    TopUp::of(item).map(Json)
}
