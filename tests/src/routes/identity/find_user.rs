//! `find_user`.

use serde_json::{Value, json};
use testkit::{Reply, call, post};

use super::world::World;

async fn find(world: &World, token: &str, body: Value) -> Reply {
    call(&world.router, post("/v1/admin/users/find").bearer(token).json(body)).await
}

#[tokio::test]
async fn an_exact_address_finds_its_owner_and_no_other() {
    let world = World::new().await;
    let cy = world.kit.admin("Cy").await;
    let ada = world.kit.member("Ada").await;
    world.kit.member("Adam").await;
    for email in ["ada@example.com", "ADA@example.com"] {
        let reply = find(&world, &cy.token, json!({ "email": email })).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        assert_eq!(reply.body["items"].as_array().unwrap().len(), 1);
        assert_eq!(reply.body["items"][0]["id"], json!(ada.user.id));
        assert_eq!(reply.body["items"][0]["spending_locked"], false);
    }
    let nobody = find(&world, &cy.token, json!({ "email": "bo@example.com" })).await;
    assert_eq!((nobody.status, &nobody.body), (200, &json!({ "items": [] })));
}

#[tokio::test]
async fn half_an_address_or_an_address_in_the_url_finds_nobody() {
    let world = World::new().await;
    let cy = world.kit.admin("Cy").await;
    world.kit.member("Ada").await;
    for body in [json!({ "email": "ada" }), json!({}), json!({ "email": "a@b.cd", "q": "" })] {
        let reply = find(&world, &cy.token, body).await;
        assert_eq!((reply.status, reply.problem()), (400, "invalid-request"));
    }
    let reply = find(&world, &cy.token, json!({ "email": "ada" })).await;
    assert_eq!(reply.body["errors"][0]["pointer"], "/email");
    let url = post("/v1/admin/users/find?email=ada@example.com").bearer(&cy.token);
    assert_eq!(call(&world.router, url.json(json!({}))).await.status, 400);
}
