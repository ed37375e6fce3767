//! The bootstrap of the identity domain.

use identity::{App, answer_unknown, relay_outbox, router, send_mail};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::start_tracing();
    let config = runtime::Config::from_env()?;
    let aws = runtime::aws_config();
    let handler = config.handler.clone();
    let app = App::new(web::Ctx::from_aws(config, &aws), &aws)?;
    match handler.as_str() {
        "http" => runtime::run_http(web::serve(router(app))).await,
        "answer_unknown" => runtime::run_http(web::serve(answer_unknown::router())).await,
        "relay_outbox" => runtime::run_events(|event| relay_outbox::handle(&app, event)).await,
        "send_mail" => runtime::run_events(|event| send_mail::handle(&app, event)).await,
        other => Err(format!("HANDLER: there is no {other} here").into()),
    }
}
