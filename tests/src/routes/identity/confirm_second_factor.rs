//! `confirm_second_factor`.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use testkit::{Fault, call, get, post};

use super::authenticator::Phone;
use super::world::{World, access};

fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

#[tokio::test]
async fn nothing_is_confirmed_without_a_token_or_before_it_was_begun() {
    let world = World::new().await;
    let request = post("/v1/me/second-factor/confirm").json(json!({ "code": "123456" }));
    assert_eq!(call(&world.router, request).await.status, 401);
    let ada = Phone::new(&world, "ada@example.com").await;
    let reply = ada.confirm("123456").await;
    assert_eq!((reply.status, reply.problem()), (409, "conflict"));
}

#[tokio::test]
async fn a_wrong_code_turns_nothing_on() {
    let world = World::new().await;
    let mut ada = Phone::new(&world, "ada@example.com").await;
    ada.start().await;
    for code in [ada.wrong_code(), ada.code_in(-2), ada.code_in(2)] {
        let reply = ada.confirm(&code).await;
        assert_eq!((reply.status, reply.problem()), (400, "second-factor-wrong"));
    }
    for code in ["", "12345", "1234567", "abcdef"] {
        let reply = ada.confirm(code).await;
        assert_eq!((reply.status, &reply.body["errors"][0]["pointer"]), (400, &json!("/code")));
    }
    assert_eq!(world.sign_in("ada@example.com").await.status, 200);
}

#[tokio::test]
async fn what_was_begun_more_than_an_hour_ago_must_be_begun_anew() {
    let world = World::new().await;
    let ada = world.kit.member("Ada").await;
    let mut phone = Phone::new(&world, "ada@example.com").await;
    phone.start().await;
    world.kit.clock.advance(3_600);
    phone.token = world.kit.token(&ada.user).await;
    assert_eq!(phone.confirm(&phone.code()).await.status, 409);
}

#[tokio::test]
async fn ten_tries_in_ten_minutes_and_thirty_a_day_are_enough() {
    let world = World::new().await;
    let ada = world.kit.member("Ada").await;
    let mut phone = Phone::new(&world, "ada@example.com").await;
    phone.start().await;
    for round in 0..4 {
        for number in 0..11 {
            let reply = phone.confirm(&phone.wrong_code()).await;
            let expected = if round == 3 || number == 10 { 429 } else { 400 };
            assert_eq!(reply.status, expected, "{round} {number}");
        }
        world.kit.clock.advance(600);
        phone.token = world.kit.token(&ada.user).await;
    }
}

#[tokio::test]
async fn it_is_on_at_once_whole_or_not_at_all_and_told_by_mail() {
    let world = World::new().await;
    let mut ada = Phone::new(&world, "ada@example.com").await;
    ada.start().await;
    world.kit.aws.faults.once("TransactWriteItems", Fault::Broken);
    assert_eq!(ada.confirm(&ada.code()).await.status, 503);
    let me = || call(&world.router, get("/v1/me").bearer(&ada.token));
    assert_eq!(me().await.body["second_factor"], false);
    let reply = ada.confirm(&ada.code()).await;
    assert_eq!(reply.body["recovery_codes"].as_array().unwrap().len(), 10);
    assert_eq!(me().await.body["second_factor"], true);
    let again = ada.confirm(&ada.code()).await;
    assert_eq!((again.status, again.problem()), (409, "conflict"));
    world.deliver().await;
    assert!(world.last_mail().contains("turned on"), "{}", world.last_mail());
}

#[tokio::test]
async fn the_browser_that_turned_it_on_has_shown_two_factors_and_no_other_has() {
    let world = World::new().await;
    let other = Phone::new(&world, "ada@example.com").await;
    let ada = Phone::on(&world, "ada@example.com").await;
    assert_eq!(claims(&ada.token).get("amr"), None, "the token of before");
    let here = world.refresh(&ada.cookie).await;
    assert_eq!(claims(&access(&here))["amr"], json!(["mfa"]));
    assert_eq!(claims(&access(&here))["auth_time"], claims(&ada.token)["iat"]);
    let there = world.refresh(&other.cookie).await;
    assert_eq!(claims(&access(&there)).get("amr"), None);
}
