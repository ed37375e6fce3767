//! The bootstrap of the sessions domain: the routes, the tick or the worker, as `HANDLER` says.

use runtime::{Config, SqsEvent, run_events, run_http, start_tracing};
use sessions::queue::Queue;
use sessions::{App, billing_charge, billing_tick, router};
use web::{Ctx, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    start_tracing();
    let config = Config::from_env()?;
    let handler = config.handler.clone();
    let aws = runtime::aws_config();
    let ctx = &Ctx::from_aws(config, &aws);
    let queue = &Queue::new(aws_sdk_sqs::Client::new(&aws), &ctx.config.billing_queue_url);
    match handler.as_str() {
        "http" => run_http(serve(router(App::new(ctx.clone())))).await,
        "billing_tick" => {
            run_events(|_: serde_json::Value| billing_tick::handle(queue, ctx.now())).await
        }
        "billing_charge" => {
            run_events(|event: SqsEvent| async move {
                Ok::<_, runtime::Error>(billing_charge::handle(ctx, queue, event).await)
            })
            .await
        }
        other => Err(format!("HANDLER: there is no handler `{other}` here").into()),
    }
}
