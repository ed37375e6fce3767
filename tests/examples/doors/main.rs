//! Makes people with something between them on a deployed stack, for requests that a machine makes up.
//!
//! `cargo x schemathesis` starts it beside a stack, with the variables of one of the stack's functions, and sends
//! Schemathesis to the stack's own address. Each `GET /` here is a new scene: it writes to the stack's tables and signs with
//! its keys, and what people of a scene have done already they did through the product's own routers in this process.
#![expect(clippy::unwrap_used, reason = "a world that cannot be built should stop")]

mod scene;

use std::sync::Arc;

use aws_config::SdkConfig;
use axum::Router;
use axum::routing::get;
use hosts::photo::Photos;
use proofs::check_conservation::{self, Asked};
use utoipa_axum::router::OpenApiRouter;
use web::Ctx;

use scene::Theatre;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let aws = runtime::aws_config();
    let ctx = Ctx::from_aws(runtime::Config::from_env().unwrap(), &aws);
    // The schedule's first figure, which a new stack does not have yet.
    let proofs = proofs::App::new(ctx.clone(), &aws);
    check_conservation::handle(&proofs, Asked { if_due: true }, ctx.now()).await.unwrap();
    let api = web::serve(routers(&ctx, &aws));
    let theatre = Arc::new(Theatre::new(ctx, &aws, api).await);
    let scenes = Router::new().route("/", get(scene::next)).with_state(theatre);
    runtime::run_http(scenes).await.unwrap();
}

/// The routers of all domains.
fn routers(ctx: &Ctx, aws: &SdkConfig) -> OpenApiRouter {
    let photos = Photos::from_aws(&ctx.config.media_bucket, aws);
    let all = [
        identity::router(identity::App::new(ctx.clone(), aws).unwrap()),
        hosts::router(hosts::App::new(ctx.clone(), photos)),
        sessions::router(sessions::App::new(ctx.clone())),
        wallet::router(wallet::App::new(ctx.clone(), aws)),
        proofs::router(proofs::App::new(ctx.clone(), aws)),
        realtime::router(realtime::App::new(ctx.clone(), aws)),
        rooms::router(rooms::App::new(ctx.clone(), aws)),
    ];
    all.into_iter().fold(OpenApiRouter::new(), OpenApiRouter::merge)
}
