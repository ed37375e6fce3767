//! The bootstrap of the rooms domain.

use rooms::{App, close_meetings, router};
use runtime::{Config, run_events, run_http, start_tracing};
use web::{Ctx, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    start_tracing();
    let config = Config::from_env()?;
    let handler = config.handler.clone();
    let aws = runtime::aws_config();
    let app = App::new(Ctx::from_aws(config, &aws), &aws);
    match handler.as_str() {
        "http" => run_http(serve(router(app))).await,
        "close_meetings" => {
            let app = &app;
            run_events(async |_: serde_json::Value| {
                close_meetings::handle(app, app.ctx.now()).await.map(|_| ())
            })
            .await
        }
        other => Err(format!("HANDLER: there is no handler `{other}` here").into()),
    }
}
