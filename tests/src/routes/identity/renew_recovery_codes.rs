//! `renew_recovery_codes`.

use serde_json::json;
use testkit::{Reply, call, post};

use super::authenticator::Phone;
use super::world::World;

const PATH: &str = "/v1/me/second-factor/recovery-codes";

async fn renew(phone: &Phone<'_>, code: &str) -> Reply {
    phone.post(PATH, json!({ "code": code })).await
}

#[tokio::test]
async fn it_takes_a_token_a_factor_and_a_code_that_was_not_used() {
    let world = World::new().await;
    let anonymous = call(&world.router, post(PATH).json(json!({ "code": "123456" }))).await;
    assert_eq!(anonymous.status, 401);
    let bo = Phone::new(&world, "bo@example.com").await;
    let reply = renew(&bo, "123456").await;
    assert_eq!((reply.status, reply.problem()), (409, "conflict"));
    let ada = Phone::on(&world, "ada@example.com").await;
    for code in [ada.wrong_code(), ada.code_in(-1)] {
        let reply = renew(&ada, &code).await;
        assert_eq!((reply.status, reply.problem()), (400, "second-factor-wrong"));
    }
    let code = ada.code();
    assert_eq!(renew(&ada, &code).await.status, 200);
    assert_eq!(renew(&ada, &code).await.status, 400, "the same code once more");
}

#[tokio::test]
async fn the_new_codes_sign_in_and_those_before_do_not() {
    let world = World::new().await;
    let mut ada = Phone::on(&world, "ada@example.com").await;
    let old = ada.recovery_codes.clone();
    ada.keep(&renew(&ada, &ada.code()).await);
    assert!(ada.recovery_codes.iter().all(|code| !old.contains(code)));
    let challenge = ada.challenge().await;
    assert_eq!(ada.show(&challenge, &old[0]).await.status, 400);
    assert_eq!(ada.show(&challenge, &ada.recovery_codes[0]).await.status, 200);
}
