//! The routes and consumers of the sessions domain.

mod accept_session;
mod billing_charge;
mod billing_tick;
mod cancel_session;
mod charge_together;
mod decline_session;
mod end_session;
mod export_messages;
mod join_session;
mod leave_session;
mod list_all_sessions;
mod list_messages;
mod list_requests;
mod list_sessions;
mod mark_messages;
mod put_note;
mod read_note;
mod read_receipt;
mod read_session;
mod reconnect_session;
mod renew_session;
mod report_message;
mod request_session;
mod send_message;

use serde_json::json;
use testkit::{Reply, call, get, post};
use uuid::Uuid;

use crate::session_world::{Who, World};

/// What every command does before it looks at the session: nobody without a token, no stranger, no unknown session, no
/// unknown field.
async fn doors(w: &World, id: &str, verb: &str) {
    let path = format!("/v1/sessions/{id}/{verb}");
    let stored = w.stored(id);
    let reply = call(&w.router, post(&path).key(&w.fresh_key()).json(json!({}))).await;
    assert_eq!((reply.status, reply.problem()), (401, "not-signed-in"));
    let reply = w.order(Who::Stranger, id, verb).await;
    let expected = if verb == "join" { (403, "forbidden") } else { (404, "not-found") };
    assert_eq!((reply.status, reply.problem()), expected);
    for unknown in [Uuid::nil().to_string(), "7".to_owned(), "SESSION%23".to_owned()] {
        let reply = w.order(Who::C, &unknown, verb).await;
        assert_eq!((reply.status, reply.problem()), (404, "not-found"), "{unknown}");
    }
    let reply = w.post(Who::C, &path, json!({ "state": "finalized" })).await;
    assert_eq!((reply.status, reply.problem()), (400, "invalid-request"));
    assert_eq!(w.stored(id), stored);
}

/// What every reading of a session does before: nobody without a token, no stranger, no unknown session.
async fn reading_doors(w: &World, id: &str, what: &str) {
    let path = format!("/v1/sessions/{id}{what}");
    let reply = call(&w.router, get(&path)).await;
    assert_eq!((reply.status, reply.problem()), (401, "not-signed-in"));
    let reply = w.get(Who::Stranger, &path).await;
    assert_eq!((reply.status, reply.problem()), (404, "not-found"));
    let reply = w.get(Who::C, &format!("/v1/sessions/{}{what}", Uuid::nil())).await;
    assert_eq!((reply.status, reply.problem()), (404, "not-found"));
}

/// A refusal.
fn refused(reply: &Reply, status: u16, problem: &str) {
    assert_eq!((reply.status, reply.problem()), (status, problem), "{}", reply.text);
}
