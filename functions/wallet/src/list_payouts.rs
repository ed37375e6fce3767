//! `GET /v1/admin/payouts?state`: payouts of a state with their hosts, the newest first, 24 a page.
//!
//! Cost: one query of an index and one batch of the page's hosts.

use std::collections::HashMap;

use axum::extract::State;
use serde::{Deserialize, Serialize};
use store::Table;
use store::payout::{PayeeItem, PayoutStatus, payee_key, status_list};
use utoipa::{IntoParams, ToSchema};
use web::{Auth, Caller, Json, Kind, List, Need, Problem, Query, Route, after, next_cursor};

use crate::App;
use crate::payouts::view::Payout;

/// The route.
pub const ROUTE: Route = Route::get("list_payouts", "/v1/admin/payouts")
    .auth(Auth::Admin)
    .refuses(&[Kind::InvalidRequest, Kind::BadCursor])
    .needs(&[Need::APP_INDEX, Need::APP_READ_MANY]);

/// Payouts a page.
const PAGE: usize = 24;

/// Which ones.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListPayouts {
    /// `reserved`, `paid` (default), `failed` or `returned`.
    #[param(pattern = "^(reserved|paid|failed|returned)$")]
    state: Option<String>,
    /// As an earlier page gave it.
    cursor: Option<String>,
}

/// A payout with its host.
#[derive(Debug, Serialize, ToSchema)]
pub struct HostPayout {
    /// The payout.
    #[serde(flatten)]
    payout: Payout,
    /// To whom.
    host_id: String,
    /// The host's name when it was set aside.
    host_name: String,
    /// Which try of its week it is, from 1.
    attempt: u32,
    /// How often it was sent to the processor.
    sends: u32,
    /// The processor's transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    transfer_id: Option<String>,
    /// Why the host's payouts are on hold, if they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    hold_reason: Option<String>,
}

/// Lists payouts.
///
/// # Errors
/// 400 for a state that is none or a bad cursor, 401, 403.
#[utoipa::path(get, path = "/v1/admin/payouts", operation_id = "list_payouts", tag = "wallet",
    params(ListPayouts), responses((status = 200, body = List<HostPayout>)))]
pub async fn handle(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ListPayouts>,
) -> Result<Json<List<HostPayout>>, Problem> {
    caller.admin()?;
    let status = match query.state.as_deref() {
        Some("reserved") => PayoutStatus::Reserved,
        None | Some("paid") => PayoutStatus::Paid,
        Some("failed") => PayoutStatus::Failed,
        Some("returned") => PayoutStatus::Returned,
        Some(_) => {
            let hint = "Must be one of reserved, paid, failed, returned.";
            return Err(Problem::field("/state", hint));
        }
    };
    let list = format!("payouts {}", status.as_str());
    let start = after(&list, &status_list(status), query.cursor.as_deref())?;
    let store = &app.ctx.store;
    let found = store.payouts_of_status(status, PAGE, start).await?;
    let mut keys: Vec<_> = found.items.iter().map(|payout| payee_key(&payout.host_id)).collect();
    keys.sort_unstable_by(|one, other| one.pk.cmp(&other.pk));
    keys.dedup();
    let payees = store.get_many::<PayeeItem>(Table::App, &keys, false).await?;
    let holds: HashMap<_, _> =
        payees.into_iter().filter_map(|payee| Some((payee.host_id, payee.hold?.reason))).collect();
    let items = found.items.into_iter().map(|item| {
        Ok(HostPayout {
            host_id: item.host_id.clone(),
            host_name: item.host_name.clone(),
            attempt: item.attempt,
            sends: item.sends,
            transfer_id: item.transfer_id.clone(),
            hold_reason: holds.get(&item.host_id).cloned(),
            payout: Payout::of(item)?,
        })
    });
    let items = items.collect::<Result<_, Problem>>()?;
    Ok(Json(List { items, next_cursor: next_cursor(&list, found.next) }))
}
