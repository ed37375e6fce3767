//! `GET /v1/sessions/{session_id}/note`.

use serde_json::json;

use super::reading_doors;
use crate::session_world::{Who, World};

#[tokio::test]
async fn strangers_do_not_learn_of_a_session() {
    let w = World::new(300).await;
    let id = w.requested().await;
    reading_doors(&w, &id, "/note").await;
}

#[tokio::test]
async fn a_note_is_empty_before_the_first_and_private_ever_after() {
    let w = World::new(300).await;
    let id = w.requested().await;
    let path = format!("/v1/sessions/{id}/note");
    assert_eq!(w.get(Who::C, &path).await.body, json!({ "text": "" }));
    w.at(7);
    w.put(Who::C, &path, json!({ "text": "Kind." })).await;
    let own = json!({ "text": "Kind.", "updated_at": "2026-11-20T15:00:07.000Z" });
    assert_eq!(w.get(Who::C, &path).await.body, own);
    assert_eq!(w.get(Who::R, &path).await.body, json!({ "text": "" }));
}
