//! `update_user`.

use serde_json::{Value, json};
use testkit::{Person, Reply, call, get, patch, put};

use super::authenticator::Phone;
use super::world::World;

async fn update(world: &World, admin: &Person, user_id: &str, body: Value) -> Reply {
    let path = format!("/v1/admin/users/{user_id}");
    call(&world.router, patch(&path).bearer(&admin.token).json(body)).await
}

#[tokio::test]
async fn who_does_not_exist_cannot_be_changed() {
    let world = World::new().await;
    let cy = world.kit.admin("Cy").await;
    for id in ["019a9f60-0000-7000-8000-000000000001", "not-an-id"] {
        let reply = update(&world, &cy, id, json!({ "suspended": true, "reason": "x" })).await;
        assert_eq!((reply.status, reply.problem()), (404, "not-found"), "{id}");
    }
}

#[tokio::test]
async fn every_change_needs_a_reason_and_sensible_roles() {
    let world = World::new().await;
    let (cy, ada) = (world.kit.admin("Cy").await, world.kit.member("Ada").await);
    for (body, pointer) in [
        (json!({ "suspended": true }), "/reason"),
        (json!({ "suspended": true, "reason": "  " }), "/reason"),
        (json!({ "roles": ["admin"], "reason": "x" }), "/roles"),
        (json!({ "roles": ["member", "host"], "reason": "x" }), "/roles"),
        (json!({ "roles": ["member", "root"], "reason": "x" }), "/roles/1"),
        (json!({ "balance": 5, "reason": "x" }), "/balance"),
    ] {
        let reply = update(&world, &cy, &ada.id(), body).await;
        assert_eq!((reply.status, &reply.body["errors"][0]["pointer"]), (400, &json!(pointer)));
    }
    assert!(world.kit.items("app", "AUDIT#").is_empty());
}

#[tokio::test]
async fn an_admin_cannot_lock_themselves_out() {
    let world = World::new().await;
    let cy = world.kit.admin("Cy").await;
    for body in
        [json!({ "suspended": true, "reason": "x" }), json!({ "roles": ["member"], "reason": "x" })]
    {
        let reply = update(&world, &cy, &cy.id(), body).await;
        assert_eq!((reply.status, reply.problem()), (409, "last-admin"));
    }
}

#[tokio::test]
async fn a_suspension_holds_from_the_next_request_and_is_audited() {
    let world = World::new().await;
    let (cy, ada) = (world.kit.admin("Cy").await, world.kit.member("Ada").await);
    let body = json!({ "suspended": true, "reason": "Threats in a session." });
    let reply = update(&world, &cy, &ada.id(), body).await;
    assert_eq!((reply.status, &reply.body["suspended"]), (200, &json!(true)));
    let write = patch("/v1/me").bearer(&ada.token).json(json!({ "display_name": "X" }));
    assert_eq!(call(&world.router, write).await.problem(), "suspended");
    assert_eq!(call(&world.router, get("/v1/me").bearer(&ada.token)).await.status, 200);
    let row = &world.kit.items("app", "AUDIT#2026-11")[0];
    assert_eq!(row["actor_id"]["S"], cy.id());
    assert_eq!(row["details"]["M"]["reason"]["S"], "Threats in a session.");
}

#[tokio::test]
async fn an_appointed_admin_may_act_at_once_and_a_dismissed_one_may_not() {
    let world = World::new().await;
    let (cy, ada) = (world.kit.admin("Cy").await, world.kit.member("Ada").await);
    let switch = || put("/v1/admin/site").bearer(&ada.token).json(json!({ "brand": "hepcat" }));
    assert_eq!(call(&world.router, switch()).await.status, 403);
    let body = json!({ "roles": ["member", "admin"], "reason": "Joins the team." });
    assert_eq!(update(&world, &cy, &ada.id(), body).await.status, 200);
    assert_eq!(call(&world.router, switch()).await.status, 200);
    let body = json!({ "roles": ["member"], "reason": "Left the team." });
    assert_eq!(update(&world, &cy, &ada.id(), body).await.status, 200);
    assert_eq!(call(&world.router, switch()).await.status, 403);
}

#[tokio::test]
async fn spending_is_locked_and_opened_on_the_wallet() {
    let world = World::new().await;
    let (cy, ada) = (world.kit.admin("Cy").await, world.kit.member("Ada").await);
    world.kit.fund(&ada, 2_500).await;
    for locked in [true, false] {
        let body = json!({ "spending_locked": locked, "reason": "A dispute." });
        let reply = update(&world, &cy, &ada.id(), body).await;
        assert_eq!((reply.status, &reply.body["spending_locked"]), (200, &json!(locked)));
        let wallet = world
            .kit
            .items("ledger", "MEMBER#")
            .into_iter()
            .find(|item| item["sk"]["S"] == "WALLET" && item["member_id"]["S"] == ada.id())
            .unwrap();
        assert_eq!(wallet["locked"].is_null(), !locked);
        assert_eq!(wallet["available_minor"]["N"], "2500");
    }
}

#[tokio::test]
async fn an_admin_signs_somebody_out_everywhere() {
    let world = World::new().await;
    let (cy, ada) = (world.kit.admin("Cy").await, world.kit.member("Ada").await);
    let reply = update(&world, &cy, &ada.id(), json!({ "sign_out": false, "reason": "x" })).await;
    assert_eq!(reply.status, 200);
    assert_eq!(call(&world.router, get("/v1/me").bearer(&ada.token)).await.status, 200);
    let body = json!({ "sign_out": true, "reason": "A lost telephone." });
    assert_eq!(update(&world, &cy, &ada.id(), body).await.status, 200);
    let reply = call(&world.router, get("/v1/me").bearer(&ada.token)).await;
    assert_eq!((reply.status, reply.problem()), (401, "not-signed-in"));
    assert_eq!(world.kit.items("app", "AUDIT#").len(), 1);
}

#[tokio::test]
async fn an_admin_removes_a_lost_second_factor_and_every_sign_in_with_it() {
    let world = World::new().await;
    let (cy, user) = (world.kit.admin("Cy").await, world.kit.member("Ada").await);
    let ada = Phone::on(&world, "ada@example.com").await;
    let challenge = ada.challenge().await;
    let body = json!({ "second_factor": false, "reason": "Lost the phone; known by voice." });
    let reply = update(&world, &cy, &user.id(), body.clone()).await;
    assert_eq!(
        (reply.status, &reply.body["second_factor"]),
        (200, &json!(false)),
        "{}",
        reply.text
    );
    assert_eq!(world.refresh(&ada.cookie).await.status, 401);
    assert_eq!(call(&world.router, get("/v1/me").bearer(&ada.token)).await.status, 401);
    assert_eq!(ada.show(&challenge, &ada.code()).await.status, 410);
    let row = &world.kit.items("app", "AUDIT#")[0];
    assert_eq!(row["details"]["M"]["second_factor"]["S"], "removed");
    assert_eq!(row["details"]["M"]["reason"]["S"], "Lost the phone; known by voice.");
    world.deliver().await;
    assert!(world.last_mail().contains("An admin removed"), "{}", world.last_mail());
    assert_eq!(world.sign_in("ada@example.com").await.status, 200);
    let again = update(&world, &cy, &user.id(), body).await;
    assert_eq!((again.status, again.problem()), (409, "conflict"));
}

#[tokio::test]
async fn nobody_is_given_a_second_factor_and_an_admin_keeps_their_own() {
    let world = World::new().await;
    let (cy, ada) = (world.kit.admin("Cy").await, world.kit.member("Ada").await);
    Phone::on(&world, "cy@example.com").await;
    let given = json!({ "second_factor": true, "reason": "x" });
    let reply = update(&world, &cy, &ada.id(), given).await;
    assert_eq!(
        (reply.status, &reply.body["errors"][0]["pointer"]),
        (400, &json!("/second_factor"))
    );
    let own = json!({ "second_factor": false, "reason": "x" });
    let reply = update(&world, &cy, &cy.id(), own).await;
    assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
    let me = call(&world.router, get("/v1/me").bearer(&cy.token)).await;
    assert_eq!(me.body["second_factor"], true);
}
