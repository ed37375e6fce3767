//! `POST /v1/sessions/{session_id}/media` where Whereby carries the session, and `close_meetings`, against the sandbox.

use jiff::Timestamp;
use rooms::close_meetings;
use sandbox::Running;
use serde_json::{Value, json};
use store::site::RoomAdapter;
use testkit::{Fault, Kit};

use super::{Rooms, carried_by};
use crate::session_world::Who;

/// A world whose brand is carried by Whereby, and the vendor.
struct There {
    rooms: Rooms,
    whereby: Running,
    client: reqwest::Client,
}

impl There {
    async fn new() -> Self {
        let whereby = Running::start(sandbox::Config::default()).await.unwrap();
        let mut kit = Kit::new().await;
        kit.config.whereby_base_url = Some(format!("{}/whereby", whereby.url()));
        // The vendor's clock decides what lies in the past.
        kit.clock.set(Timestamp::from_second(whereby.sandbox().now_unix()).unwrap());
        carried_by(&kit, RoomAdapter::Whereby, &json!({ "whereby_api_key": "key" })).await;
        let rooms = Rooms::with(kit, 3_000).await;
        Self { rooms, whereby, client: reqwest::Client::new() }
    }

    /// The meetings that the vendor has.
    async fn meetings(&self) -> Vec<Value> {
        let url = format!("{}/_sandbox/whereby/meetings", self.whereby.url());
        let list: Value = self.client.get(url).send().await.unwrap().json().await.unwrap();
        list.as_array().unwrap().clone()
    }

    async fn trouble(&self, faults: Value) {
        let url = format!("{}/_sandbox/whereby/faults", self.whereby.url());
        let reply = self.client.post(url).json(&faults).send().await.unwrap();
        assert_eq!(reply.status(), 200);
    }

    async fn close(&self) -> close_meetings::Closed {
        let app = &self.rooms.app;
        close_meetings::handle(app, app.ctx.now()).await.unwrap()
    }

    fn advance(&self, seconds: i64) {
        self.rooms.w.kit.clock.advance(seconds);
    }
}

#[tokio::test]
async fn both_sides_get_their_own_link_into_one_meeting_that_ends() {
    let there = There::new().await;
    let id = there.rooms.w.active().await;
    let guest = there.rooms.media(Who::C, &id).await;
    let host = there.rooms.media(Who::R, &id).await;
    let meetings = there.meetings().await;
    assert_eq!(meetings.len(), 1);
    assert_eq!(guest["room_url"], meetings[0]["roomUrl"]);
    assert_eq!(host["room_url"], meetings[0]["hostRoomUrl"]);
    assert!(!guest["room_url"].as_str().unwrap().contains("roomKey"));
    assert_eq!(guest["adapter"], "whereby");
    assert_eq!(guest["renew_after_ms"], 48_000);
    let ends: Timestamp = meetings[0]["endDate"].as_str().unwrap().parse().unwrap();
    let window = ends.as_second() - there.rooms.app.ctx.now().as_second();
    assert_eq!(window, 4 * 3_600);
    // Asking again gives the same.
    assert_eq!(there.rooms.media(Who::C, &id).await["room_url"], guest["room_url"]);
}

#[tokio::test]
async fn of_two_who_make_a_meeting_at_once_the_second_deletes_its_own() {
    let there = There::new().await;
    let id = there.rooms.w.active().await;
    let asked = (0..6).map(|n| there.rooms.ask(if n % 2 == 0 { Who::C } else { Who::R }, &id));
    let replies = futures::future::join_all(asked).await;
    let meetings = there.meetings().await;
    assert_eq!(meetings.len(), 1, "{meetings:?}");
    for (number, reply) in replies.iter().enumerate() {
        assert_eq!(reply.status, 200, "{}", reply.text);
        let link = if number % 2 == 0 { "roomUrl" } else { "hostRoomUrl" };
        assert_eq!(reply.body["room_url"], meetings[0][link]);
    }
}

#[tokio::test]
async fn a_vendor_in_trouble_is_asked_again_and_one_that_is_down_is_told() {
    let there = There::new().await;
    let id = there.rooms.w.active().await;
    there.trouble(json!({ "refuse_next": 3 })).await;
    let reply = there.rooms.ask(Who::C, &id).await;
    assert_eq!((reply.status, reply.problem()), (503, "upstream-down"));
    assert!(reply.headers.contains_key("retry-after"));
    there.trouble(json!({ "refuse_next": 2, "status": 429 })).await;
    assert_eq!(there.rooms.media(Who::C, &id).await["adapter"], "whereby");
    assert_eq!(there.meetings().await.len(), 1);
}

#[tokio::test]
async fn a_key_that_is_refused_is_our_bug_and_is_not_tried_again() {
    let there = There::new().await;
    let id = there.rooms.w.active().await;
    there.trouble(json!({ "refuse_next": 1, "status": 403 })).await;
    let reply = there.rooms.ask(Who::C, &id).await;
    assert_eq!((reply.status, reply.problem()), (500, "internal"));
    there.rooms.media(Who::C, &id).await;
}

#[tokio::test]
async fn a_meeting_whose_keeping_is_in_doubt_is_kept_or_deleted_and_never_two() {
    for fault in [Fault::LostReply, Fault::LostRequest, Fault::Throttle] {
        let there = There::new().await;
        let id = there.rooms.w.active().await;
        there.rooms.w.kit.aws.faults.once("TransactWriteItems", fault);
        there.rooms.ask(Who::C, &id).await;
        let guest = there.rooms.media(Who::C, &id).await;
        let meetings = there.meetings().await;
        assert_eq!(meetings.len(), 1, "{fault:?}");
        assert_eq!(guest["room_url"], meetings[0]["roomUrl"]);
    }
}

#[tokio::test]
async fn a_meeting_lives_while_its_session_runs_and_goes_a_minute_after() {
    let there = There::new().await;
    let id = there.rooms.w.active().await;
    let first = there.rooms.media(Who::C, &id).await;
    let kept = close_meetings::Closed { seen: 1, closed: 0, failed: 0 };
    assert_eq!(there.close().await, kept);
    there.advance(10);
    there.rooms.w.done(Who::C, &id, "leave").await;
    there.advance(59);
    assert_eq!(there.close().await, kept);
    there.advance(1);
    assert_eq!(there.close().await, close_meetings::Closed { seen: 1, closed: 1, failed: 0 });
    assert!(there.meetings().await.is_empty());
    // Who comes back gets another room.
    there.rooms.w.done(Who::C, &id, "reconnect").await;
    there.rooms.w.done(Who::R, &id, "renew").await;
    let session = there.rooms.w.done(Who::R, &id, "reconnect").await;
    assert_eq!(session["state"], "active");
    let second = there.rooms.media(Who::R, &id).await;
    assert_ne!(first["room_url"], second["room_url"]);
    there.rooms.w.done(Who::R, &id, "end").await;
    assert_eq!(there.close().await.closed, 1);
    assert!(there.meetings().await.is_empty());
    assert_eq!(there.close().await, close_meetings::Closed::default());
}

#[tokio::test]
async fn a_meeting_that_could_not_be_deleted_is_deleted_by_the_next_run() {
    let there = There::new().await;
    let id = there.rooms.w.active().await;
    there.rooms.media(Who::C, &id).await;
    there.rooms.w.done(Who::R, &id, "end").await;
    there.trouble(json!({ "refuse_next": 3 })).await;
    assert_eq!(there.close().await, close_meetings::Closed { seen: 1, closed: 0, failed: 1 });
    // The answer to the deletion is lost: what is gone counts as deleted.
    there.trouble(json!({ "lose_next": 1 })).await;
    assert_eq!(there.close().await.closed, 1);
    assert!(there.meetings().await.is_empty());
}

#[tokio::test]
async fn the_sandbox_refuses_what_the_vendor_might() {
    let there = There::new().await;
    let url = format!("{}/whereby/v1/meetings", there.whereby.url());
    let later = "2099-01-01T00:00:00Z";
    for (key, body, status) in [
        ("", json!({ "endDate": later }), 401),
        ("key", json!({}), 400),
        ("key", json!({ "endDate": "2020-01-01T00:00:00Z" }), 400),
        ("key", json!({ "endDate": "tomorrow" }), 400),
        ("key", json!({ "endDate": later, "roomMode": "huge" }), 400),
        ("key", json!({ "endDate": later, "fields": ["ownerUrl"] }), 400),
        ("key", json!({ "endDate": later, "roomNamePrefix": "A b" }), 400),
        ("key", json!({ "endDate": later, "start_date": later }), 400),
        ("key", json!({ "endDate": later }), 201),
    ] {
        let request = there.client.post(&url).json(&body);
        let request = if key.is_empty() { request } else { request.bearer_auth(key) };
        assert_eq!(request.send().await.unwrap().status(), status, "{body}");
    }
    let request = there.client.post(&url).bearer_auth("key").body("{}");
    assert_eq!(request.send().await.unwrap().status(), 415);
    let missing = there.client.delete(format!("{url}/nothing")).bearer_auth("key");
    assert_eq!(missing.send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn a_room_of_the_sandbox_counts_who_is_there_and_is_gone_with_its_meeting() {
    let there = There::new().await;
    let id = there.rooms.w.active().await;
    let guest = there.rooms.media(Who::C, &id).await;
    let url = guest["room_url"].as_str().unwrap();
    let say = async |number: u8, gone: bool| {
        let body = json!({ "id": uuid::Uuid::from_u128(u128::from(number)), "gone": gone });
        let reply = there.client.post(url).json(&body).send().await.unwrap();
        (reply.status().as_u16(), reply.json::<Value>().await.unwrap_or_default()["count"].clone())
    };
    assert_eq!(say(1, false).await, (200, json!(1)));
    assert_eq!(say(2, false).await, (200, json!(2)));
    assert_eq!(say(1, true).await, (200, json!(1)));
    let page = there.client.get(url).send().await.unwrap().text().await.unwrap();
    assert!(page.contains("as guest"), "{page}");
    there.rooms.w.done(Who::R, &id, "end").await;
    there.close().await;
    assert_eq!(say(1, false).await.0, 404);
    assert_eq!(there.client.get(url).send().await.unwrap().status(), 404);
}
