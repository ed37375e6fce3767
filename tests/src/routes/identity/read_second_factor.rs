//! `read_second_factor`.

use serde_json::{Value, json};
use testkit::{call, get};

use super::authenticator::Phone;
use super::world::World;

async fn read(phone: &Phone<'_>) -> Value {
    let request = get("/v1/me/second-factor").bearer(&phone.token);
    call(&phone.world.router, request).await.body
}

#[tokio::test]
async fn it_says_whether_it_is_on_since_when_and_how_many_codes_are_left() {
    let world = World::new().await;
    let anonymous = call(&world.router, get("/v1/me/second-factor")).await;
    assert_eq!(anonymous.status, 401);
    let mut ada = Phone::new(&world, "ada@example.com").await;
    assert_eq!(read(&ada).await, json!({ "on": false, "recovery_codes_left": 0 }));
    ada.start().await;
    assert_eq!(read(&ada).await["on"], false, "only begun");
    ada.keep(&ada.confirm(&ada.code()).await);
    let on = json!({ "on": true, "confirmed_at": "2026-11-20T15:00:00.000Z", "recovery_codes_left": 10 });
    assert_eq!(read(&ada).await, on);
    let challenge = ada.challenge().await;
    assert_eq!(ada.show(&challenge, &ada.recovery_codes[3]).await.status, 200);
    assert_eq!(read(&ada).await["recovery_codes_left"], 9);
    let bo = Phone::new(&world, "bo@example.com").await;
    assert_eq!(read(&bo).await["on"], false);
}
