//! `GET /v1/host/earnings`.

use serde_json::{Value, json};
use testkit::{Kit, call, get};

use super::till::Till;
use crate::session_world::{Who, World};

const PATH: &str = "/v1/host/earnings";

#[tokio::test]
async fn earnings_are_for_hosts() {
    let kit = Kit::new().await;
    let till = Till::over(&kit);
    let ada = kit.member("Ada").await;
    assert_eq!(call(&till.router, get(PATH)).await.status, 401);
    let reply = call(&till.router, get(PATH).bearer(&ada.token)).await;
    assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
}

#[tokio::test]
async fn a_host_sees_what_is_held_and_what_was_earned() {
    let world = World::new(5_000).await;
    let till = Till::over(&world.kit);
    let earnings = async || till.read(get(PATH).bearer(&world.token(Who::R).await)).await;
    let empty = json!({ "available_minor": 0, "held_minor": 0, "currency": "USD", "items": [] });
    assert_eq!(earnings().await, empty);
    let session = world.active().await;
    assert_eq!(earnings().await["held_minor"], 210);
    world.room(&session, 0, 170).await;
    world.at(175);
    world.done(Who::C, &session, "end").await;
    let after = earnings().await;
    assert_eq!((&after["available_minor"], &after["held_minor"]), (&json!(630), &json!(0)));
    let line = &after["items"][0];
    let expected = json!({
        "reason": "settlement", "session_id": session, "member_name": "Cleo", "minutes": 3,
        "gross_minor": 900, "share_minor": 630, "fee_minor": 270,
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(&line[name], value, "{name}: {line}");
    }
    assert_eq!(after["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(after["next_cursor"], Value::Null);
}
