//! `sign_out_everywhere`.

use serde_json::json;
use testkit::{Reply, call, get, post};

use super::world::{World, access, refresh_cookie};

async fn everywhere(world: &World, token: &str) -> Reply {
    call(&world.router, post("/v1/tokens/sign-out-everywhere").bearer(token).json(json!({}))).await
}

#[tokio::test]
async fn anonymous_is_refused() {
    let world = World::new().await;
    let request = post("/v1/tokens/sign-out-everywhere").json(json!({}));
    assert_eq!(call(&world.router, request).await.status, 401);
}

#[tokio::test]
async fn every_token_from_before_is_refused_and_one_of_the_same_instant_after_it_counts() {
    let world = World::new().await;
    let one = world.sign_in("ada@example.com").await;
    let two = world.sign_in("ada@example.com").await;
    let bo = world.sign_in("bo@example.com").await;
    assert_eq!(everywhere(&world, &access(&one)).await.status, 204);
    for reply in [&one, &two] {
        let me = call(&world.router, get("/v1/me").bearer(&access(reply))).await;
        assert_eq!(me.status, 401);
        assert_eq!(world.refresh(&refresh_cookie(reply)).await.status, 401);
    }
    assert_eq!(world.refresh(&refresh_cookie(&bo)).await.status, 200);
    let again = world.sign_in("ada@example.com").await;
    let me = call(&world.router, get("/v1/me").bearer(&access(&again))).await;
    assert_eq!(me.status, 200);
}

#[tokio::test]
async fn it_stays_possible_for_who_is_suspended() {
    let world = World::new().await;
    let ada = world.kit.member("Ada").await;
    world.kit.change(&ada.user, |user| user.suspended = true).await;
    assert_eq!(everywhere(&world, &ada.token).await.status, 204);
}
