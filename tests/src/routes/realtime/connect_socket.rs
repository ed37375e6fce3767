//! `$connect`.

use serde_json::{Value, json};

use crate::live_world::{Live, event};
use crate::session_world::Who;

fn none() -> Value {
    json!({})
}

#[tokio::test]
async fn nobody_comes_in_without_a_ticket_that_we_gave() {
    let live = Live::new(900).await;
    let token = live.w.token(Who::C).await;
    for query in [
        Value::Null,
        json!({}),
        json!({ "ticket": "" }),
        json!({ "ticket": "A".repeat(43) }),
        json!({ "ticket": "A".repeat(5_000) }),
        json!({ "ticket": token }),
        json!({ "access_token": token }),
    ] {
        assert_eq!(live.handshake("s1", query.clone(), none()).await, 403, "{query}");
    }
    assert!(live.w.kit.items("app", "CONNECTION#").is_empty());
}

#[tokio::test]
async fn a_ticket_counts_once() {
    let live = Live::new(900).await;
    let ticket = json!({ "ticket": live.ticket(Who::C).await });
    assert_eq!(live.handshake("s1", ticket.clone(), none()).await, 200);
    assert_eq!(live.handshake("s2", ticket, none()).await, 403);
    assert_eq!(live.w.kit.items("app", "CONNECTION#").len(), 1);
    assert!(live.w.kit.items("app", "TICKET#").is_empty());
}

#[tokio::test]
async fn of_two_handshakes_at_once_one_comes_in() {
    let live = Live::new(900).await;
    let ticket = json!({ "ticket": live.ticket(Who::C).await });
    let (a, b) = tokio::join!(
        live.handshake("s1", ticket.clone(), none()),
        live.handshake("s2", ticket, none()),
    );
    assert_eq!(a.min(b), 200);
    assert_eq!(a.max(b), 403);
}

#[tokio::test]
async fn a_ticket_is_over_after_a_minute() {
    let live = Live::new(900).await;
    let (at_60, at_61) = (live.ticket(Who::C).await, live.ticket(Who::C).await);
    live.w.at(60);
    assert_eq!(live.handshake("s1", json!({ "ticket": at_60 }), none()).await, 200);
    live.w.at_ms(60_001);
    assert_eq!(live.handshake("s2", json!({ "ticket": at_61 }), none()).await, 403);
}

#[tokio::test]
async fn signing_out_everywhere_ends_tickets_that_were_not_used() {
    let live = Live::new(900).await;
    let ticket = live.ticket(Who::C).await;
    live.w.kit.change(&live.w.c.user, |user| user.token_generation += 1).await;
    assert_eq!(live.handshake("s1", json!({ "ticket": ticket }), none()).await, 403);
}

#[tokio::test]
async fn a_page_of_another_site_is_refused_and_the_ticket_stays() {
    let live = Live::new(900).await;
    let ticket = json!({ "ticket": live.ticket(Who::C).await });
    for origin in ["https://evil.test", "https://parlor.test.evil.test", "null", ""] {
        let headers = json!({ "origin": origin });
        assert_eq!(live.handshake("s1", ticket.clone(), headers).await, 403, "{origin}");
    }
    let own = json!({ "Origin": "https://parlor.test" });
    assert_eq!(live.handshake("s1", ticket, own).await, 200);
}

#[tokio::test]
async fn a_message_that_names_this_route_opens_nothing() {
    let live = Live::new(900).await;
    let query = json!({ "ticket": live.ticket(Who::C).await });
    let message = event("s1", "$connect", "MESSAGE", json!({ "queryStringParameters": query }));
    let reply = realtime::connect_socket::handle(&live.app, message).await.unwrap();
    assert_eq!(reply.status_code, 403);
    assert!(live.w.kit.items("app", "CONNECTION#").is_empty());
}

#[tokio::test]
async fn the_thirty_first_socket_closes_the_oldest() {
    let live = Live::new(900).await;
    for number in 0..30 {
        live.w.at(number);
        live.socket(Who::C, &format!("s{number:02}")).await;
    }
    assert!(live.w.kit.aws.sent("DeleteConnection").is_empty());
    live.socket(Who::C, "s30").await;
    let closed = live.w.kit.aws.sent("DeleteConnection");
    assert_eq!(closed.len(), 1);
    assert_eq!(closed[0]["ConnectionId"], "s00");
    let open = live.w.kit.items("app", "CONNECTION#");
    assert_eq!(open.len(), 30);
    assert!(open.iter().all(|item| item["pk"]["S"] != "CONNECTION#s00"));
}

#[tokio::test]
async fn a_socket_leaves_the_table_by_itself() {
    let live = Live::new(900).await;
    live.socket(Who::C, "s1").await;
    for item in live.w.kit.items("app", "") {
        let sk = item["sk"]["S"].as_str().unwrap().to_owned();
        if sk.contains("CONNECTION") {
            let expires: i64 = item["expires_at_s"]["N"].as_str().unwrap().parse().unwrap();
            let start: jiff::Timestamp = testkit::START.parse().unwrap();
            assert_eq!(expires - start.as_second(), 2 * 3600 + 900, "{sk}");
        }
    }
}
