//! What shows that the books are right: the conservation of every account, the signed roots of the hours, the public
//! status.
//!
//! One file a route, named like it. `conserve` compares every balance with its postings and reads only; `roots` is the
//! bucket of what is published. Each entry becomes a leaf of its hour's tree, each hour's root is signed and published
//! (`docs/proofs.md`); receipts read them in `sessions`.

pub mod conserve;
pub mod roots;

pub mod check_conservation;
pub mod collect_leaves;
pub mod publish_root;
pub mod read_conservation;
pub mod read_status;

use aws_config::SdkConfig;
use axum::extract::FromRef;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use web::{Ctx, Route};

use crate::roots::Roots;

/// All routes and consumers of the domain.
pub const ROUTES: &[Route] = &[
    read_conservation::ROUTE,
    read_status::ROUTE,
    check_conservation::ROUTE,
    collect_leaves::ROUTE,
    publish_root::ROUTE,
];

/// What the handlers of the domain share. Cloning is cheap.
#[derive(Clone)]
pub struct App {
    /// Store, clock, configuration and tokens.
    pub ctx: Ctx,
    /// The bucket of published roots.
    pub roots: Roots,
}

impl App {
    /// The domain over a context and an AWS configuration.
    #[must_use]
    pub fn new(ctx: Ctx, aws: &SdkConfig) -> Self {
        let roots = Roots::from_aws(&ctx.config.proofs_bucket, aws);
        Self { ctx, roots }
    }
}

impl FromRef<App> for Ctx {
    fn from_ref(app: &App) -> Self {
        app.ctx.clone()
    }
}

/// The routes of the domain.
pub fn router(app: App) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(read_conservation::handle))
        .routes(routes!(read_status::handle))
        .with_state(app)
}
