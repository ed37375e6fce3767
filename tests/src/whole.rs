//! The API as a whole: the routers and routes of all domains.

use hosts::photo::Photos;
use testkit::Kit;
use utoipa_axum::router::OpenApiRouter;
use web::Route;

/// Every route of every domain.
pub fn routes() -> Vec<Route> {
    [
        identity::ROUTES,
        hosts::ROUTES,
        sessions::ROUTES,
        wallet::ROUTES,
        proofs::ROUTES,
        realtime::ROUTES,
        rooms::ROUTES,
    ]
    .concat()
}

/// The routers of all domains.
pub fn routers(kit: &Kit) -> [OpenApiRouter; 7] {
    let aws = kit.aws.config();
    let photos = Photos::from_aws(&kit.config.media_bucket, &aws);
    [
        identity::router(identity::App::new(kit.ctx(), &aws).unwrap()),
        hosts::router(hosts::App::new(kit.ctx(), photos)),
        sessions::router(sessions::App::new(kit.ctx())),
        wallet::router(wallet::App::new(kit.ctx(), &aws)),
        proofs::router(proofs::App::new(kit.ctx(), &aws)),
        realtime::router(realtime::App::new(kit.ctx(), &aws)),
        rooms::router(rooms::App::new(kit.ctx(), &aws)),
    ]
}
