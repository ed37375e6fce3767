//! `list_users`.

use testkit::{Reply, call, get};

use super::world::World;

fn names(reply: &Reply) -> Vec<String> {
    let items = reply.body["items"].as_array().unwrap();
    items.iter().map(|user| user["display_name"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn people_are_listed_newest_first_in_pages_without_gaps() {
    let world = World::new().await;
    let cy = world.kit.admin("Cy").await;
    for number in 0..30 {
        world.kit.member(&format!("M{number:02}")).await;
    }
    let mut all = Vec::new();
    let mut path = "/v1/admin/users".to_owned();
    loop {
        let reply = call(&world.router, get(&path).bearer(&cy.token)).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        all.extend(names(&reply));
        let Some(cursor) = reply.body["next_cursor"].as_str() else { break };
        path = format!("/v1/admin/users?cursor={cursor}");
    }
    assert_eq!(all.len(), 31);
    assert_eq!((all[0].as_str(), all[30].as_str()), ("M29", "Cy"));
}

#[tokio::test]
async fn what_is_not_a_cursor_or_a_parameter_is_refused() {
    let world = World::new().await;
    let cy = world.kit.admin("Cy").await;
    for (query, kind) in [
        ("q=ada@example.com", "invalid-request"),
        ("cursor=xyz", "bad-cursor"),
        ("sort=name", "invalid-request"),
    ] {
        let reply =
            call(&world.router, get(&format!("/v1/admin/users?{query}")).bearer(&cy.token)).await;
        assert_eq!((reply.status, reply.problem()), (400, kind), "{query}");
    }
}
