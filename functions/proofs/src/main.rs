//! The bootstrap of the proofs domain: the routes, a schedule's work, or the ledger's stream, as `HANDLER` says.

// The futures of the SDK clients nest deeply.
#![recursion_limit = "256"]

use proofs::check_conservation::Asked;
use proofs::{App, check_conservation, collect_leaves, publish_root, router};
use runtime::{Config, run_events, run_http, start_tracing};
use web::{Ctx, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    start_tracing();
    let config = Config::from_env()?;
    let handler = config.handler.clone();
    let aws = runtime::aws_config();
    let app = &App::new(Ctx::from_aws(config, &aws), &aws);
    match handler.as_str() {
        "http" => run_http(serve(router(app.clone()))).await,
        "check_conservation" => {
            run_events(|asked: Asked| check_conservation::handle(app, asked, app.ctx.now())).await
        }
        "collect_leaves" => run_events(|event| collect_leaves::handle(app, event)).await,
        "publish_root" => run_events(|event| publish_root::handle(app, event)).await,
        other => Err(format!("HANDLER: there is no handler `{other}` here").into()),
    }
}
