//! Every admin route: who may not come in. Scenario 3 of the specification.

use identity::ROUTES;
use serde_json::json;
use testkit::{Request, call, get, patch, post, put};
use web::Auth;

use super::world::World;

/// A request that only its caller can make wrong.
fn request(id: &str) -> Request {
    let user = "/v1/admin/users/019a9f60-0000-7000-8000-000000000001";
    match id {
        "list_sites" => get("/v1/admin/sites"),
        "switch_site" => put("/v1/admin/site").json(json!({ "brand": "hepcat" })),
        "list_users" => get("/v1/admin/users"),
        "find_user" => post("/v1/admin/users/find").json(json!({ "email": "ada@example.com" })),
        "update_user" => patch(user).json(json!({ "suspended": true, "reason": "x" })),
        "list_audit" => get("/v1/admin/audit"),
        other => panic!("{other} has no row here"),
    }
}

#[tokio::test]
async fn scenario_03_nobody_but_an_admin_passes_an_admin_wall() {
    let world = World::new().await;
    let (ada, bo, cy) =
        (world.kit.member("Ada").await, world.kit.host("Bo").await, world.kit.admin("Cy").await);
    let suspended = world.kit.admin("Dee").await;
    world.kit.change(&suspended.user, |user| user.suspended = true).await;
    let walls = ROUTES.iter().filter(|route| route.auth == Auth::Admin);
    let mut seen = 0;
    for route in walls {
        seen += 1;
        let status = async |token: Option<&str>| {
            let request = request(route.id);
            let request = match token {
                Some(token) => request.bearer(token),
                None => request,
            };
            call(&world.router, request).await
        };
        assert_eq!(status(None).await.status, 401, "{} anonymous", route.id);
        for (who, person) in [("member", &ada), ("host", &bo)] {
            let reply = status(Some(&person.token)).await;
            assert_eq!((reply.status, reply.problem()), (403, "forbidden"), "{} {who}", route.id);
        }
        let writes = route.method != "GET";
        let reply = status(Some(&suspended.token)).await;
        assert_eq!(reply.problem() == "suspended", writes, "{} suspended", route.id);
        let reply = status(Some(&cy.token)).await;
        assert!(matches!(reply.status, 200 | 404), "{} admin: {}", route.id, reply.text);
    }
    assert_eq!(seen, 6);
    let audited = world.kit.items("app", "AUDIT#").len();
    assert_eq!(audited, 1, "only the admin's switch left a trace");
}
