//! The bootstrap of the wallet domain: the routes and the processor's events, or the run of payouts, as `HANDLER` says.

// The futures of the SDK clients nest deeply.
#![recursion_limit = "256"]

use runtime::{Config, run_events, run_http, start_tracing};
use wallet::{App, router, run_payouts};
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
        "run_payouts" => {
            run_events(async |_: serde_json::Value| {
                run_payouts::handle(app, app.ctx.now()).await.map(|_| ())
            })
            .await
        }
        other => Err(format!("HANDLER: there is no handler `{other}` here").into()),
    }
}
