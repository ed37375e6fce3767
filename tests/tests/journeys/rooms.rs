//! What carries a session, on the deployed stack: roles, secrets, and a vendor that the sandbox stands for.

use parlor_tests::{Person, Stack};
use reqwest::Method;
use serde_json::{Value, json};

use crate::aws::Aws;
use crate::world::{Room, SHARED, World, key, text};

#[tokio::test]
async fn two_browsers_are_given_no_server_by_default_and_nothing_before_the_clock_runs() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let (member, host) = (world.member_with("iris", 2_000).await, speaker(&world, "Juno").await);
    let room = asked(member, host).await;
    let early = room.member.send(Method::POST, &room.at("media"), None, Some(&json!({}))).await;
    assert_eq!(early.unwrap().status, 409);
    begin(&room).await;
    let media = room.member.post(&room.at("media"), &json!({})).await.unwrap();
    assert_eq!(media, json!({ "adapter": "peer", "ice_servers": [] }));
    room.end(&world).await;
}

#[tokio::test]
async fn a_session_at_whereby_has_one_meeting_with_a_link_each_and_none_when_it_is_over() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let (member, host) = (world.member_with("lena", 3_000).await, speaker(&world, "Marlo").await);
    carried_by(&world.aws, &world.stack, "whereby").await;
    let room = asked(member, host).await;
    // The session keeps what it was requested with.
    carried_by(&world.aws, &world.stack, "peer").await;
    begin(&room).await;
    let guest = room.member.post(&room.at("media"), &json!({})).await.unwrap();
    let own = room.host.post(&room.at("media"), &json!({})).await.unwrap();
    let meeting = meeting_of(&world, &guest).await.unwrap();
    assert_eq!((&guest["adapter"], &own["adapter"]), (&json!("whereby"), &json!("whereby")));
    assert_eq!(own["room_url"], meeting["hostRoomUrl"]);
    let stranger = world.member("passer-by").await;
    let refused = stranger.send(Method::POST, &room.at("media"), None, Some(&json!({}))).await;
    assert_eq!(refused.unwrap().status, 404);
    world.aws.scheduled("CloseMeetings").await;
    assert!(meeting_of(&world, &guest).await.is_some(), "the session runs");
    room.end(&world).await;
    world.aws.scheduled("CloseMeetings").await;
    assert_eq!(meeting_of(&world, &guest).await, None);
}

/// A host who can be asked by voice.
async fn speaker(world: &World, name: &str) -> Person {
    let host = world.host(name, 100).await;
    let rates = json!({ "text_minor": 100, "voice_minor": 100 });
    host.put("/v1/host/rates", &rates).await.unwrap();
    host
}

/// A session by voice that waits for its host.
async fn asked(member: Person, host: Person) -> Room {
    let body = json!({ "host_id": host.id, "modality": "voice" });
    let session = member.post_once("/v1/sessions", &key(), &body).await.unwrap();
    let id = text(&session["id"]);
    Room { member, host, path: format!("/v1/sessions/{id}"), id }
}

async fn begin(room: &Room) {
    room.host.post(&room.at("accept"), &json!({})).await.unwrap();
    room.member.post(&room.at("join"), &json!({})).await.unwrap();
    let session = room.host.post(&room.at("join"), &json!({})).await.unwrap();
    assert_eq!(session["state"], "active", "{session}");
}

/// The vendor's meeting that a guest's link leads to.
async fn meeting_of(world: &World, guest: &Value) -> Option<Value> {
    let meetings = world.sandbox_get("/_sandbox/whereby/meetings").await;
    let mut meetings = meetings.as_array().unwrap().iter();
    meetings.find(|meeting| meeting["roomUrl"] == guest["room_url"]).cloned()
}

/// Says what carries the active brand's sessions, as `cargo x room` does.
async fn carried_by(aws: &Aws, stack: &Stack, adapter: &str) {
    let site = stack.call(None, Method::GET, "/v1/site", None, None).await.unwrap().body;
    let brand = text(&site["brand"]).to_owned();
    let mut item = attributes(&site)["M"].clone();
    item["pk"] = json!({ "S": "SITE" });
    item["sk"] = json!({ "S": format!("BRAND#{brand}") });
    item["room"] = json!({ "S": adapter });
    let put = json!({ "TableName": stack.outputs["AppTable"], "Item": item });
    let answer = aws.call("dynamodb", "DynamoDB_20120810.PutItem", &put).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// JSON as DynamoDB writes it.
fn attributes(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "NULL": true }),
        Value::Bool(bool) => json!({ "BOOL": bool }),
        Value::Number(number) => json!({ "N": number.to_string() }),
        Value::String(text) => json!({ "S": text }),
        Value::Array(items) => json!({ "L": items.iter().map(attributes).collect::<Vec<_>>() }),
        Value::Object(members) => {
            let members = members.iter().map(|(name, value)| (name.clone(), attributes(value)));
            json!({ "M": members.collect::<serde_json::Map<_, _>>() })
        }
    }
}
