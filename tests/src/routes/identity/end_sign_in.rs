//! `end_sign_in`.

use testkit::{Reply, call, delete, get};

use super::world::{World, access, refresh_cookie};

async fn end(world: &World, token: &str, id: &str) -> Reply {
    call(&world.router, delete(&format!("/v1/me/sign-ins/{id}")).bearer(token)).await
}

/// The id of the sign-in that these tokens belong to.
async fn id_of(world: &World, tokens: &Reply) -> String {
    let request = get("/v1/me/sign-ins").bearer(&access(tokens)).cookie(&refresh_cookie(tokens));
    let items = call(&world.router, request).await.body["items"].as_array().unwrap().clone();
    let here = items.iter().find(|item| item["current"] == true).unwrap();
    here["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn anonymous_and_strangers_end_nothing() {
    let world = World::new().await;
    let ada = world.sign_in("ada@example.com").await;
    let bo = world.sign_in("bo@example.com").await;
    let id = id_of(&world, &ada).await;
    let anonymous = call(&world.router, delete(&format!("/v1/me/sign-ins/{id}"))).await;
    assert_eq!(anonymous.status, 401);
    for id in [id.as_str(), "019a9f60-0000-7000-8000-00000000dead", "x"] {
        let reply = end(&world, &access(&bo), id).await;
        assert_eq!((reply.status, reply.problem()), (404, "not-found"), "{id}");
    }
    assert_eq!(world.refresh(&refresh_cookie(&ada)).await.status, 200);
}

#[tokio::test]
async fn one_browser_is_signed_out_from_another_and_no_third() {
    let world = World::new().await;
    let lost = world.sign_in("ada@example.com").await;
    let here = world.sign_in("ada@example.com").await;
    let id = id_of(&world, &lost).await;
    assert_eq!(end(&world, &access(&here), &id).await.status, 204);
    assert_eq!(world.refresh(&refresh_cookie(&lost)).await.status, 401);
    assert_eq!(end(&world, &access(&here), &id).await.status, 404, "it has ended");
    assert_eq!(world.refresh(&refresh_cookie(&here)).await.status, 200);
}

#[tokio::test]
async fn it_stays_possible_for_who_is_suspended() {
    let world = World::new().await;
    let tokens = world.sign_in("ada@example.com").await;
    let id = id_of(&world, &tokens).await;
    let ada = tokens.body["me"]["id"].as_str().unwrap().parse().unwrap();
    let ada = store::user::find(&world.kit.store(), ada).await.unwrap().unwrap();
    world.kit.change(&ada, |user| user.suspended = true).await;
    assert_eq!(end(&world, &access(&tokens), &id).await.status, 204);
}
