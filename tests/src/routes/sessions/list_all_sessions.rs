//! `GET /v1/admin/sessions`.

use serde_json::Value;
use testkit::{Person, Reply, call, get};

use super::refused;
use crate::session_world::{Who, World};

const PATH: &str = "/v1/admin/sessions";

async fn list(w: &World, admin: &Person, query: &str) -> Reply {
    let token = w.kit.token(&admin.user).await;
    call(&w.router, get(&format!("{PATH}{query}")).bearer(&token)).await
}

fn ids(list: &Value) -> Vec<String> {
    let items = list["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn only_admins_see_all_sessions() {
    let w = World::new(300).await;
    refused(&call(&w.router, get(PATH)).await, 401, "not-signed-in");
    for who in [Who::C, Who::R] {
        refused(&w.get(who, PATH).await, 403, "forbidden");
    }
}

#[tokio::test]
async fn all_sessions_are_listed_newest_first_across_years_and_pages() {
    let w = World::new(300).await;
    let admin = w.kit.admin("Ada").await;
    let mut made = Vec::new();
    let day = 24 * 3_600;
    for number in 0..30 {
        w.at(number * 3 * day);
        let id = w.requested().await;
        w.done(Who::C, &id, "cancel").await;
        made.insert(0, id);
    }
    let first = list(&w, &admin, "").await.body;
    assert_eq!(ids(&first), made[..24]);
    assert_eq!(first["items"][0]["you"], "admin");
    assert!(first["items"][0].get("balance_minor").is_none());
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = list(&w, &admin, &format!("?cursor={cursor}")).await.body;
    assert_eq!(ids(&second), made[24..]);
    assert!(second.get("next_cursor").is_none());
    refused(&list(&w, &admin, &format!("?state=active&cursor={cursor}")).await, 400, "bad-cursor");
}

#[tokio::test]
async fn a_state_is_judged_at_the_time_of_asking() {
    let w = World::new(300).await;
    let admin = w.kit.admin("Ada").await;
    let id = w.active().await;
    assert_eq!(ids(&list(&w, &admin, "?state=active").await.body), std::slice::from_ref(&id));
    assert!(ids(&list(&w, &admin, "?state=paused").await.body).is_empty());
    w.at(100);
    assert_eq!(ids(&list(&w, &admin, "?state=paused").await.body), [id]);
    refused(&list(&w, &admin, "?state=broken").await, 400, "invalid-request");
}
