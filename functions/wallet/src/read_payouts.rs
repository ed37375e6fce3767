//! `GET /v1/host/payouts`: where the caller is paid, what the next payout will be, and each payout so far.
//!
//! Cost: three reads of one item and one query of an index.

use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use ledger::{Currency, PAYOUT_MIN_MINOR, day_of};
use serde::{Deserialize, Serialize};
use store::Table;
use store::payout::{PayeeItem, host_list, payout_key};
use store::wallet::EarningsItem;
use utoipa::{IntoParams, ToSchema};
use web::{At, Auth, Caller, Json, Kind, Need, Problem, Query, Route, after, next_cursor};

use crate::App;
use crate::payouts::Blocked;
use crate::payouts::period::Period;
use crate::payouts::view::Payout;

/// The route.
pub const ROUTE: Route = Route::get("read_payouts", "/v1/host/payouts")
    .auth(Auth::Host)
    .refuses(&[Kind::InvalidRequest, Kind::BadCursor])
    .needs(&[Need::APP_READ, Need::APP_INDEX, Need::LEDGER_READ]);

/// Payouts a page.
const PAGE: usize = 12;

/// Where to begin.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PayoutsPage {
    /// As an earlier page gave it.
    cursor: Option<String>,
}

/// Whether the processor pays the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayeeState {
    /// The form was never opened.
    None,
    /// The form was opened and not finished.
    Started,
    /// The form was finished; the processor looks at it, or asks for more.
    Waiting,
    /// Payouts are possible.
    Ready,
}

/// Where the caller is paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct Payee {
    /// Whether the processor pays the caller.
    state: PayeeState,
    /// How many things the processor asks for.
    requirements_due: u32,
    /// Why the processor does not pay, in its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    disabled_reason: Option<String>,
    /// Why the caller's bank refused the last payment, in the processor's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    bank_problem: Option<String>,
    /// Why an admin has stopped the payouts, if one has.
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_reason: Option<String>,
}

/// The payout that comes next.
#[derive(Debug, Serialize, ToSchema)]
pub struct NextPayout {
    /// The Monday on which it is made.
    at: At,
    /// What it will be if nothing else happens, in minor units; what is settled until then may still be too young.
    estimate_minor: i64,
    /// The least that is paid out.
    minimum_minor: i64,
    /// What stands in its way.
    #[serde(skip_serializing_if = "Option::is_none")]
    blocked: Option<Blocked>,
}

/// Payouts.
#[derive(Debug, Serialize, ToSchema)]
pub struct Payouts {
    /// Where they go.
    payee: Payee,
    /// The one to come.
    next: NextPayout,
    /// ISO 4217.
    #[schema(value_type = String, example = "USD")]
    currency: Currency,
    /// The newest first.
    items: Vec<Payout>,
    /// For the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// Reads the caller's payouts.
///
/// # Errors
/// 400 for a bad cursor, 401, 403 unless a host.
#[utoipa::path(get, path = "/v1/host/payouts", operation_id = "read_payouts", tag = "wallet",
    params(PayoutsPage), responses((status = 200, body = Payouts)))]
pub async fn handle(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PayoutsPage>,
) -> Result<Json<Payouts>, Problem> {
    let user = caller.host()?;
    let host = user.id.to_string();
    let store = &app.ctx.store;
    let list = format!("payouts of {host}");
    let start = after(&list, &host_list(&host), page.cursor.as_deref())?;
    let earnings = store
        .earnings(&host)
        .await?
        .ok_or_else(|| Problem::internal("the host has no earnings item"))?;
    let payee = store.payee(&host).await?;
    let next = next(&app, user.id, &earnings, payee.as_ref()).await?;
    let found = store.payouts_of_host(&host, PAGE, start).await?;
    Ok(Json(Payouts {
        payee: Payee::of(payee),
        next,
        currency: earnings.currency,
        items: found.items.into_iter().map(Payout::of).collect::<Result<_, _>>()?,
        next_cursor: next_cursor(&list, found.next),
    }))
}

/// This week's payout until it is made, then the one of next Monday.
async fn next(
    app: &App,
    host_id: uuid::Uuid,
    earnings: &EarningsItem,
    payee: Option<&PayeeItem>,
) -> Result<NextPayout, Problem> {
    let now = app.ctx.now();
    let period = Period::of(now).map_err(Problem::internal)?;
    let coming = period.next_starts_at().map_err(Problem::internal)?;
    let key = payout_key(&period.payout_id(host_id, 1).to_string());
    let made = app.ctx.store.get::<serde::de::IgnoredAny>(Table::App, &key).await?.is_some();
    let in_its_first_day = now < period.starts_at + SignedDuration::from_hours(24);
    let at: Timestamp = if in_its_first_day && !made { period.starts_at } else { coming };
    let estimate_minor = earnings.payable_minor(day_of(at.as_millisecond()));
    Ok(NextPayout {
        at: at.into(),
        estimate_minor,
        minimum_minor: PAYOUT_MIN_MINOR,
        blocked: Blocked::of(payee, estimate_minor),
    })
}

impl Payee {
    fn of(item: Option<PayeeItem>) -> Self {
        let item = item.unwrap_or_default();
        let state = match item {
            _ if item.account_id.is_none() => PayeeState::None,
            _ if item.payouts_enabled => PayeeState::Ready,
            _ if item.details_submitted => PayeeState::Waiting,
            _ => PayeeState::Started,
        };
        Self {
            state,
            requirements_due: item.requirements_due,
            disabled_reason: item.disabled_reason,
            bank_problem: item.bank_problem,
            hold_reason: item.hold.map(|hold| hold.reason),
        }
    }
}
