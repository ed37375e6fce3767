//! `$default`: frames of clients, good and hostile.

use serde_json::json;

use crate::live_world::{Live, event};
use crate::session_world::Who;

fn subscribe(session_id: &str) -> serde_json::Value {
    json!({ "v": 1, "type": "subscribe", "session_id": session_id, "id": "q1" })
}

#[tokio::test]
async fn a_socket_that_we_do_not_know_is_closed() {
    let live = Live::new(900).await;
    live.ping("ghost").await;
    assert!(live.heard("ghost").iter().all(serde_json::Value::is_null));
    assert_eq!(live.w.kit.aws.sent("DeleteConnection")[0]["ConnectionId"], "ghost");
}

#[tokio::test]
async fn a_stranger_learns_nothing_of_a_session() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.socket(Who::Stranger, "s").await;
    live.socket(Who::C, "c").await;
    live.say("s", subscribe(&id)).await;
    live.say("c", subscribe("019a9f60-0000-7000-8000-00000000dead")).await;
    for socket in ["s", "c"] {
        let heard = live.heard(socket);
        assert_eq!(heard.len(), 1, "{heard:?}");
        assert_eq!(heard[0]["data"]["code"], "no_session");
        assert_eq!(heard[0]["data"]["id"], "q1");
    }
    live.say("s", json!({ "v": 1, "type": "signal", "session_id": id, "data": {} })).await;
    live.say("s", json!({ "v": 1, "type": "typing", "session_id": id, "typing": true })).await;
    let codes: Vec<_> = live.heard("s")[1..].iter().map(|it| it["data"]["code"].clone()).collect();
    assert_eq!(codes, ["not_subscribed", "not_subscribed"]);
    assert!(live.w.kit.items("app", "CHANNEL#").is_empty());
}

#[tokio::test]
async fn a_participant_hears_where_things_stand() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.deliver().await;
    live.listening(Who::R, "r", &id).await;
    live.socket(Who::C, "c").await;
    live.say("c", subscribe(&id)).await;
    let subscribed = &live.of_type("c", "subscribed")[0];
    assert_eq!(subscribed["session_id"], json!(id));
    let data = &subscribed["data"];
    assert_eq!((&data["id"], &data["peer_id"]), (&"q1".into(), &"c".into()));
    assert_eq!(data["peers"], json!([{ "peer_id": "r", "side": "host" }]));
    assert_eq!(data["session"], live.w.read(Who::C, &id).await);
    let known = live.events(Who::C, &id, 0).await;
    assert_eq!(data["last_seq"], known.body["last_seq"]);
    let came = &live.of_type("r", "presence")[0];
    assert_eq!(came["data"], json!({ "side": "member", "peer_id": "c", "connected": true }));
}

#[tokio::test]
async fn subscribing_twice_is_subscribing_once() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.listening(Who::R, "r", &id).await;
    live.listening(Who::C, "c", &id).await;
    live.say("c", subscribe(&id)).await;
    assert_eq!(live.of_type("c", "subscribed").len(), 2);
    assert_eq!(live.of_type("r", "presence").len(), 1);
    assert_eq!(live.w.kit.items("app", &format!("CHANNEL#{id}")).len(), 2);
}

#[tokio::test]
async fn a_socket_has_four_sessions_at_most() {
    let live = Live::new(9_000).await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        let id = live.w.requested().await;
        live.w.done(Who::C, &id, "cancel").await;
        ids.push(id);
    }
    live.socket(Who::C, "c").await;
    for id in &ids {
        live.say("c", subscribe(id)).await;
    }
    assert_eq!(live.of_type("c", "subscribed").len(), 4);
    assert_eq!(live.of_type("c", "notice")[0]["data"]["code"], "too_many_subscriptions");
    live.say("c", json!({ "v": 1, "type": "unsubscribe", "session_id": ids[0] })).await;
    live.say("c", subscribe(&ids[4])).await;
    assert_eq!(live.of_type("c", "subscribed").len(), 5);
}

#[tokio::test]
async fn a_signal_goes_to_the_other_side_alone_and_as_it_is() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    for (who, socket) in [(Who::C, "c1"), (Who::C, "c2"), (Who::R, "r1"), (Who::R, "r2")] {
        live.listening(who, socket, &id).await;
    }
    let data = json!({ "description": { "type": "offer", "sdp": "v=0\r\n" }, "n": [1, null, "é"] });
    live.say("c1", json!({ "v": 1, "type": "signal", "session_id": id, "data": data })).await;
    for socket in ["r1", "r2"] {
        let heard = live.of_type(socket, "signal");
        assert_eq!(heard.len(), 1);
        assert_eq!(heard[0]["data"], json!({ "from": "member", "peer_id": "c1", "data": data }));
        assert!(heard[0]["seq"].is_null());
    }
    let to = json!({ "v": 1, "type": "signal", "session_id": id, "to": "r2", "data": {} });
    live.say("c1", to).await;
    assert_eq!((live.of_type("r1", "signal").len(), live.of_type("r2", "signal").len()), (1, 2));
    let own = json!({ "v": 1, "type": "signal", "session_id": id, "to": "c2", "data": {} });
    live.say("c1", own).await;
    assert!(live.of_type("c1", "signal").is_empty() && live.of_type("c2", "signal").is_empty());
}

#[tokio::test]
async fn typing_is_heard_by_the_other_side_and_kept_nowhere() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.listening(Who::C, "c", &id).await;
    live.listening(Who::R, "r", &id).await;
    live.deliver().await;
    live.say("r", json!({ "v": 1, "type": "typing", "session_id": id, "typing": true })).await;
    let heard = live.of_type("c", "typing");
    assert_eq!(heard[0]["data"], json!({ "from": "host", "typing": true }));
    assert!(live.of_type("r", "typing").is_empty());
    let (app, ledger) = live.records();
    let session = |record: &runtime::StreamRecord| {
        let image = record.dynamodb.new_image.clone().unwrap_or_default();
        image["pk"]["S"].as_str().is_some_and(|pk| pk.starts_with("SESSION#"))
            && image["sk"]["S"] != "PRESENCE"
            && !image["sk"]["S"].as_str().is_some_and(|sk| sk.starts_with("EVENT#"))
    };
    assert!(!app.records.iter().any(session));
    assert!(ledger.records.is_empty());
}

#[tokio::test]
async fn hostile_texts_get_a_notice_and_change_nothing() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.listening(Who::C, "c", &id).await;
    let before = live.w.kit.items("app", "CHANNEL#");
    let texts = [
        String::new(),
        "null".into(),
        "{".into(),
        "[]".into(),
        "{\"v\":1}".into(),
        "{\"v\":9,\"type\":\"ping\"}".into(),
        "{\"v\":1,\"type\":\"session\",\"data\":{}}".into(),
        "{\"v\":1,\"type\":\"ping\",\"user_id\":\"x\"}".into(),
        format!("{{\"v\":1,\"type\":\"subscribe\",\"session_id\":\"{id}\",\"side\":\"host\"}}"),
        "{\"v\":1,\"type\":\"subscribe\",\"session_id\":\"SESSION#\"}".into(),
        "x".repeat(30_000),
        "[".repeat(20_000),
        "\u{fffd}\u{0}".into(),
    ];
    for (number, text) in texts.iter().enumerate() {
        live.text("c", text).await;
        let notices = live.of_type("c", "notice");
        assert_eq!(notices.len(), number + 1, "{text:.40}");
        let code = notices[number]["data"]["code"].as_str().unwrap();
        assert!(matches!(code, "bad_frame" | "too_large"), "{code}");
    }
    assert_eq!(live.w.kit.items("app", "CHANNEL#"), before);
}

#[tokio::test]
async fn a_flood_is_dropped_and_then_cut_off() {
    let live = Live::new(900).await;
    live.socket(Who::C, "c").await;
    for _ in 0..110 {
        live.ping("c").await;
    }
    assert_eq!(live.of_type("c", "pong").len(), 100);
    let notices = live.of_type("c", "notice");
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0]["data"]["code"], "too_many");
    live.w.at(10);
    live.ping("c").await;
    assert_eq!(live.of_type("c", "pong").len(), 101);
    for _ in 0..500 {
        live.text("c", "").await;
    }
    assert_eq!(live.w.kit.aws.sent("DeleteConnection").len(), 1);
}

#[tokio::test]
async fn a_ping_is_answered_with_the_last_number_of_each_session() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.deliver().await;
    live.listening(Who::C, "c", &id).await;
    live.say("c", json!({ "v": 1, "type": "ping", "id": "p1" })).await;
    let pong = &live.of_type("c", "pong")[0]["data"];
    assert_eq!(pong["id"], "p1");
    assert_eq!(pong["last_seq"][&id], live.events(Who::C, &id, 0).await.body["last_seq"]);
}

#[tokio::test]
async fn signing_out_everywhere_closes_a_socket_at_its_next_ping() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.listening(Who::C, "c", &id).await;
    live.w.kit.change(&live.w.c.user, |user| user.token_generation += 1).await;
    live.w.at(5);
    live.ping("c").await;
    assert_eq!(live.of_type("c", "notice")[0]["data"]["code"], "signed_out");
    assert_eq!(live.w.kit.aws.sent("DeleteConnection").len(), 1);
    assert!(live.w.kit.items("app", "CONNECTION#").is_empty());
    assert!(live.w.kit.items("app", "CHANNEL#").is_empty());
    assert_eq!(live.proof(&id, Who::C).await, 0, "no proof from who is signed out");
}

#[tokio::test]
async fn a_handshake_that_names_this_route_is_no_frame() {
    let live = Live::new(900).await;
    live.socket(Who::C, "c").await;
    let body = json!({ "body": json!({ "v": 1, "type": "ping" }).to_string() });
    let connect = event("c", "$default", "CONNECT", body);
    realtime::receive_frame::handle(&live.app, connect).await.unwrap();
    assert!(live.heard("c").is_empty());
}
