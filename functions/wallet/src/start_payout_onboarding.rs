//! `POST /v1/host/payouts/onboarding`: opens the processor's form in which the caller says where they are paid.
//!
//! The first call makes the connected account. Its id is derived from the host at the processor, so a crash before it is
//! stored makes the same account again. Cost: one or two requests to the processor, one transaction of three items.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use jiff::Timestamp;
use payments::{AccountIntent, AccountLinkIntent, PaymentError};
use serde::{Deserialize, Serialize};
use store::payout::{ConnectItem, PayeeItem, connect_key, replace_payee};
use store::user::User;
use store::{Table, Transaction};
use utoipa::ToSchema;
use web::{At, Auth, Caller, Keyed, Kind, Need, Once, Problem, Route, limit, once};

use crate::App;

/// The route.
pub const ROUTE: Route = Route::post("start_payout_onboarding", "/v1/host/payouts/onboarding")
    .auth(Auth::Host)
    .keyed()
    .refuses(&[Kind::TooManyRequests, Kind::PaymentState, Kind::VersionConflict])
    .needs(&[Need::APP_READ, Need::APP_PUT, Need::APP_UPDATE, Need::STRIPE_SECRET]);

/// Openings a host may ask for in ten minutes.
const STARTS_MAX: u64 = 5;

/// Nothing.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartPayoutOnboarding {}

/// Where to go.
#[derive(Serialize, ToSchema)]
pub struct PayoutOnboarding {
    /// The processor's page. It opens once.
    url: String,
    /// Until when it opens.
    expires_at: At,
}

/// Opens the form.
///
/// # Errors
/// 401, 403 unless a host, 409 when the processor refuses, 429, 503 when it cannot be reached.
#[utoipa::path(post, path = "/v1/host/payouts/onboarding", operation_id = "start_payout_onboarding", tag = "wallet",
    request_body = StartPayoutOnboarding, params(("Idempotency-Key" = String, Header, description = "8 to 200 visible ASCII characters, the same for each try.")),
    responses((status = 201, body = PayoutOnboarding)))]
pub async fn handle(
    State(app): State<App>,
    caller: Caller,
    request: Keyed<StartPayoutOnboarding>,
) -> Result<Response, Problem> {
    let user = caller.host()?;
    let now = app.ctx.now();
    let recorder = match once(&app.ctx, &ROUTE, user.id, &request, now).await? {
        Once::Replay(reply) => return Ok(reply),
        Once::First(recorder) => recorder,
    };
    limit(&app.ctx, "payout_onboarding", &user.id.to_string(), STARTS_MAX, 600, now).await?;
    let read = app.ctx.store.payee(&user.id.to_string()).await?;
    let (account, tx) = account(&app, user, read).await?;
    let link = link(&app, &account, now).await?;
    recorder.commit(&app.ctx, tx, StatusCode::CREATED, &link, Problem::from).await
}

/// The caller's connected account, and the writes that keep it if it is new.
async fn account(
    app: &App,
    user: &User,
    read: Option<PayeeItem>,
) -> Result<(String, Transaction), Problem> {
    if let Some(account) = read.as_ref().and_then(|payee| payee.account_id.clone()) {
        return Ok((account, Transaction::new()));
    }
    let host_id = user.id.to_string();
    let intent = AccountIntent { host_id: host_id.clone(), email: user.email.clone() };
    let payments = app.stripe.payments().await?;
    let account = payments.create_account(&intent).await.map_err(refusal)?;
    let payee = PayeeItem {
        host_id: host_id.clone(),
        account_id: Some(account.clone()),
        ..read.clone().unwrap_or_default()
    };
    let tx = replace_payee(Transaction::new(), read.as_ref(), payee);
    let connect = ConnectItem { host_id };
    let tx = tx.replace("connect", Table::App, &connect_key(&account), &connect, None);
    Ok((account, tx))
}

async fn link(app: &App, account: &str, now: Timestamp) -> Result<PayoutOnboarding, Problem> {
    let page = format!("{}/studio/earnings?payouts", app.ctx.config.site_url);
    let intent = AccountLinkIntent {
        link_id: runtime::new_id(now).to_string(),
        account: account.to_owned(),
        refresh_url: format!("{page}=again"),
        return_url: format!("{page}=back"),
    };
    let payments = app.stripe.payments().await?;
    let link = payments.create_account_link(&intent).await.map_err(refusal)?;
    let expires_at = Timestamp::from_second(link.expires_at).map_err(Problem::internal)?;
    Ok(PayoutOnboarding { url: link.url, expires_at: expires_at.into() })
}

fn refusal(error: PaymentError) -> Problem {
    if error.is_retryable() {
        return Problem::new(Kind::Busy)
            .detail("The card processor does not answer. Please try again in a moment.")
            .retry_after(10)
            .cause(error);
    }
    Problem::new(Kind::PaymentState)
        .detail("The card processor refused to open an account for payouts. Please write to us.")
        .cause(error)
}
