//! `start_second_factor`.

use serde_json::json;
use testkit::{call, get, post};

use super::authenticator::Phone;
use super::world::World;

#[tokio::test]
async fn nobody_begins_one_without_a_token_or_for_somebody_else() {
    let world = World::new().await;
    let reply = call(&world.router, post("/v1/me/second-factor").json(json!({}))).await;
    assert_eq!(reply.status, 401);
    let mut ada = Phone::new(&world, "ada@example.com").await;
    let body = json!({ "user_id": "019a9f60-0000-7000-8000-000000000001" });
    assert_eq!(ada.post("/v1/me/second-factor", body).await.status, 400);
    assert_eq!(ada.start().await.status, 201);
}

#[tokio::test]
async fn a_page_that_was_left_open_changes_nothing_about_who_signs_in() {
    let world = World::new().await;
    let mut ada = Phone::new(&world, "ada@example.com").await;
    world.kit.clock.advance(web::RECENT_SECONDS);
    let refreshed = world.refresh(&ada.cookie).await;
    ada.token = super::world::access(&refreshed);
    assert_eq!(ada.start().await.status, 201);
    world.kit.clock.advance(1);
    let (start, confirm) = (ada.start().await, ada.confirm("123456").await);
    assert_eq!((start.status, start.problem()), (403, "sign-in-again"));
    assert_eq!((confirm.status, confirm.problem()), (403, "sign-in-again"));
}

#[tokio::test]
async fn what_was_only_begun_does_nothing_at_a_sign_in() {
    let world = World::new().await;
    let mut ada = Phone::new(&world, "ada@example.com").await;
    ada.start().await;
    let me = call(&world.router, get("/v1/me").bearer(&ada.token)).await;
    assert_eq!(me.body["second_factor"], false);
    assert_eq!(world.sign_in("ada@example.com").await.status, 200);
}

#[tokio::test]
async fn beginning_anew_gives_another_secret_and_the_one_before_counts_no_more() {
    let world = World::new().await;
    let mut ada = Phone::new(&world, "ada@example.com").await;
    let first = ada.start().await;
    let old_code = ada.code();
    let second = ada.start().await;
    assert_ne!(first.body["secret"], second.body["secret"]);
    let reply = ada.confirm(&old_code).await;
    assert_eq!((reply.status, reply.problem()), (400, "second-factor-wrong"));
    assert_eq!(ada.confirm(&ada.code()).await.status, 200);
}

#[tokio::test]
async fn one_that_is_on_is_not_replaced() {
    let world = World::new().await;
    let mut ada = Phone::on(&world, "ada@example.com").await;
    let reply = ada.start().await;
    assert_eq!((reply.status, reply.problem()), (409, "conflict"));
    let challenge = ada.challenge().await;
    assert_eq!(ada.show(&challenge, &ada.code()).await.status, 200);
}

#[tokio::test]
async fn the_secret_is_shown_once_and_stored_nowhere() {
    let world = World::new().await;
    let mut ada = Phone::new(&world, "ada@example.com").await;
    let reply = ada.start().await;
    let secret = reply.body["secret"].as_str().unwrap();
    let uri = format!(
        "otpauth://totp/SoulSeer:ada%40example.com?secret={secret}&issuer=SoulSeer&algorithm=SHA1&digits=6&period=30"
    );
    assert_eq!(reply.body["uri"], uri);
    ada.keep(&ada.confirm(&ada.code()).await);
    world.deliver().await;
    let stored = format!("{:?}{:?}", world.kit.items("app", ""), world.events());
    for shown in ada.recovery_codes.iter().map(String::as_str).chain([secret]) {
        let bare = shown.replace('-', "").to_uppercase();
        assert!(!stored.contains(shown) && !stored.contains(&bare), "{shown}");
    }
}

#[tokio::test]
async fn somebody_begins_twenty_times_an_hour_at_most() {
    let world = World::new().await;
    let mut ada = Phone::new(&world, "ada@example.com").await;
    for _ in 0..20 {
        assert_eq!(ada.start().await.status, 201);
    }
    let reply = ada.start().await;
    assert_eq!((reply.status, reply.problem()), (429, "too-many-requests"));
    assert_eq!(ada.confirm(&ada.code()).await.status, 200, "the last one begun");
}
