//! The consumer of the stream of `App`.

use runtime::BatchReply;
use serde_json::json;
use testkit::Fault;

use crate::live_world::Live;
use crate::session_world::Who;

#[tokio::test]
async fn a_request_reaches_every_socket_of_the_host_and_so_does_its_withdrawal() {
    let live = Live::new(900).await;
    live.socket(Who::R, "r1").await;
    live.socket(Who::R, "r2").await;
    live.socket(Who::Stranger, "s").await;
    let id = live.w.requested().await;
    live.deliver().await;
    live.w.done(Who::C, &id, "cancel").await;
    live.deliver().await;
    for socket in ["r1", "r2"] {
        let heard = live.of_type(socket, "request");
        let states: Vec<_> = heard.iter().map(|it| it["data"]["state"].clone()).collect();
        assert_eq!(states, ["waiting", "ended"]);
        assert!(heard.iter().all(|it| it["data"]["you"] == "host" && it["seq"].is_null()));
    }
    assert!(live.heard("s").is_empty());
}

#[tokio::test]
async fn a_host_hears_on_every_page_how_a_session_goes_on_and_that_it_is_over() {
    let live = Live::new(900).await;
    live.socket(Who::R, "r1").await;
    let id = live.w.active().await;
    live.deliver().await;
    live.w.at(10);
    live.w.done(Who::C, &id, "leave").await;
    live.w.done(Who::C, &id, "end").await;
    live.deliver().await;
    let heard = live.of_type("r1", "request");
    let states: Vec<_> = heard.iter().map(|it| it["data"]["state"].clone()).collect();
    // The consumer reads the session as it is, so a record that comes late says the end already.
    assert_eq!(states.first(), Some(&json!("active")));
    assert_eq!(states.last(), Some(&json!("finalized")));
    assert!(live.of_type("r1", "session").is_empty(), "it has not opened the room");
}

#[tokio::test]
async fn each_side_hears_the_session_as_it_sees_it() {
    let live = Live::new(900).await;
    let id = live.w.requested().await;
    live.deliver().await;
    live.listening(Who::C, "c", &id).await;
    live.listening(Who::R, "r", &id).await;
    live.w.done(Who::R, &id, "accept").await;
    live.deliver().await;
    let (c, r) = (&live.of_type("c", "session")[0], &live.of_type("r", "session")[0]);
    assert_eq!(c["seq"], r["seq"]);
    assert_eq!(c["data"], live.w.read(Who::C, &id).await);
    assert_eq!(r["data"], live.w.read(Who::R, &id).await);
    assert_eq!((&c["data"]["you"], &r["data"]["you"]), (&"member".into(), &"host".into()));
    assert!(r["data"]["balance_minor"].is_null());
}

#[tokio::test]
async fn messages_come_in_order_to_both_sides_and_marks_come_as_hints() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.deliver().await;
    live.listening(Who::C, "c", &id).await;
    live.listening(Who::R, "r", &id).await;
    let path = format!("/v1/sessions/{id}/messages");
    let mut last = String::new();
    for (second, text) in [(1, "one"), (2, "two"), (3, "three")] {
        live.w.at(second);
        let sent = live.w.post(Who::C, &path, json!({ "text": text })).await;
        last = sent.body["id"].as_str().unwrap().to_owned();
    }
    live.deliver().await;
    for socket in ["c", "r"] {
        let heard = live.of_type(socket, "message");
        let texts: Vec<_> = heard.iter().map(|it| it["data"]["text"].clone()).collect();
        assert_eq!(texts, ["one", "two", "three"]);
        let numbers: Vec<_> = heard.iter().map(|it| it["seq"].as_u64().unwrap()).collect();
        assert!(numbers.windows(2).all(|pair| pair[1] == pair[0] + 1), "{numbers:?}");
    }
    live.w.post(Who::R, &format!("{path}/mark"), json!({ "read_up_to": last })).await;
    live.deliver().await;
    let marks = &live.of_type("c", "marks")[0];
    assert_eq!(marks["data"]["host"]["read_up_to"], json!(last));
    assert!(marks["seq"].is_null());
}

#[tokio::test]
async fn a_record_that_comes_again_keeps_its_number() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.listening(Who::C, "c", &id).await;
    live.w.post(Who::C, &format!("/v1/sessions/{id}/messages"), json!({ "text": "Hi" })).await;
    let (app, _) = live.records();
    live.sessions(app.clone()).await;
    live.sessions(app.clone()).await;
    live.sessions(app).await;
    let heard = live.of_type("c", "message");
    assert_eq!(heard.len(), 3, "told again, as nobody knows who heard it");
    assert!(heard.iter().all(|it| it["seq"] == heard[0]["seq"] && it["data"] == heard[0]["data"]));
    let kept = live.w.kit.items("app", &format!("SESSION#{id}"));
    let events = kept.iter().filter(|it| it["sk"]["S"].as_str().unwrap().starts_with("EVENT#"));
    let sources: Vec<_> = events.map(|it| it["source"]["S"].as_str().unwrap()).collect();
    let mut distinct = sources.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), sources.len(), "{sources:?}");
}

#[tokio::test]
async fn a_lost_reply_makes_no_second_event() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.deliver().await;
    live.listening(Who::C, "c", &id).await;
    live.w.post(Who::C, &format!("/v1/sessions/{id}/messages"), json!({ "text": "Hi" })).await;
    let (app, _) = live.records();
    live.w.kit.aws.faults.once("TransactWriteItems", Fault::LostReply);
    let first = live.sessions(app.clone()).await;
    assert_eq!(first.batch_item_failures.len(), 1);
    assert_eq!(live.sessions(app).await, BatchReply::default());
    let numbers = live.numbers("c");
    assert_eq!(numbers.len(), 1, "{numbers:?}");
    let known = live.events(Who::C, &id, 0).await.body;
    assert_eq!(known["last_seq"], numbers[0]);
}

#[tokio::test]
async fn two_consumers_at_once_leave_no_hole() {
    let live = Live::new(9_000).await;
    let id = live.w.active().await;
    live.deliver().await;
    live.listening(Who::C, "c", &id).await;
    let path = format!("/v1/sessions/{id}/messages");
    for _ in 0..10 {
        live.w.post(Who::C, &path, json!({ "text": "x" })).await;
    }
    live.w.room(&id, 0, 120).await;
    let (app, ledger) = live.records();
    let (a, b) = tokio::join!(live.sessions(app), live.money(ledger));
    assert_eq!((a, b), (BatchReply::default(), BatchReply::default()));
    let mut numbers = live.numbers("c");
    numbers.sort_unstable();
    numbers.dedup();
    let first = numbers[0];
    let whole: Vec<u64> = (first..first + u64::try_from(numbers.len()).unwrap()).collect();
    assert_eq!(numbers, whole);
}

#[tokio::test]
async fn a_socket_that_is_gone_is_removed_and_holds_nobody_up() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.deliver().await;
    live.listening(Who::C, "gone", &id).await;
    live.listening(Who::R, "r", &id).await;
    live.w.kit.aws.close_socket("gone");
    live.w.post(Who::R, &format!("/v1/sessions/{id}/messages"), json!({ "text": "Hi" })).await;
    live.deliver().await;
    assert_eq!(live.of_type("r", "message").len(), 1);
    let left: Vec<_> = live.w.kit.items("app", "CHANNEL#");
    assert_eq!(left.len(), 1);
    assert_eq!(left[0]["sk"]["S"], "r");
    let sockets = live.w.kit.items("app", "CONNECTION#");
    assert_eq!(sockets.len(), 1);
}

#[tokio::test]
async fn a_socket_that_does_not_take_a_frame_finds_the_hole_by_its_ping() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.deliver().await;
    live.listening(Who::C, "c", &id).await;
    live.w.post(Who::R, &format!("/v1/sessions/{id}/messages"), json!({ "text": "Hi" })).await;
    let (app, _) = live.records();
    live.w.kit.aws.faults.once("PostToConnection", Fault::Broken);
    assert_eq!(live.sessions(app).await, BatchReply::default());
    assert!(live.of_type("c", "message").is_empty());
    live.ping("c").await;
    let known = live.of_type("c", "subscribed")[0]["data"]["last_seq"].as_u64().unwrap();
    let last = live.of_type("c", "pong")[0]["data"]["last_seq"][&id].as_u64().unwrap();
    assert_eq!(last, known + 1);
    let gap = live.events(Who::C, &id, known).await.body;
    assert_eq!(gap["items"][0]["data"]["text"], "Hi");
}

#[tokio::test]
async fn an_item_of_another_shape_comes_again_and_is_then_set_aside() {
    let live = Live::new(900).await;
    let record = json!({ "Records": [{ "eventName": "INSERT", "dynamodb": {
        "SequenceNumber": "7",
        "NewImage": { "pk": { "S": "SESSION#x" }, "sk": { "S": "SESSION" }, "meter": { "S": "?" } },
    } }] });
    let reply = live.sessions(serde_json::from_value(record).unwrap()).await;
    assert_eq!(reply.batch_item_failures[0].item_identifier, "7");
}
