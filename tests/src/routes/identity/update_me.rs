//! `read_me`, `update_me`.

use serde_json::{Value, json};
use testkit::{Fault, Reply, call, get, patch};

use super::world::World;

async fn update(world: &World, token: &str, body: Value) -> Reply {
    call(&world.router, patch("/v1/me").bearer(token).json(body)).await
}

#[tokio::test]
async fn anonymous_is_refused() {
    let world = World::new().await;
    assert_eq!(call(&world.router, get("/v1/me")).await.status, 401);
    assert_eq!(call(&world.router, patch("/v1/me").json(json!({}))).await.status, 401);
}

#[tokio::test]
async fn nobody_can_give_themselves_what_is_not_theirs_to_give() {
    let world = World::new().await;
    let ada = world.kit.member("Ada").await;
    for body in [
        json!({ "roles": ["admin"] }),
        json!({ "email": "x@example.com" }),
        json!({ "suspended": false }),
        json!({ "host_status": "verified" }),
        json!({ "id": "x" }),
    ] {
        let reply = update(&world, &ada.token, body).await;
        assert_eq!((reply.status, reply.problem()), (400, "invalid-request"));
    }
}

#[tokio::test]
async fn names_and_zones_are_checked_together() {
    let world = World::new().await;
    let ada = world.kit.member("Ada").await;
    let reply =
        update(&world, &ada.token, json!({ "display_name": " ", "time_zone": "Mars/Base" })).await;
    let pointers: Vec<_> =
        reply.body["errors"].as_array().unwrap().iter().map(|fault| &fault["pointer"]).collect();
    assert_eq!(pointers, ["/display_name", "/time_zone"]);
}

#[tokio::test]
async fn two_changes_at_once_do_not_overwrite_each_other_in_silence() {
    let world = World::new().await;
    let ada = world.kit.member("Ada").await;
    let (one, two) = tokio::join!(
        update(&world, &ada.token, json!({ "display_name": "One" })),
        update(&world, &ada.token, json!({ "time_zone": "Europe/Berlin" }))
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn a_member_changes_name_and_zone() {
    let world = World::new().await;
    let ada = world.kit.member("Ada").await;
    let reply = update(
        &world,
        &ada.token,
        json!({ "display_name": " Ada L. ", "time_zone": "Europe/Berlin" }),
    )
    .await;
    assert_eq!(reply.status, 200);
    let read = call(&world.router, get("/v1/me").bearer(&ada.token)).await;
    assert_eq!(read.body, reply.body);
    assert_eq!(read.body["display_name"], "Ada L.");
    assert_eq!(read.body["time_zone"], "Europe/Berlin");
    world.kit.aws.faults.once("TransactWriteItems", Fault::Throttle);
    assert_eq!(update(&world, &ada.token, json!({})).await.status, 200, "nothing to write");
}
