//! What carries sound and picture of a session: how each side's browser gets in, only while time is paid.
//!
//! `open_media` is the one door. `access` says what it gives for each adapter, `ice` makes the credentials of a TURN server,
//! `meetings` keeps one meeting at Whereby a session, `keys` reads what vendors and servers share with us. No media passes
//! through here.

pub mod access;
pub mod ice;
pub mod keys;
pub mod meetings;

pub mod close_meetings;
pub mod open_media;

use aws_config::SdkConfig;
use axum::extract::FromRef;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Ctx, Route};

use crate::keys::RoomKeys;

/// What the routes of the domain need. Cloning is cheap.
#[derive(Clone)]
pub struct App {
    /// Store, clock, configuration and tokens.
    pub ctx: Ctx,
    /// The keys of servers and vendors.
    pub keys: RoomKeys,
}

impl App {
    /// The domain over a context and an AWS configuration; the keys come from the secret that the configuration names.
    #[must_use]
    pub fn new(ctx: Ctx, aws: &SdkConfig) -> Self {
        let secrets = aws_sdk_secretsmanager::Client::new(aws);
        let secret_id = ctx.config.room_secret_id.clone();
        let keys = RoomKeys::new(secrets, secret_id, ctx.config.whereby_base_url.clone());
        Self { ctx, keys }
    }
}

impl FromRef<App> for Ctx {
    fn from_ref(app: &App) -> Self {
        app.ctx.clone()
    }
}

/// All routes and consumers of the domain.
pub const ROUTES: &[Route] = &[open_media::ROUTE, close_meetings::ROUTE];

/// The routes of the domain.
pub fn router(app: App) -> OpenApiRouter {
    OpenApiRouter::new().routes(routes!(open_media::handle)).with_state(app)
}
