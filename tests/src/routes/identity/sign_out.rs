//! `sign_out`.

use serde_json::json;
use testkit::{Reply, call, post};

use super::world::{World, refresh_cookie};

async fn sign_out(world: &World, cookie: &str) -> Reply {
    call(&world.router, post("/v1/tokens/sign-out").cookie(cookie).json(json!({}))).await
}

#[tokio::test]
async fn signing_out_works_without_a_cookie_and_twice() {
    let world = World::new().await;
    let cookie = refresh_cookie(&world.sign_in("ada@example.com").await);
    for cookie in ["", "__Host-parlor_refresh=x", &cookie, &cookie] {
        let reply = sign_out(&world, cookie).await;
        assert_eq!(reply.status, 204);
        assert!(reply.set_cookie("__Host-parlor_refresh").unwrap().contains("Max-Age=0"));
        assert_eq!(reply.headers["cache-control"], "no-store");
        assert!(!reply.headers.contains_key("clear-site-data"), "Chromium hangs on it");
    }
    assert_eq!(world.refresh(&cookie).await.status, 401);
}

#[tokio::test]
async fn a_stranger_who_guesses_the_family_cannot_end_it() {
    let world = World::new().await;
    let cookie = refresh_cookie(&world.sign_in("ada@example.com").await);
    let (head, _) = cookie.rsplit_once('.').unwrap();
    sign_out(&world, &format!("{head}.{}", "A".repeat(43))).await;
    assert_eq!(world.refresh(&cookie).await.status, 200);
}

#[tokio::test]
async fn signing_out_ends_this_browser_alone() {
    let world = World::new().await;
    let one = refresh_cookie(&world.sign_in("ada@example.com").await);
    let other = refresh_cookie(&world.sign_in("ada@example.com").await);
    sign_out(&world, &one).await;
    assert_eq!(world.refresh(&one).await.status, 401);
    assert_eq!(world.refresh(&other).await.status, 200);
}
