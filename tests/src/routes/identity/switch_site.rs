//! `list_sites`, `switch_site`.

use serde_json::json;
use testkit::{call, get, put};

use super::world::World;

#[tokio::test]
async fn an_unknown_brand_is_refused_and_nothing_changes() {
    let world = World::new().await;
    let cy = world.kit.admin("Cy").await;
    let request = put("/v1/admin/site").bearer(&cy.token).json(json!({ "brand": "acme" }));
    let reply = call(&world.router, request).await;
    assert_eq!((reply.status, &reply.body["errors"][0]["pointer"]), (400, &json!("/brand")));
    assert!(world.kit.items("app", "AUDIT#").is_empty());
}

#[tokio::test]
async fn an_admin_switches_the_brand_and_it_is_audited() {
    let world = World::new().await;
    let cy = world.kit.admin("Cy").await;
    let request = put("/v1/admin/site").bearer(&cy.token).json(json!({ "brand": "hepcat" }));
    let reply = call(&world.router, request).await;
    assert_eq!((reply.status, &reply.body["name"]), (200, &json!("HepCat")));
    let site = call(&world.router, get("/v1/site")).await;
    assert_eq!(site.body["brand"], "hepcat");
    let rows = world.kit.items("app", "AUDIT#2026-11");
    assert_eq!(rows[0]["object_id"]["S"], "hepcat");
    assert_eq!(rows[0]["details"]["M"]["before"]["S"], "soulseer");
}

#[tokio::test]
async fn an_admin_sees_all_brands() {
    let world = World::new().await;
    let cy = world.kit.admin("Cy").await;
    let reply = call(&world.router, get("/v1/admin/sites").bearer(&cy.token)).await;
    let brands: Vec<_> =
        reply.body["items"].as_array().unwrap().iter().map(|site| &site["brand"]).collect();
    assert_eq!(brands, ["soulseer", "neuromancers", "hepcat"]);
}
