//! `POST /v1/host/photo`.

use serde_json::json;
use testkit::{Kit, call, post};

use super::{apply, needs_sign_in, pointers, reject, router};

const PATH: &str = "/v1/host/photo";

#[tokio::test]
async fn only_who_applied_and_was_not_turned_down_uploads() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let body = json!({ "content_type": "image/png", "size_bytes": 1_000 });
    needs_sign_in(&router, post(PATH).json(body.clone())).await;
    let (ada, admin) = (kit.member("Ada").await, kit.admin("Cy").await);
    let reply = call(&router, post(PATH).bearer(&ada.token).json(body.clone())).await;
    assert_eq!((reply.status, reply.problem()), (404, "not-found"));
    apply(&router, &ada, "ada").await;
    assert_eq!(reject(&router, &admin, &ada, "Not now.").await.status, 200);
    let reply = call(&router, post(PATH).bearer(&ada.token).json(body)).await;
    assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
}

#[tokio::test]
async fn an_upload_is_signed_for_one_key_one_size_one_type_and_five_minutes() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    apply(&router, &ada, "ada").await;
    let body = json!({ "content_type": "image/webp", "size_bytes": 5_242_880 });
    let reply = call(&router, post(PATH).bearer(&ada.token).json(body)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let key = reply.body["photo_key"].as_str().unwrap();
    assert!(key.starts_with(&format!("uploads/hosts/{}/", ada.id())), "{key}");
    let url = reply.body["upload_url"].as_str().unwrap();
    let (address, query) = url.split_once('?').unwrap();
    assert_eq!(address, format!("https://media.s3.us-east-1.amazonaws.com/{key}"));
    let has = |part: &str| query.split('&').any(|found| found == part);
    assert!(has("X-Amz-Expires=300"), "{query}");
    assert!(has("X-Amz-Date=20261120T150000Z"), "{query}");
    assert!(has("X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost"), "{query}");
    assert!(!query.contains("checksum"), "a browser could not keep it: {query}");
    assert_eq!(reply.body["headers"], json!({ "content-type": "image/webp" }));
    assert_eq!(reply.body["expires_at"], "2026-11-20T15:05:00.000Z");
}

#[tokio::test]
async fn what_is_no_small_picture_is_refused_before_the_upload() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    apply(&router, &ada, "ada").await;
    for (content_type, size, expected) in [
        ("image/gif", json!(10), vec!["/content_type"]),
        ("image/svg+xml", json!(0), vec!["/content_type", "/size_bytes"]),
        ("image/png\r\nx: y", json!(10), vec!["/content_type"]),
        ("image/png", json!(-1), vec!["/size_bytes"]),
        ("image/png", json!(5_242_881), vec!["/size_bytes"]),
        ("image/png", json!("10"), vec!["/size_bytes"]),
    ] {
        let body = json!({ "content_type": content_type, "size_bytes": size });
        let reply = call(&router, post(PATH).bearer(&ada.token).json(body)).await;
        assert_eq!((reply.status, pointers(&reply)), (400, expected), "{content_type} {size}");
    }
}

#[tokio::test]
async fn uploads_are_counted_by_the_hour() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    apply(&router, &ada, "ada").await;
    let body = json!({ "content_type": "image/png", "size_bytes": 10 });
    for _ in 0..20 {
        let reply = call(&router, post(PATH).bearer(&ada.token).json(body.clone())).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
    }
    let reply = call(&router, post(PATH).bearer(&ada.token).json(body)).await;
    assert_eq!((reply.status, reply.problem()), (429, "too-many-requests"));
    assert_eq!(reply.headers["retry-after"], "3600");
}
