//! The bootstrap of the realtime domain.

use realtime::{
    App, connect_socket, disconnect_socket, fan_out_money, fan_out_sessions, receive_frame, router,
};
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
        "connect_socket" => run_events(|event| connect_socket::handle(app, event)).await,
        "receive_frame" => run_events(|event| receive_frame::handle(app, event)).await,
        "disconnect_socket" => run_events(|event| disconnect_socket::handle(app, event)).await,
        "fan_out_sessions" => run_events(|event| fan_out_sessions::handle(app, event)).await,
        "fan_out_money" => run_events(|event| fan_out_money::handle(app, event)).await,
        other => Err(format!("HANDLER: there is no handler `{other}` here").into()),
    }
}
