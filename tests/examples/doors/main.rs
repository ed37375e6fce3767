//! The whole API in one process, with people in it, for requests that a machine makes up.
//!
//! `cargo x schemathesis` starts it and sends Schemathesis to it. Every router is the product's own behind
//! `web::serve`, over the in-process DynamoDB and KMS of the testkit and the sandbox's Stripe and issuer. What is not
//! the product's: the clock moves on by [`STEP_MS`] with each request, every request comes from another network (the
//! limits of networks have tests of their own and would turn everything into 429), and `GET /_world/scene` makes people
//! with something between them and tells their tokens.
#![expect(clippy::unwrap_used, reason = "a world that cannot be built should stop")]

mod scene;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::routing::get;
use hosts::photo::Photos;
use runtime::OidcIssuer;
use sandbox::{Config, OidcClient, Running};
use serde_json::json;
use testkit::Kit;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;
use wallet::check_conservation::Asked;

use scene::Theatre;

/// How far a request moves the clock, milliseconds.
const STEP_MS: i64 = 100;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut kit = Kit::new().await;
    let _outside = connect(&mut kit).await;
    let (clock, requests) = (Arc::clone(&kit.clock), Arc::new(AtomicU32::new(0)));
    let api = web::serve(routers(&kit));
    wallet::check_conservation::handle(&wallet(&kit), Asked::default(), kit.ctx().now())
        .await
        .unwrap();
    let theatre = Arc::new(Theatre::new(kit, api.clone()).await);
    // What API Gateway would add, and a step of the clock.
    let arrive = from_fn(move |mut request: Request, next: Next| {
        clock.advance_ms(STEP_MS);
        let number = requests.fetch_add(1, Ordering::Relaxed);
        let network = IpAddr::V4(Ipv4Addr::from(0x0A00_0000 | (number & 0x00FF_FFFF)));
        request.extensions_mut().insert(runtime::Peer(network));
        next.run(request)
    });
    let scenes = Router::new().route("/_world/scene", get(scene::next)).with_state(theatre);
    runtime::run_http(scenes.merge(api.layer(arrive))).await.unwrap();
}

/// The routers of all domains.
fn routers(kit: &Kit) -> OpenApiRouter {
    let aws = kit.aws.config();
    let photos = Photos::from_aws(&kit.config.media_bucket, &aws);
    let all = [
        identity::router(identity::App::new(kit.ctx(), &aws).unwrap()),
        hosts::router(hosts::App::new(kit.ctx(), photos)),
        sessions::router(sessions::App::new(kit.ctx())),
        wallet::router(wallet(kit)),
        realtime::router(realtime::App::new(kit.ctx(), &aws)),
        rooms::router(rooms::App::new(kit.ctx(), &aws)),
    ];
    all.into_iter().fold(OpenApiRouter::new(), OpenApiRouter::merge)
}

fn wallet(kit: &Kit) -> wallet::App {
    wallet::App::new(kit.ctx(), &kit.aws.config())
}

/// Makes the sandbox the world's card processor and issuer.
async fn connect(kit: &mut Kit) -> Running {
    let client = OidcClient {
        client_id: "parlor".into(),
        client_secret: None,
        redirect_uris: vec![format!("{}/sign-in/callback", kit.config.site_url)],
    };
    let config = Config { oidc_clients: vec![client], ..Config::default() };
    let outside = Running::start(config).await.unwrap();
    kit.config.stripe_base_url = Some(outside.url().to_owned());
    kit.config.oidc_issuers = vec![OidcIssuer {
        id: "sandbox".into(),
        name: "Sandbox".into(),
        issuer: format!("{}/oidc", outside.url()),
        client_id: "parlor".into(),
        client_secret_id: None,
    }];
    let keys = json!({ "secret_key": "sk_test_doors", "webhook_secret": Uuid::new_v4() });
    kit.aws.put_secret(kit.config.stripe_secret_id.as_deref().unwrap(), &keys.to_string());
    outside
}
