//! The bootstrap of the hosts domain.

use hosts::App;
use hosts::photo::Photos;
use web::Ctx;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), runtime::Error> {
    runtime::start_tracing();
    let config = runtime::Config::from_env()?;
    let aws = runtime::aws_config();
    let photos = Photos::from_aws(&config.media_bucket, &aws);
    let app = App::new(Ctx::from_aws(config, &aws), photos);
    runtime::run_http(web::serve(hosts::router(app))).await
}
