//! `list_sign_ins`.

use identity::family::IDLE_SECONDS;
use serde_json::{Value, json};
use testkit::{Reply, call, get, post};

use super::world::{World, access, refresh_cookie};

const PATH: &str = "/v1/me/sign-ins";

/// Signs in with a browser of this name.
async fn sign_in(world: &World, email: &str, browser: &str) -> Reply {
    let mail = world.mail(email).await;
    let body = json!({ "email": email, "code": mail.code });
    let request = post("/v1/sign-in/code").header("user-agent", browser).json(body);
    let reply = call(&world.router, request).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply
}

async fn listed(world: &World, tokens: &Reply) -> Vec<Value> {
    let request = get(PATH).bearer(&access(tokens)).cookie(&refresh_cookie(tokens));
    let reply = call(&world.router, request).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.body["items"].as_array().unwrap().clone()
}

fn browsers(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["browser"].as_str().unwrap_or("nameless")).collect()
}

#[tokio::test]
async fn anonymous_is_refused() {
    let world = World::new().await;
    assert_eq!(call(&world.router, get(PATH)).await.status, 401);
}

#[tokio::test]
async fn ones_own_browsers_are_listed_newest_first_and_this_one_is_marked() {
    let world = World::new().await;
    let old = sign_in(&world, "ada@example.com", "Firefox").await;
    world.kit.clock.advance(3_600);
    let new = sign_in(&world, "ada@example.com", "Chrome").await;
    sign_in(&world, "bo@example.com", "Safari").await;
    let items = listed(&world, &new).await;
    assert_eq!(browsers(&items), ["Chrome", "Firefox"]);
    assert_eq!((&items[0]["current"], &items[1]["current"]), (&json!(true), &json!(false)));
    assert_eq!(items[1]["began_at"], "2026-11-20T15:00:00.000Z");
    assert_eq!(items[1]["seen_at"], "2026-11-20T15:00:00.000Z");
    let renewed = world.refresh(&refresh_cookie(&old)).await;
    let items = listed(&world, &renewed).await;
    assert_eq!(items[1]["began_at"], "2026-11-20T15:00:00.000Z");
    assert_eq!(items[1]["seen_at"], "2026-11-20T16:00:00.000Z");
    assert_eq!((&items[0]["current"], &items[1]["current"]), (&json!(false), &json!(true)));
}

#[tokio::test]
async fn what_is_over_is_not_listed() {
    let world = World::new().await;
    sign_in(&world, "ada@example.com", "idle").await;
    world.kit.clock.advance(IDLE_SECONDS);
    let out = sign_in(&world, "ada@example.com", "signed out").await;
    let here = sign_in(&world, "ada@example.com", "here").await;
    let request = post("/v1/tokens/sign-out").cookie(&refresh_cookie(&out)).json(json!({}));
    call(&world.router, request).await;
    assert_eq!(browsers(&listed(&world, &here).await), ["here"]);
    let everywhere = post("/v1/tokens/sign-out-everywhere").bearer(&access(&here)).json(json!({}));
    call(&world.router, everywhere).await;
    let again = sign_in(&world, "ada@example.com", "again").await;
    assert_eq!(browsers(&listed(&world, &again).await), ["again"]);
}

#[tokio::test]
async fn the_name_of_a_browser_is_bounded_and_may_be_missing() {
    let world = World::new().await;
    world.sign_in("ada@example.com").await;
    sign_in(&world, "ada@example.com", "").await;
    world.kit.clock.advance(1);
    let long = sign_in(&world, "ada@example.com", &"x".repeat(5_000)).await;
    let items = listed(&world, &long).await;
    assert_eq!(items.len(), 3);
    assert_eq!(items[0]["browser"].as_str().unwrap().len(), 256);
    assert!(items[1..].iter().all(|item| item.get("browser").is_none()));
}

#[tokio::test]
async fn a_hundred_are_a_page_and_who_is_suspended_still_sees_them() {
    let world = World::new().await;
    let ada = world.kit.member("Ada").await;
    for number in 0..101 {
        let (id, hash) = (runtime::new_id(world.kit.ctx().now()), format!("{number}"));
        let family = identity::family::begin(id, ada.user.id, 0, hash, None, world.kit.ctx().now());
        let tx = store::sign_in::create_family(store::Transaction::new(), &family);
        world.kit.store().commit(tx).await.unwrap();
        world.kit.clock.advance_ms(1);
    }
    world.kit.change(&ada.user, |user| user.suspended = true).await;
    let first = call(&world.router, get(PATH).bearer(&ada.token)).await;
    assert_eq!(first.body["items"].as_array().unwrap().len(), 100);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let path = format!("{PATH}?cursor={cursor}");
    let second = call(&world.router, get(&path).bearer(&ada.token)).await;
    assert_eq!(second.body["items"].as_array().unwrap().len(), 1);
    let bo = world.kit.member("Bo").await;
    let stolen = call(&world.router, get(&path).bearer(&bo.token)).await;
    assert_eq!((stolen.status, stolen.problem()), (400, "bad-cursor"));
}
