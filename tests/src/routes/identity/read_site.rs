//! `read_site`.

use testkit::{call, get};

use super::world::World;

#[tokio::test]
async fn everybody_reads_the_brand_of_the_deployment_until_an_admin_switches() {
    let world = World::with(|config| config.brand = "neuromancers".into()).await;
    let reply = call(&world.router, get("/v1/site")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.headers["cache-control"], "public, max-age=60");
    assert_eq!(reply.body["brand"], "neuromancers");
    assert_eq!(reply.body["words"]["host"], "Peer");
    assert_eq!(reply.body["fee_percent"], "15");
}
