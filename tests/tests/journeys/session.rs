//! A reading from the request to the receipt: states, doors, messages, notes.

use reqwest::Method;
use serde_json::{Value, json};

use crate::figures::assert_recomputes;
use crate::world::{SHARED, World, key, number, text};

#[tokio::test]
async fn two_people_meet_talk_pause_come_back_and_end() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let (member, host) = (world.member_with("ada", 5_000).await, world.host("Mira", 199).await);
    let room = world.asked(member, host).await;
    let requests = room.host.get("/v1/host/requests").await.unwrap();
    assert_eq!(requests["items"][0]["id"], room.id, "{requests}");
    let early =
        room.host.send(Method::POST, &room.at("join"), None, Some(&json!({}))).await.unwrap();
    assert_eq!(early.body["type"], "/problems/not-accepted");
    room.host.post(&room.at("accept"), &json!({})).await.unwrap();
    room.member.post(&room.at("join"), &json!({})).await.unwrap();
    let quiet = json!({ "text": "Hello?" });
    let quiet =
        room.member.send(Method::POST, &room.at("messages"), Some(&key()), Some(&quiet)).await;
    assert_eq!(quiet.unwrap().status, 409, "the clock does not run yet");
    let active = room.host.post(&room.at("join"), &json!({})).await.unwrap();
    assert_eq!((&active["state"], &active["minutes_held"]), (&json!("active"), &json!(1)));
    assert!(
        active["balance_minor"].is_null(),
        "the host must not see the member's money: {active}"
    );

    talk(&room).await;
    let session = room.run_to_minute(&world, 2).await;
    assert!(number(&session["active_ms"]) > number(&session["minute_seconds"]) * 1_000);

    let paused = room.member.post(&room.at("leave"), &json!({})).await.unwrap();
    assert_eq!((&paused["state"], &paused["pause_reason"]), (&json!("paused"), &json!("left")));
    let still = room.seen().await;
    assert_eq!(still["active_ms"], paused["active_ms"], "a pause costs nothing");
    let back = room.member.post(&room.at("reconnect"), &json!({})).await.unwrap();
    if back["state"] != "active" {
        room.host.post(&room.at("reconnect"), &json!({})).await.unwrap();
    }
    assert_eq!(room.seen().await["state"], "active");

    let over = room.end(&world).await;
    assert_eq!(
        (&over["end_reason"], &over["summary"]["host"]),
        (&json!("completed"), &json!("A calm year."))
    );
    let receipt = room.member.get(&room.at("receipt")).await.unwrap();
    assert_eq!(receipt, room.host.get(&room.at("receipt")).await.unwrap());
    assert_recomputes(&receipt);
    assert_eq!(receipt["intervals"].as_array().unwrap().len(), 2, "{receipt}");
    let dead = room.member.send(Method::POST, &room.at("reconnect"), None, Some(&json!({}))).await;
    assert!(matches!(dead.unwrap().status.as_u16(), 409 | 410));
}

/// Both say something, once, and read the same.
async fn talk(room: &crate::world::Room) {
    let path = room.at("messages");
    let once = key();
    let hello = json!({ "text": "Will <b>spring</b> be kind? \u{1f338}" });
    let sent = room.member.post_once(&path, &once, &hello).await.unwrap();
    assert_eq!(room.member.post_once(&path, &once, &hello).await.unwrap(), sent);
    room.host.post_once(&path, &key(), &json!({ "text": "It will be slow." })).await.unwrap();
    let read = room.host.get(&path).await.unwrap();
    assert_eq!(read, room.member.get(&path).await.unwrap());
    let texts: Vec<&Value> =
        read["items"].as_array().unwrap().iter().map(|one| &one["text"]).collect();
    assert_eq!(texts, [&hello["text"], &json!("It will be slow.")]);
    let after = room.host.get(&format!("{path}?after={}", text(&sent["id"]))).await.unwrap();
    assert_eq!(after["items"].as_array().unwrap().len(), 1, "{after}");
    for bad in [
        json!({ "text": "" }),
        json!({ "text": "x".repeat(501) }),
        json!({ "text": "x", "from": "host" }),
    ] {
        let reply = room.member.send(Method::POST, &path, Some(&key()), Some(&bad)).await.unwrap();
        assert_eq!(reply.status, 400, "{bad}");
    }
    room.member.put(&room.at("note"), &json!({ "text": "Ask about April." })).await.unwrap();
    assert_eq!(room.member.get(&room.at("note")).await.unwrap()["text"], "Ask about April.");
    assert_eq!(room.host.get(&room.at("note")).await.unwrap()["text"], "");
}

#[tokio::test]
async fn a_stranger_finds_every_door_of_a_room_closed() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let (member, host) = (world.member_with("dora", 1_000).await, world.host("Otto", 100).await);
    let room = world.running(member, host).await;
    let stranger = world.member("stranger").await;
    for path in [room.path.clone(), room.at("receipt"), room.at("messages"), room.at("note")] {
        let reply = stranger.send(Method::GET, &path, None, None).await.unwrap();
        assert!(matches!(reply.status.as_u16(), 403 | 404), "{path}: {reply:?}");
    }
    for command in ["accept", "decline", "cancel", "join", "leave", "reconnect", "renew", "end"] {
        let path = room.at(command);
        let reply = stranger.send(Method::POST, &path, None, Some(&json!({}))).await.unwrap();
        assert!(matches!(reply.status.as_u16(), 403 | 404), "{command}: {reply:?}");
    }
    let body = json!({ "text": "I was never here." });
    let reply = stranger.send(Method::POST, &room.at("messages"), Some(&key()), Some(&body)).await;
    assert!(matches!(reply.unwrap().status.as_u16(), 403 | 404));
    let anonymous = world.stack.call(None, Method::GET, &room.path, None, None).await.unwrap();
    assert_eq!(anonymous.status, 401);
    room.end(&world).await;
}

#[tokio::test]
async fn a_request_can_be_refused_for_every_reason_without_a_trace_of_money() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let host = world.host("Wim", 500).await;
    let poor = world.member_with("poor", 499).await;
    let ask = async |person: &parlor_tests::Person, modality: &str| {
        let body = json!({ "host_id": host.id, "modality": modality });
        let reply =
            person.send(Method::POST, "/v1/sessions", Some(&key()), Some(&body)).await.unwrap();
        (reply.status.as_u16(), reply.body)
    };
    let (status, body) = ask(&poor, "text").await;
    assert_eq!(
        (status, &body["needed_minor"], &body["available_minor"]),
        (402, &json!(500), &json!(499))
    );
    assert_eq!(ask(&poor, "video").await.1["type"], "/problems/modality-off");
    assert_eq!(ask(&host, "text").await.1["type"], "/problems/own-session");

    let rich = world.member_with("rich", 1_000).await;
    let room = world.asked(rich, world.stack.person(&host.email, &host.id, host.token())).await;
    let (status, open) = ask(&room.member, "text").await;
    assert_eq!((status, &open["type"]), (409, &json!("/problems/session-open")));
    assert_eq!(open["session_id"], room.id);
    let other = world.member_with("other", 1_000).await;
    assert_eq!(ask(&other, "text").await.1["type"], "/problems/host-busy");
    let declined = host.post(&room.at("decline"), &json!({})).await.unwrap();
    assert_eq!(
        (&declined["state"], &declined["end_reason"]),
        (&json!("ended"), &json!("declined"))
    );

    host.put("/v1/host/online", &json!({ "online": false })).await.unwrap();
    assert_eq!(ask(&other, "text").await.1["type"], "/problems/host-offline");
    let wallet = room.member.get("/v1/wallet").await.unwrap();
    assert_eq!((&wallet["available_minor"], &wallet["held_minor"]), (&json!(1_000), &json!(0)));
    assert!(wallet["open_session_id"].is_null(), "{wallet}");
}
