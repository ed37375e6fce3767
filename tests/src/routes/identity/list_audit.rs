//! `list_audit`.

use serde_json::json;
use testkit::{call, get, put};

use super::world::World;

#[tokio::test]
async fn a_month_that_is_none_is_refused() {
    let world = World::new().await;
    let cy = world.kit.admin("Cy").await;
    for month in ["2026-13", "2026", "2026-1", "2026-11-01", "x"] {
        let path = format!("/v1/admin/audit?month={month}");
        assert_eq!(call(&world.router, get(&path).bearer(&cy.token)).await.status, 400, "{month}");
    }
}

#[tokio::test]
async fn deeds_are_listed_by_month_newest_first() {
    let world = World::new().await;
    let cy = world.kit.admin("Cy").await;
    for brand in ["hepcat", "neuromancers", "soulseer"].iter().cycle().take(26) {
        world.kit.clock.advance(1);
        let request = put("/v1/admin/site").bearer(&cy.token).json(json!({ "brand": brand }));
        assert_eq!(call(&world.router, request).await.status, 200);
    }
    let first = call(&world.router, get("/v1/admin/audit").bearer(&cy.token)).await;
    let items = first.body["items"].as_array().unwrap();
    assert_eq!(items.len(), 24);
    assert_eq!(items[0]["at"], "2026-11-20T15:00:26.000Z");
    assert_eq!(
        (&items[0]["actor_name"], &items[0]["action"]),
        (&json!("Cy"), &json!("switch_site"))
    );
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let path = format!("/v1/admin/audit?month=2026-11&cursor={cursor}");
    let second = call(&world.router, get(&path).bearer(&cy.token)).await;
    assert_eq!(second.body["items"].as_array().unwrap().len(), 2);
    let other = format!("/v1/admin/audit?month=2026-10&cursor={cursor}");
    assert_eq!(call(&world.router, get(&other).bearer(&cy.token)).await.problem(), "bad-cursor");
    let empty = call(&world.router, get("/v1/admin/audit?month=2026-10").bearer(&cy.token)).await;
    assert_eq!(empty.body["items"], json!([]));
}
