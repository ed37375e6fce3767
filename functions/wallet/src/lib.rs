//! Wallets: balances and statements, top-ups, a host's earnings, refunds, payouts, the card processor's events.
//!
//! One file a route, named like it. `apply` says what an event of the processor does, `payouts` pays hosts, `stripe` reads
//! the processor's keys.

pub mod apply;
pub mod payouts;
pub mod stripe;

pub mod hold_payouts;
pub mod list_payouts;
pub mod read_earnings;
pub mod read_payouts;
pub mod read_statement;
pub mod read_top_up;
pub mod read_wallet;
pub mod receive_stripe_event;
pub mod refund_minute;
pub mod release_payouts;
pub mod retry_payout;
pub mod run_payouts;
pub mod start_payout_onboarding;
pub mod start_top_up;

use aws_config::SdkConfig;
use axum::extract::FromRef;
use axum::routing::post;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Ctx, Route};

use crate::stripe::StripeKeys;

/// The smallest top-up, in minor units (SoulSeer specification 5.5).
pub const TOP_UP_MIN_MINOR: i64 = 100;
/// The largest top-up, in minor units (SoulSeer specification 5.5).
pub const TOP_UP_MAX_MINOR: i64 = 50_000;

/// All routes and consumers of the domain.
pub const ROUTES: &[Route] = &[
    read_wallet::ROUTE,
    read_statement::ROUTE,
    start_top_up::ROUTE,
    read_top_up::ROUTE,
    read_earnings::ROUTE,
    refund_minute::ROUTE,
    start_payout_onboarding::ROUTE,
    read_payouts::ROUTE,
    list_payouts::ROUTE,
    hold_payouts::ROUTE,
    release_payouts::ROUTE,
    retry_payout::ROUTE,
    receive_stripe_event::ROUTE,
    run_payouts::ROUTE,
];

/// What the handlers of the domain share. Cloning is cheap.
#[derive(Clone)]
pub struct App {
    /// Store, clock, configuration and tokens.
    pub ctx: Ctx,
    /// The card processor's keys.
    pub stripe: StripeKeys,
}

impl App {
    /// The domain over a context and an AWS configuration; the processor's keys come from the secret that the
    /// configuration names.
    #[must_use]
    pub fn new(ctx: Ctx, aws: &SdkConfig) -> Self {
        let secrets = aws_sdk_secretsmanager::Client::new(aws);
        let id = ctx.config.stripe_secret_id.clone();
        let stripe = StripeKeys::new(secrets, id, ctx.config.stripe_base_url.clone());
        Self { ctx, stripe }
    }
}

impl FromRef<App> for Ctx {
    fn from_ref(app: &App) -> Self {
        app.ctx.clone()
    }
}

/// The routes of the domain. The processor's events have a function URL and no operation in `openapi.json`.
pub fn router(app: App) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(read_wallet::handle))
        .routes(routes!(read_statement::handle))
        .routes(routes!(start_top_up::handle))
        .routes(routes!(read_top_up::handle))
        .routes(routes!(read_earnings::handle))
        .routes(routes!(refund_minute::handle))
        .routes(routes!(start_payout_onboarding::handle))
        .routes(routes!(read_payouts::handle))
        .routes(routes!(list_payouts::handle))
        .routes(routes!(hold_payouts::handle))
        .routes(routes!(release_payouts::handle))
        .routes(routes!(retry_payout::handle))
        .route("/", post(receive_stripe_event::handle))
        .with_state(app)
}
