//! `$disconnect`.

use serde_json::json;

use crate::live_world::{Live, event};
use crate::session_world::Who;

#[tokio::test]
async fn everything_of_a_socket_goes_with_it_and_twice_does_no_harm() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    live.listening(Who::C, "c", &id).await;
    live.closed("c", 1001).await;
    live.closed("c", 1001).await;
    for prefix in ["CONNECTION#", "CHANNEL#"] {
        assert!(live.w.kit.items("app", prefix).is_empty(), "{prefix}");
    }
    let listed = live.w.kit.items("app", &format!("USER#{}", live.w.c.id()));
    assert!(listed.iter().all(|item| item["sk"]["S"] != "CONNECTION#c"));
}

#[tokio::test]
async fn the_others_hear_who_went_and_until_when_the_side_counts() {
    let live = Live::new(900).await;
    let id = live.w.active().await;
    for (who, socket) in [(Who::C, "c1"), (Who::C, "c2"), (Who::R, "r")] {
        live.listening(who, socket, &id).await;
    }
    live.w.at(10);
    live.ping("c1").await;
    live.w.at(20);
    live.closed("c1", 1006).await;
    live.closed("c2", 1006).await;
    let heard = live.of_type("r", "presence");
    let data: Vec<_> = heard.iter().map(|frame| &frame["data"]).collect();
    assert_eq!(data.len(), 2, "{data:?}");
    // The first to go leaves the side connected by its other socket.
    assert_eq!(*data[0], json!({ "side": "member", "peer_id": "c1", "connected": true }));
    let last = json!({
        "side": "member", "peer_id": "c2", "connected": false, "lost_at": "2026-11-20T15:01:00.000Z",
    });
    assert_eq!(*data[1], last);
}

#[tokio::test]
async fn a_message_that_names_this_route_closes_nothing() {
    let live = Live::new(900).await;
    live.socket(Who::C, "c").await;
    let message = event("c", "$disconnect", "MESSAGE", json!({ "body": "{}" }));
    realtime::disconnect_socket::handle(&live.app, message).await.unwrap();
    assert_eq!(live.w.kit.items("app", "CONNECTION#").len(), 1);
}
