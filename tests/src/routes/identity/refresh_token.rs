//! `refresh_token`.

use identity::family::{GRACE_SECONDS, IDLE_SECONDS};
use serde_json::json;
use testkit::{call, get, post};

use super::world::{World, access, refresh_cookie};

#[tokio::test]
async fn without_a_good_cookie_one_is_signed_out_and_the_cookie_goes() {
    let world = World::new().await;
    let good = refresh_cookie(&world.sign_in("ada@example.com").await);
    let (head, secret) = good.rsplit_once('.').unwrap();
    let (name, family) = head.split_once('=').unwrap();
    for cookie in [
        String::new(),
        "__Host-parlor_refresh=".into(),
        "__Host-parlor_refresh=a.b.c".into(),
        format!("{name}={family}"),
        format!("{name}={family}.{secret}.x"),
        format!("{good}; {good}"),
    ] {
        let reply = world.refresh(&cookie).await;
        assert_eq!((reply.status, reply.problem()), (401, "signed-out"), "{cookie}");
        let gone = reply.set_cookie("__Host-parlor_refresh").unwrap();
        assert!(gone.contains("Max-Age=0"), "{gone}");
    }
    assert_eq!(world.refresh(&good).await.status, 200);
}

#[tokio::test]
async fn a_refresh_rotates_the_cookie() {
    let world = World::new().await;
    let first = refresh_cookie(&world.sign_in("ada@example.com").await);
    world.kit.clock.advance(3_600);
    let reply = world.refresh(&first).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let second = refresh_cookie(&reply);
    assert_ne!(first, second);
    let me = call(&world.router, get("/v1/me").bearer(&access(&reply))).await;
    assert_eq!(me.body["email"], "ada@example.com");
    assert_eq!(world.refresh(&second).await.status, 200);
}

#[tokio::test]
async fn two_tabs_that_refresh_at_once_both_stay_signed_in() {
    let world = World::new().await;
    let cookie = refresh_cookie(&world.sign_in("ada@example.com").await);
    let (one, two) = tokio::join!(world.refresh(&cookie), world.refresh(&cookie));
    assert_eq!((one.status, two.status), (200, 200));
    let cookies: Vec<_> =
        [&one, &two].iter().filter_map(|reply| reply.cookie("__Host-parlor_refresh")).collect();
    assert_eq!(cookies.len(), 2);
    assert_eq!(cookies[0], cookies[1], "one line of refresh tokens goes on");
    world.kit.clock.advance(GRACE_SECONDS);
    let late = world.refresh(&cookie).await;
    assert_eq!(
        (late.status, late.cookie("__Host-parlor_refresh")),
        (200, Some(cookies[0].clone()))
    );
    assert_eq!(world.refresh(&cookies[0]).await.status, 200);
}

#[tokio::test]
async fn a_reply_that_was_lost_does_not_sign_out() {
    let world = World::new().await;
    let cookie = refresh_cookie(&world.sign_in("ada@example.com").await);
    // The page was loaded again before the reply, and so its cookie, was there.
    let _lost = world.refresh(&cookie).await;
    world.kit.clock.advance(2);
    let current = refresh_cookie(&world.refresh(&cookie).await);
    world.kit.clock.advance(GRACE_SECONDS * 50);
    assert_eq!(world.refresh(&current).await.status, 200);
}

#[tokio::test]
async fn who_copied_a_token_in_the_grace_is_found_by_its_next_use() {
    let world = World::new().await;
    let cookie = refresh_cookie(&world.sign_in("ada@example.com").await);
    let owner = refresh_cookie(&world.refresh(&cookie).await);
    let thief = refresh_cookie(&world.refresh(&cookie).await);
    let next = refresh_cookie(&world.refresh(&thief).await);
    world.kit.clock.advance(GRACE_SECONDS + 1);
    assert_eq!(world.refresh(&owner).await.status, 401);
    assert_eq!(world.refresh(&next).await.status, 401);
}

#[tokio::test]
async fn a_used_token_that_comes_back_after_the_grace_revokes_its_family() {
    let world = World::new().await;
    let stolen = refresh_cookie(&world.sign_in("ada@example.com").await);
    let other_browser = refresh_cookie(&world.sign_in("ada@example.com").await);
    let current = refresh_cookie(&world.refresh(&stolen).await);
    world.kit.clock.advance(GRACE_SECONDS + 1);
    let reply = world.refresh(&stolen).await;
    assert_eq!((reply.status, reply.problem()), (401, "signed-out"));
    assert_eq!(world.refresh(&current).await.status, 401, "owner and thief both sign in again");
    assert_eq!(world.refresh(&other_browser).await.status, 200, "another family goes on");
}

#[tokio::test]
async fn a_family_that_was_not_used_for_thirty_days_is_over() {
    let world = World::new().await;
    let cookie = refresh_cookie(&world.sign_in("ada@example.com").await);
    world.kit.clock.advance(IDLE_SECONDS - 1);
    let next = refresh_cookie(&world.refresh(&cookie).await);
    world.kit.clock.advance(IDLE_SECONDS);
    assert_eq!(world.refresh(&next).await.status, 401);
}

#[tokio::test]
async fn only_a_json_body_is_taken_so_that_no_form_of_another_site_can_refresh() {
    let world = World::new().await;
    let cookie = refresh_cookie(&world.sign_in("ada@example.com").await);
    let form = post("/v1/tokens/refresh")
        .cookie(&cookie)
        .header("content-type", "application/x-www-form-urlencoded")
        .text("a=1");
    assert_eq!(call(&world.router, form).await.status, 415);
    let extra = post("/v1/tokens/refresh").cookie(&cookie).json(json!({ "a": 1 }));
    assert_eq!(call(&world.router, extra).await.status, 400);
}

#[tokio::test]
async fn secrets_of_families_are_stored_as_hashes() {
    let world = World::new().await;
    let cookie = refresh_cookie(&world.sign_in("ada@example.com").await);
    let (_, secret) = cookie.rsplit_once('.').unwrap();
    let items = world.kit.items("app", "USER#");
    assert!(items.iter().all(|item| !item.to_string().contains(secret)));
}
