//! Identity: who somebody is, and how they prove it.
//!
//! Promises:
//! - A mailed code or link works once, for ten minutes, for the address it was mailed to; neither is stored anywhere.
//! - Whether an address is known cannot be told from any reply.
//! - The first sign-in makes one user, one wallet and one identity together, however many arrive at once.
//! - A refresh token works once. A used one that comes back after the grace revokes its family ([`family`]).
//! - An OIDC issuer proves an address only if it says that it verified it.
//! - Who has a second factor on gets no token without it; each of its codes counts once ([`totp`]).
//! - Each privileged act leaves an audit row in the same transaction.

use std::sync::Arc;

use aws_config::SdkConfig;
use axum::extract::FromRef;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Ctx, Route};

mod address;
pub mod answer_unknown;
pub mod browser;
pub mod confirm_second_factor;
pub mod end_sign_in;
pub mod family;
pub mod find_user;
pub mod finish_oidc;
pub mod list_audit;
pub mod list_issuers;
pub mod list_sign_ins;
pub mod list_sites;
pub mod list_users;
pub mod mail;
mod me;
pub mod oidc;
mod proof;
pub mod read_jwks;
pub mod read_me;
pub mod read_second_factor;
pub mod read_site;
pub mod refresh_token;
pub mod relay_outbox;
pub mod renew_recovery_codes;
mod second_factor;
mod second_step;
pub mod send_mail;
pub mod send_sign_in_mail;
mod session_cookie;
mod sign_in;
pub mod sign_in_with_code;
pub mod sign_in_with_link;
pub mod sign_in_with_second_factor;
pub mod sign_out;
pub mod sign_out_everywhere;
pub mod start_oidc;
pub mod start_second_factor;
pub mod switch_site;
pub mod totp;
pub mod turn_off_second_factor;
pub mod update_me;
pub mod update_user;

pub use address::{display_name_of, parse_email};
pub use me::{AdminUser, Me};
pub use proof::{Proof, proof};
pub use second_factor::secret as second_factor_secret;
pub use second_step::AwaitsSecondFactor;
pub use session_cookie::REFRESH_COOKIE;
pub use sign_in::Tokens;

/// What the handlers and consumers of this domain work with. Cloning is cheap.
#[derive(Clone)]
pub struct App {
    /// Store, clock, configuration, tokens.
    pub ctx: Ctx,
    /// The OIDC issuers, with what was read from them.
    pub issuers: Arc<oidc::Issuers>,
    /// The event bus.
    pub bus: aws_sdk_eventbridge::Client,
    /// The mail service.
    pub mailer: aws_sdk_sesv2::Client,
}

impl App {
    /// The domain over a context and an AWS configuration.
    ///
    /// # Errors
    /// When the HTTP client for issuers cannot be built.
    pub fn new(ctx: Ctx, aws: &SdkConfig) -> Result<Self, runtime::Error> {
        let secrets = aws_sdk_secretsmanager::Client::new(aws);
        let issuers = oidc::Issuers::new(ctx.config.oidc_issuers.clone(), secrets)?;
        Ok(Self {
            ctx,
            issuers: Arc::new(issuers),
            bus: aws_sdk_eventbridge::Client::new(aws),
            mailer: aws_sdk_sesv2::Client::new(aws),
        })
    }
}

impl FromRef<App> for Ctx {
    fn from_ref(app: &App) -> Self {
        app.ctx.clone()
    }
}

/// Every function of this domain.
pub const ROUTES: &[Route] = &[
    send_sign_in_mail::ROUTE,
    sign_in_with_code::ROUTE,
    sign_in_with_link::ROUTE,
    sign_in_with_second_factor::ROUTE,
    list_issuers::ROUTE,
    start_oidc::ROUTE,
    finish_oidc::ROUTE,
    refresh_token::ROUTE,
    sign_out::ROUTE,
    sign_out_everywhere::ROUTE,
    read_jwks::ROUTE,
    read_me::ROUTE,
    update_me::ROUTE,
    list_sign_ins::ROUTE,
    end_sign_in::ROUTE,
    read_second_factor::ROUTE,
    start_second_factor::ROUTE,
    confirm_second_factor::ROUTE,
    renew_recovery_codes::ROUTE,
    turn_off_second_factor::ROUTE,
    read_site::ROUTE,
    list_sites::ROUTE,
    switch_site::ROUTE,
    list_users::ROUTE,
    find_user::ROUTE,
    update_user::ROUTE,
    list_audit::ROUTE,
    answer_unknown::ROUTE,
    relay_outbox::ROUTE,
    send_mail::ROUTE,
];

/// The routes.
pub fn router(app: App) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(send_sign_in_mail::handle))
        .routes(routes!(sign_in_with_code::handle))
        .routes(routes!(sign_in_with_link::handle))
        .routes(routes!(sign_in_with_second_factor::handle))
        .routes(routes!(list_issuers::handle))
        .routes(routes!(start_oidc::handle))
        .routes(routes!(finish_oidc::handle))
        .routes(routes!(refresh_token::handle))
        .routes(routes!(sign_out::handle))
        .routes(routes!(sign_out_everywhere::handle))
        .routes(routes!(read_jwks::handle))
        .routes(routes!(read_me::handle, update_me::handle))
        .routes(routes!(list_sign_ins::handle))
        .routes(routes!(end_sign_in::handle))
        .routes(routes!(read_second_factor::handle, start_second_factor::handle))
        .routes(routes!(confirm_second_factor::handle))
        .routes(routes!(renew_recovery_codes::handle))
        .routes(routes!(turn_off_second_factor::handle))
        .routes(routes!(read_site::handle))
        .routes(routes!(list_sites::handle))
        .routes(routes!(switch_site::handle))
        .routes(routes!(list_users::handle))
        .routes(routes!(find_user::handle))
        .routes(routes!(update_user::handle))
        .routes(routes!(list_audit::handle))
        .with_state(app)
}
