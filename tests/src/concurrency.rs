//! Many at once: workers over one wallet, answers over one request, an end against a charge, requests over one person.
//!
//! The fake database lets other tasks go first at each call. Each race is run with every offset between its parties, so
//! that the calls of one meet each call of the other.

use std::future::Future;

use futures::future::join_all;
use serde_json::json;
use store::session::shard_key;
use tokio::task::yield_now;

use crate::session_world::{Who, World, profile};

/// Runs `work` after others had so many turns.
async fn after<T>(turns: usize, work: impl Future<Output = T>) -> T {
    for _ in 0..turns {
        yield_now().await;
    }
    work.await
}

/// The one message of a session's shard, out of all that a tick sends.
async fn message(w: &World, id: &str) -> String {
    let shard = shard_key(id).pk;
    let number: u32 = shard.strip_prefix("SHARD#").unwrap().parse().unwrap();
    let wanted = format!("\"shard\":{number},");
    w.tick_messages().await.into_iter().find(|body| body.contains(&wanted)).unwrap()
}

#[tokio::test]
async fn sixteen_workers_charge_one_wallet_once_a_minute() {
    let w = World::new(3_000).await;
    let id = w.active().await;
    for minute in 0..3 {
        let body = message(&w, &id).await;
        let workers = (0..16).map(|turns| after(turns % 5, w.work(vec![body.clone()])));
        for reply in join_all(workers).await {
            assert!(reply.batch_item_failures.is_empty(), "{reply:?}");
        }
        assert_eq!(w.balance().await, 3_000 - 300 * (minute + 2));
        w.room(&id, minute * 60, minute * 60 + 60).await;
    }
    let session = w.done(Who::C, &id, "end").await;
    assert_eq!(session["settlement"]["minutes"], 3);
    assert_eq!(w.settled(), (2_100, 630, 270));
}

#[tokio::test]
async fn many_sessions_in_one_worker_are_all_charged_once() {
    let w = World::new(900).await;
    let mut ids = vec![w.active().await];
    for number in 0..7 {
        let member = w.kit.member(&format!("Member{number}")).await;
        let host = w.kit.host(&format!("Host{number}")).await;
        profile(&w.kit, &host).await;
        w.kit.fund(&member, 900).await;
        let pair = World::of(&w, member, host);
        ids.push(pair.active().await);
    }
    let messages = w.tick_messages().await;
    join_all((0..4).map(|turns| after(turns, w.work(messages.clone())))).await;
    let books = w.books();
    for id in &ids {
        assert_eq!(books.lines(id), ["MINUTE#00001", "MINUTE#00002"]);
    }
    assert_eq!(books.held(), 8 * 600);
}

#[tokio::test]
async fn two_acceptances_of_one_request_are_one() {
    for turns in 0..8 {
        let w = World::new(300).await;
        let id = w.requested().await;
        let (one, other) = tokio::join!(
            w.order(Who::R, &id, "accept"),
            after(turns, w.order(Who::R, &id, "accept"))
        );
        assert_eq!((one.status, other.status), (200, 200));
        assert_eq!(one.body["expires_at"], other.body["expires_at"]);
    }
}

#[tokio::test]
async fn an_acceptance_against_a_cancellation_has_one_outcome() {
    for turns in 0..12 {
        let w = World::new(300).await;
        let id = w.requested().await;
        let (accept, cancel) = tokio::join!(
            after(turns, w.order(Who::R, &id, "accept")),
            w.order(Who::C, &id, "cancel")
        );
        assert_eq!(cancel.status, 200);
        assert!(matches!(accept.status, 200 | 409), "{}", accept.text);
        assert_eq!(w.read(Who::C, &id).await["end_reason"], "cancelled");
        assert_eq!(w.settled(), (300, 0, 0));
    }
}

#[tokio::test]
async fn both_joining_at_once_pay_one_minute() {
    for turns in 0..8 {
        let w = World::new(900).await;
        let id = w.requested().await;
        w.done(Who::R, &id, "accept").await;
        let (c, r) =
            tokio::join!(w.order(Who::C, &id, "join"), after(turns, w.order(Who::R, &id, "join")));
        assert_eq!((c.status, r.status), (200, 200));
        assert_eq!(w.read(Who::C, &id).await["state"], "active", "{turns}");
        assert_eq!(w.books().lines(&id), ["MINUTE#00001"]);
    }
}

#[tokio::test]
async fn an_end_against_a_charge_settles_what_was_leased() {
    let mut released = std::collections::BTreeSet::new();
    for turns in 0..24 {
        let w = World::new(900).await;
        let id = w.active().await;
        w.at(40);
        w.beat(&id).await;
        let body = message(&w, &id).await;
        let (reply, ended) = tokio::join!(
            after(turns % 12 * usize::from(turns < 12), w.work(vec![body.clone(), body])),
            after(turns % 12 * usize::from(turns >= 12), w.order(Who::C, &id, "end")),
        );
        assert!(reply.batch_item_failures.is_empty(), "{reply:?}");
        assert_eq!((ended.status, &ended.body["state"]), (200, &json!("finalized")), "{turns}");
        released.insert(ended.body["settlement"]["released_minor"].as_i64());
        assert_eq!(w.settled(), (600, 210, 90), "{turns}");
        w.tick().await;
        assert_eq!(w.settled(), (600, 210, 90), "{turns}");
    }
    assert_eq!(released, [Some(0), Some(300)].into(), "both outcomes were met");
}

#[tokio::test]
async fn an_end_against_a_leave_and_a_renewal_balances() {
    for turns in 0..10 {
        let w = World::new(900).await;
        let id = w.active().await;
        w.at(50);
        let (c, leave, r) = tokio::join!(
            after(turns, w.order(Who::C, &id, "end")),
            w.order(Who::R, &id, "leave"),
            after(turns / 2, w.order(Who::C, &id, "renew")),
        );
        assert_eq!((c.status, r.status), (200, 200), "{turns}");
        assert!(matches!(leave.status, 200 | 409), "{}", leave.text);
        assert_eq!(w.settled(), (600, 210, 90), "{turns}");
    }
}

#[tokio::test]
async fn two_ends_at_once_are_one() {
    for turns in 0..12 {
        let w = World::new(900).await;
        let id = w.active().await;
        w.at(30);
        let (c, r) =
            tokio::join!(w.order(Who::C, &id, "end"), after(turns, w.order(Who::R, &id, "end")));
        assert_eq!((c.status, r.status), (200, 200));
        assert_eq!(c.body["ended_at"], r.body["ended_at"]);
        assert_eq!(w.books().lines(&id), ["MINUTE#00001", "SETTLEMENT"]);
        assert_eq!(w.settled(), (600, 210, 90));
    }
}

#[tokio::test]
async fn of_many_requests_by_one_member_one_is_made() {
    let w = World::new(3_000).await;
    let mut hosts = Vec::new();
    for number in 0..10 {
        let host = w.kit.host(&format!("Host{number}")).await;
        profile(&w.kit, &host).await;
        hosts.push(host);
    }
    let asks = hosts.iter().enumerate().map(|(turns, host)| {
        let body = json!({ "host_id": host.id(), "modality": "voice" });
        after(turns % 4, w.post(Who::C, "/v1/sessions", body))
    });
    let replies = join_all(asks).await;
    let made: Vec<_> = replies.iter().filter(|reply| reply.status == 201).collect();
    assert_eq!(made.len(), 1);
    for refused in replies.iter().filter(|reply| reply.status != 201) {
        assert_eq!((refused.status, refused.problem()), (409, "session-open"));
        assert_eq!(refused.body["session_id"], made[0].body["id"]);
    }
    assert_eq!(w.kit.items("app", "SHARD#").len(), 1);
}

#[tokio::test]
async fn of_sixteen_requests_to_one_host_one_is_made() {
    let w = World::new(300).await;
    let mut members = Vec::new();
    for number in 0..16 {
        let member = w.kit.member(&format!("Member{number}")).await;
        w.kit.fund(&member, 300).await;
        members.push(World::of(&w, member, w.r.clone()));
    }
    let asks = members.iter().enumerate().map(|(turns, pair)| after(turns % 4, pair.ask("voice")));
    let replies = join_all(asks).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    let busy = replies.iter().filter(|reply| (reply.status, reply.problem()) == (409, "host-busy"));
    assert_eq!(busy.count(), 15);
    assert_eq!(w.kit.items("app", "SHARD#").len(), 1);
}
