//! How often one network and one browser may knock (SoulSeer 12.6).

use http::header::RETRY_AFTER;
use serde_json::{Value, json};
use testkit::{Reply, call, post};

use super::world::{World, refresh_cookie};

async fn knock(world: &World, path: &str, body: Value, network: &str) -> Reply {
    call(&world.router, post(path).peer(network).json(body)).await
}

#[tokio::test]
async fn a_network_that_knocks_too_often_waits_and_others_do_not() {
    type Door<'a> = (&'a str, &'a dyn Fn(u32) -> Value, u32);
    let world = World::new().await;
    let code = |number: u32| json!({ "email": format!("a{number}@example.com"), "code": "123456" });
    let mail = |number: u32| json!({ "email": format!("a{number}@example.com") });
    let link = |number: u32| json!({ "token": format!("{number}") });
    let back = |number: u32| json!({ "state": format!("{number}"), "code": "x" });
    let doors: [Door<'_>; 4] = [
        ("/v1/sign-in/mail", &mail, 100),
        ("/v1/sign-in/code", &code, 200),
        ("/v1/sign-in/link", &link, 200),
        ("/v1/sign-in/oidc/finish", &back, 100),
    ];
    for (path, body, most) in doors {
        for number in 0..most {
            let reply = knock(&world, path, body(number), "203.0.113.7").await;
            assert_ne!(reply.status, 429, "{path}: the {number}th of {most}");
        }
        let reply = knock(&world, path, body(most), "203.0.113.7").await;
        assert_eq!((reply.status, reply.problem()), (429, "too-many-requests"), "{path}");
        let wait: u32 = reply.headers[RETRY_AFTER].to_str().unwrap().parse().unwrap();
        assert!((1..=600).contains(&wait), "{path}: {wait}");
        let other = knock(&world, path, body(most), "198.51.100.7").await;
        assert_ne!(other.status, 429, "{path}");
    }
    world.kit.clock.advance(600);
    let reply = knock(&world, "/v1/sign-in/code", code(0), "203.0.113.7").await;
    assert_ne!(reply.status, 429);
}

#[tokio::test]
async fn a_browser_refreshes_thirty_times_a_minute_at_most() {
    let world = World::new().await;
    let mut cookie = refresh_cookie(&world.sign_in("ada@example.com").await);
    for _ in 0..30 {
        let reply = world.refresh(&cookie).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        cookie = refresh_cookie(&reply);
    }
    let reply = world.refresh(&cookie).await;
    assert_eq!((reply.status, reply.problem()), (429, "too-many-requests"));
    let other = refresh_cookie(&world.sign_in("bo@example.com").await);
    assert_eq!(world.refresh(&other).await.status, 200);
    world.kit.clock.advance(60);
    assert_eq!(world.refresh(&cookie).await.status, 200, "waiting costs nobody the session");
}
