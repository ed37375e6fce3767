//! `GET /v1/host/requests`.

use serde_json::json;
use testkit::{call, get};

use super::refused;
use crate::session_world::{Who, World};

const PATH: &str = "/v1/host/requests";

#[tokio::test]
async fn only_hosts_have_requests() {
    let w = World::new(300).await;
    refused(&call(&w.router, get(PATH)).await, 401, "not-signed-in");
    refused(&w.get(Who::C, PATH).await, 403, "forbidden");
}

#[tokio::test]
async fn a_request_is_listed_until_it_is_over_by_time_alone() {
    let w = World::new(300).await;
    assert_eq!(w.get(Who::R, PATH).await.body, json!({ "items": [] }));
    let id = w.requested().await;
    w.at(120);
    let list = w.get(Who::R, PATH).await.body;
    assert_eq!((&list["items"][0]["id"], &list["items"][0]["you"]), (&json!(id), &json!("host")));
    w.at(121);
    assert_eq!(w.get(Who::R, PATH).await.body, json!({ "items": [] }));
}

#[tokio::test]
async fn a_session_that_the_host_has_as_a_member_is_no_request() {
    let w = World::new(300).await;
    let other = w.kit.host("Otto").await;
    crate::session_world::profile(&w.kit, &other).await;
    w.kit.fund(&w.r, 300).await;
    let body = json!({ "host_id": other.id(), "modality": "text" });
    assert_eq!(w.post(Who::R, "/v1/sessions", body).await.status, 201);
    assert_eq!(w.get(Who::R, PATH).await.body, json!({ "items": [] }));
}
