//! `POST /v1/wallet/top-ups`: opens the processor's page on which the caller pays into their wallet.
//!
//! The balance changes only when the processor's event arrives. The page is asked for before anything is stored: nobody
//! can pay on a page whose address was never given out, so a crash in between leaves nothing behind but a page that
//! runs out. Cost: one request to the processor, one transaction of two items.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use ledger::{Currency, Money};
use payments::{CheckoutIntent, PaymentError};
use serde::Deserialize;
use store::top_up::{TopUpItem, top_up_key};
use store::user::User;
use store::{Table, Transaction};
use utoipa::ToSchema;
use web::{Auth, Caller, Keyed, Kind, Need, Once, Problem, Route, limit, once};

use crate::read_top_up::TopUp;
use crate::{App, TOP_UP_MAX_MINOR, TOP_UP_MIN_MINOR};

/// The route.
pub const ROUTE: Route = Route::post("start_top_up", "/v1/wallet/top-ups")
    .auth(Auth::Member)
    .keyed()
    .refuses(&[Kind::TooManyRequests, Kind::PaymentState, Kind::SpendingLocked])
    .needs(&[
        Need::APP_READ,
        Need::APP_PUT,
        Need::APP_UPDATE,
        Need::LEDGER_READ,
        Need::STRIPE_SECRET,
    ]);

/// Top-ups a person may start in ten minutes (specification 12.6).
const STARTS_MAX: u64 = 5;

/// How much.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartTopUp {
    /// 1.00 to 500.00, in minor units.
    #[schema(minimum = 100, maximum = 50000)]
    amount_minor: i64,
}

/// Opens the page.
///
/// # Errors
/// 400 outside the limits, 401, 403 while spending is locked, 409 when the processor refuses, 429, 503 when it cannot
/// be reached.
#[utoipa::path(post, path = "/v1/wallet/top-ups", operation_id = "start_top_up", tag = "wallet",
    request_body = StartTopUp, params(("Idempotency-Key" = String, Header, description = "8 to 200 visible ASCII characters, the same for each try.")),
    responses((status = 201, body = TopUp)))]
pub async fn handle(
    State(app): State<App>,
    caller: Caller,
    request: Keyed<StartTopUp>,
) -> Result<Response, Problem> {
    let user = caller.member()?;
    let amount_minor = request.body.amount_minor;
    if !(TOP_UP_MIN_MINOR..=TOP_UP_MAX_MINOR).contains(&amount_minor) {
        return Err(Problem::field("/amount_minor", "Must be from 1.00 to 500.00."));
    }
    let now = app.ctx.now();
    let recorder = match once(&app.ctx, &ROUTE, user.id, &request, now).await? {
        Once::Replay(reply) => return Ok(reply),
        Once::First(recorder) => recorder,
    };
    refuse_locked(&app, user).await?;
    limit(&app.ctx, "top_up", &user.id.to_string(), STARTS_MAX, 600, now).await?;
    let currency = Currency::parse(&app.ctx.config.currency).map_err(Problem::internal)?;
    let mut item = TopUpItem::new(
        runtime::new_id(now).to_string(),
        &user.id.to_string(),
        Money::new(amount_minor, currency),
        now.as_millisecond(),
    );
    let site = store::site::active(&app.ctx.store, &app.ctx.config.brand).await?;
    let intent = intent(&app, user, &item, site.name);
    let checkout = app.stripe.payments().await?.create_checkout(&intent).await.map_err(refusal)?;
    item.checkout_id = Some(checkout.id);
    item.checkout_url = Some(checkout.url);
    let tx = Transaction::new().create("top_up", Table::App, &top_up_key(&item.top_up_id), &item);
    let reply = TopUp::of(item)?;
    recorder.commit(&app.ctx, tx, StatusCode::CREATED, &reply, Problem::from).await
}

async fn refuse_locked(app: &App, user: &User) -> Result<(), Problem> {
    let wallet = app.ctx.store.wallet(&user.id.to_string()).await?;
    if wallet.is_some_and(|wallet| wallet.locked.is_some()) {
        return Err(Problem::new(Kind::SpendingLocked).detail(
            "A card payment of yours is disputed. Please write to us before adding more.",
        ));
    }
    Ok(())
}

fn intent(app: &App, user: &User, item: &TopUpItem, site_name: String) -> CheckoutIntent {
    let back = format!("{}/wallet?top_up={}", app.ctx.config.site_url, item.top_up_id);
    CheckoutIntent {
        top_up_id: item.top_up_id.clone(),
        member_id: item.member_id.clone(),
        amount_minor: item.amount_minor,
        currency: item.currency.as_str().to_owned(),
        email: user.email.clone(),
        cancel_url: format!("{back}&cancelled=1"),
        success_url: back,
        site_name,
    }
}

fn refusal(error: PaymentError) -> Problem {
    if error.is_retryable() {
        return Problem::new(Kind::Busy)
            .detail("The card processor does not answer. Please try again in a moment.")
            .retry_after(10)
            .cause(error);
    }
    Problem::new(Kind::PaymentState)
        .detail("The card processor refused this payment. Nothing was charged.")
        .cause(error)
}
