//! Hosts: applications, profiles, rates, photos, and the catalogue that people choose from.
//!
//! One file per route. What routes share: [`catalogue`] (filters, order and pages, pure), [`profile`] (what a profile
//! may say, pure), [`change`] (read, decide, commit, and again if somebody came between), [`photo`] (objects in S3),
//! [`picture`] (files without what they tell about their maker, pure), [`view`] (replies). Not here: weekly hours, reviews and favourites.

mod apply_to_host;
pub mod catalogue;
mod change;
mod finish_photo_upload;
mod list_applications;
mod list_hosts;
pub mod photo;
pub mod picture;
pub mod profile;
mod put_rates;
mod read_host;
mod read_host_self;
mod reject_host;
mod set_online;
mod start_photo_upload;
mod update_host_self;
mod verify_host;
pub mod view;

use axum::extract::FromRef;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Ctx, Route};

use crate::photo::Photos;

/// The state of the domain's routes.
#[derive(Clone)]
pub struct App {
    /// Store, clock, configuration, tokens.
    pub ctx: Ctx,
    /// The media bucket.
    pub photos: Photos,
    /// How many hosts the catalogue may hold; see [`store::host::Card`].
    pub hosts_max: usize,
}

impl App {
    /// The state over a context and a media bucket.
    #[must_use]
    pub fn new(ctx: Ctx, photos: Photos) -> Self {
        Self { ctx, photos, hosts_max: store::host::CARDS_MAX }
    }
}

impl FromRef<App> for Ctx {
    fn from_ref(app: &App) -> Self {
        app.ctx.clone()
    }
}

/// Every route of the domain.
pub const ROUTES: &[Route] = &[
    list_hosts::ROUTE,
    read_host::ROUTE,
    apply_to_host::ROUTE,
    read_host_self::ROUTE,
    update_host_self::ROUTE,
    put_rates::ROUTE,
    set_online::ROUTE,
    start_photo_upload::ROUTE,
    finish_photo_upload::ROUTE,
    list_applications::ROUTE,
    verify_host::ROUTE,
    reject_host::ROUTE,
];

/// The router of the domain; wrap it in [`web::serve`].
pub fn router(app: App) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(list_hosts::handle))
        .routes(routes!(read_host::handle))
        .routes(routes!(apply_to_host::handle))
        .routes(routes!(read_host_self::handle, update_host_self::handle))
        .routes(routes!(put_rates::handle))
        .routes(routes!(set_online::handle))
        .routes(routes!(start_photo_upload::handle))
        .routes(routes!(finish_photo_upload::handle))
        .routes(routes!(list_applications::handle))
        .routes(routes!(verify_host::handle))
        .routes(routes!(reject_host::handle))
        .with_state(app)
}
