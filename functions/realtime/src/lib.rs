//! The live room: sockets, who listens to which session, and the frames that reach them.
//!
//! HTTP routes give tickets and what was missed; the socket's three routes open, read and close it; two consumers tell the
//! sockets what the tables' streams say. A socket moves no money: whatever it carries can also be read over HTTP.

pub mod fan_out;
pub mod frames;
pub mod listen;
pub mod ping;
pub mod presence;
pub mod records;
pub mod relay;
pub mod sockets;

pub mod connect_socket;
pub mod disconnect_socket;
pub mod fan_out_money;
pub mod fan_out_sessions;
pub mod list_events;
pub mod open_ticket;
pub mod receive_frame;

use axum::extract::FromRef;
use live::frame::ClientFrame;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Ctx, Route};

use crate::sockets::Sockets;

/// What the routes of the domain need.
#[derive(Clone)]
pub struct App {
    /// Store, clock, configuration.
    pub ctx: Ctx,
    /// The open sockets.
    pub sockets: Sockets,
}

impl App {
    /// The domain over a context and an AWS configuration.
    #[must_use]
    pub fn new(ctx: Ctx, aws: &aws_config::SdkConfig) -> Self {
        let sockets = Sockets::new(aws, &ctx.config.realtime_url);
        Self { ctx, sockets }
    }
}

impl FromRef<App> for Ctx {
    fn from_ref(app: &App) -> Self {
        app.ctx.clone()
    }
}

/// All routes and consumers of the domain.
pub const ROUTES: &[Route] = &[
    open_ticket::ROUTE,
    list_events::ROUTE,
    connect_socket::ROUTE,
    receive_frame::ROUTE,
    disconnect_socket::ROUTE,
    fan_out_sessions::ROUTE,
    fan_out_money::ROUTE,
];

/// What clients send is in no HTTP operation, and still in the one document.
#[derive(OpenApi)]
#[openapi(components(schemas(ClientFrame)))]
struct Frames;

/// The routes of the domain.
pub fn router(app: App) -> OpenApiRouter {
    OpenApiRouter::with_openapi(Frames::openapi())
        .routes(routes!(open_ticket::handle))
        .routes(routes!(list_events::handle))
        .with_state(app)
}
