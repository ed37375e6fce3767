//! On-demand sessions: request, answer, join, pause, end, settle, receipt; the tick and the charges.
//!
//! One file a route, named like it. `transition` commits what a participant's command decided, `charge` what time alone
//! demands, `settle` the end of both.

pub mod charge;
pub mod patience;
pub mod proofs;
pub mod queue;
pub mod receipt;
pub mod settle;
pub mod transition;

mod command;
mod locks;
mod note;
mod report;
mod text;
mod transcript;

pub mod accept_session;
pub mod billing_charge;
pub mod billing_tick;
pub mod cancel_session;
pub mod decide_report;
pub mod decline_session;
pub mod end_session;
pub mod export_messages;
pub mod join_session;
pub mod leave_session;
pub mod list_all_sessions;
pub mod list_messages;
pub mod list_reports;
pub mod list_requests;
pub mod list_sessions;
pub mod mark_messages;
pub mod put_note;
pub mod read_note;
pub mod read_receipt;
pub mod read_report;
pub mod read_session;
pub mod reconnect_session;
pub mod renew_session;
pub mod report_message;
pub mod request_session;
pub mod send_message;

use axum::extract::FromRef;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Ctx, Route};

/// What the routes of the domain need.
#[derive(Clone)]
pub struct App {
    ctx: Ctx,
}

impl App {
    /// The domain over a context.
    pub fn new(ctx: Ctx) -> Self {
        Self { ctx }
    }
}

impl FromRef<App> for Ctx {
    fn from_ref(app: &App) -> Self {
        app.ctx.clone()
    }
}

/// All routes and consumers of the domain.
pub const ROUTES: &[Route] = &[
    request_session::ROUTE,
    list_sessions::ROUTE,
    list_requests::ROUTE,
    read_session::ROUTE,
    accept_session::ROUTE,
    decline_session::ROUTE,
    cancel_session::ROUTE,
    join_session::ROUTE,
    leave_session::ROUTE,
    reconnect_session::ROUTE,
    renew_session::ROUTE,
    end_session::ROUTE,
    read_receipt::ROUTE,
    list_messages::ROUTE,
    send_message::ROUTE,
    mark_messages::ROUTE,
    export_messages::ROUTE,
    report_message::ROUTE,
    read_note::ROUTE,
    put_note::ROUTE,
    list_all_sessions::ROUTE,
    list_reports::ROUTE,
    read_report::ROUTE,
    decide_report::ROUTE,
    billing_tick::ROUTE,
    billing_charge::ROUTE,
];

/// The routes of the domain.
pub fn router(app: App) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(request_session::handle, list_sessions::handle))
        .routes(routes!(list_requests::handle))
        .routes(routes!(read_session::handle))
        .routes(routes!(accept_session::handle))
        .routes(routes!(decline_session::handle))
        .routes(routes!(cancel_session::handle))
        .routes(routes!(join_session::handle))
        .routes(routes!(leave_session::handle))
        .routes(routes!(reconnect_session::handle))
        .routes(routes!(renew_session::handle))
        .routes(routes!(end_session::handle))
        .routes(routes!(read_receipt::handle))
        .routes(routes!(list_messages::handle, send_message::handle))
        .routes(routes!(mark_messages::handle))
        .routes(routes!(export_messages::handle))
        .routes(routes!(report_message::handle))
        .routes(routes!(list_reports::handle))
        .routes(routes!(read_report::handle))
        .routes(routes!(decide_report::handle))
        .routes(routes!(read_note::handle, put_note::handle))
        .routes(routes!(list_all_sessions::handle))
        .with_state(app)
}
