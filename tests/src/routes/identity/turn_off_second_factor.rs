//! `turn_off_second_factor`.

use serde_json::json;
use testkit::{Reply, call, get, post};

use super::authenticator::Phone;
use super::world::World;

const PATH: &str = "/v1/me/second-factor/turn-off";

async fn turn_off(phone: &Phone<'_>, code: &str) -> Reply {
    phone.post(PATH, json!({ "code": code })).await
}

#[tokio::test]
async fn it_takes_a_token_a_factor_and_a_code() {
    let world = World::new().await;
    let anonymous = call(&world.router, post(PATH).json(json!({ "code": "123456" }))).await;
    assert_eq!(anonymous.status, 401);
    let bo = Phone::new(&world, "bo@example.com").await;
    assert_eq!(turn_off(&bo, "123456").await.status, 409);
    let ada = Phone::on(&world, "ada@example.com").await;
    for code in [ada.wrong_code(), ada.code_in(-1)] {
        let reply = turn_off(&ada, &code).await;
        assert_eq!((reply.status, reply.problem()), (400, "second-factor-wrong"));
    }
    let me = call(&world.router, get("/v1/me").bearer(&ada.token)).await;
    assert_eq!(me.body["second_factor"], true);
}

#[tokio::test]
async fn a_mail_is_enough_to_sign_in_afterwards_and_no_old_code_counts() {
    let world = World::new().await;
    let ada = Phone::on(&world, "ada@example.com").await;
    let challenge = ada.challenge().await;
    assert_eq!(turn_off(&ada, &ada.recovery_codes[0]).await.status, 204);
    world.deliver().await;
    assert!(world.last_mail().contains("turned off"), "{}", world.last_mail());
    assert_eq!(world.sign_in("ada@example.com").await.status, 200);
    let late = ada.show(&challenge, &ada.code()).await;
    assert_eq!((late.status, late.problem()), (410, "sign-in-expired"));
    assert!(world.kit.items("app", "USER#").iter().all(|item| item["sk"]["S"] != "FACTOR"));
}

#[tokio::test]
async fn it_can_be_set_up_anew_with_another_secret() {
    let world = World::new().await;
    let mut ada = Phone::on(&world, "ada@example.com").await;
    turn_off(&ada, &ada.code()).await;
    let old = ada.code();
    ada.start().await;
    assert_eq!(ada.confirm(&old).await.status, 400);
    assert_eq!(ada.confirm(&ada.code()).await.status, 200);
}
