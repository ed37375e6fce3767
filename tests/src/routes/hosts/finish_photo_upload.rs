//! `POST /v1/host/photo/finish`.

use axum::Router;
use serde_json::json;
use testkit::{Fault, Kit, Person, Reply, call, post};
use uuid::Uuid;

use super::picture::{SECRET, holds, jpeg, png, webp};
use super::{apply, needs_sign_in, reject, router, stored, verified};

const PATH: &str = "/v1/host/photo/finish";

/// Begins an upload and gives its key.
async fn start(router: &Router, person: &Person) -> String {
    let body = json!({ "content_type": "image/png", "size_bytes": 1_000 });
    let reply = call(router, post("/v1/host/photo").bearer(&person.token).json(body)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.body["photo_key"].as_str().unwrap().to_owned()
}

async fn finish(router: &Router, person: &Person, key: &str) -> Reply {
    call(router, post(PATH).bearer(&person.token).json(json!({ "photo_key": key }))).await
}

#[tokio::test]
async fn only_who_applied_and_was_not_turned_down_finishes_an_upload() {
    let kit = Kit::new().await;
    let router = router(&kit);
    needs_sign_in(&router, post(PATH).json(json!({ "photo_key": "x" }))).await;
    let (ada, admin) = (kit.member("Ada").await, kit.admin("Cy").await);
    let key = format!("uploads/hosts/{}/{}", ada.id(), Uuid::new_v4());
    kit.aws.put_object(&key, "image/png", &png(30, 20));
    assert_eq!(finish(&router, &ada, &key).await.status, 404);
    apply(&router, &ada, "ada").await;
    assert_eq!(reject(&router, &admin, &ada, "Not now.").await.status, 200);
    let reply = finish(&router, &ada, &key).await;
    assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
}

#[tokio::test]
async fn somebody_elses_upload_or_a_made_up_key_is_nothing() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let (ada, bo) = (kit.member("Ada").await, kit.member("Bob").await);
    apply(&router, &ada, "ada").await;
    apply(&router, &bo, "bob").await;
    let key = start(&router, &ada).await;
    kit.aws.put_object(&key, "image/png", &png(30, 20));
    kit.aws.put_object("secrets", "image/png", &png(30, 20));
    let own = format!("uploads/hosts/{}", bo.id());
    for key in [
        key.clone(),
        "secrets".to_owned(),
        String::new(),
        format!("{own}/../../../secrets"),
        format!("{own}/{}", Uuid::new_v4()),
        format!("{own}/{}", Uuid::new_v4().simple()),
        format!("{own}/not-an-id"),
    ] {
        let reply = finish(&router, &bo, &key).await;
        assert_eq!((reply.status, reply.problem()), (404, "not-found"), "{key}");
    }
    assert!(kit.aws.object(&key).is_some() && kit.aws.object("secrets").is_some());
    assert_eq!(stored(&kit, &bo).await.photo_key, None);
}

#[tokio::test]
async fn a_bad_file_is_refused_and_removed() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    apply(&router, &ada, "ada").await;
    let mut large = png(30, 20);
    large.resize(5 * 1024 * 1024 + 1, 0);
    for (name, bytes) in [
        ("empty", &b""[..]),
        ("a page", b"<html><script>alert(1)</script></html>"),
        ("a vector picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("an old picture", b"GIF89a and then the picture"),
        ("sound in the same wrapping", b"RIFF\x10\0\0\0WAVEfmt and then the sound"),
        ("the beginning of a beginning", b"\x89PN"),
        ("a picture that is cut off", &png(30, 20)[..60]),
        ("a picture of a wall", &png(6_000, 6_000)),
        ("too large", &large),
    ] {
        let key = start(&router, &ada).await;
        kit.aws.put_object(&key, "image/png", bytes);
        let reply = finish(&router, &ada, &key).await;
        assert_eq!((reply.status, reply.problem()), (400, "upload-invalid"), "{name}");
        assert!(reply.body["detail"].as_str().unwrap().starts_with("The file is"), "{name}");
        assert!(kit.aws.object(&key).is_none(), "{name} is gone");
    }
    assert_eq!(stored(&kit, &ada).await.photo_key, None);
}

#[tokio::test]
async fn a_good_file_becomes_the_photo_under_the_type_it_has() {
    for (bytes, content_type) in [
        (png(30, 20), "image/png"),
        (jpeg(30, 20, true), "image/jpeg"),
        (webp(30, 20), "image/webp"),
    ] {
        let kit = Kit::new().await;
        let router = router(&kit);
        let ada = verified(&kit, &router, "Ada").await;
        let key = start(&router, &ada).await;
        // What the browser said of it does not count.
        kit.aws.put_object(&key, "text/html", &bytes);
        let reply = finish(&router, &ada, &key).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        let served = key.replacen("uploads/", "media/", 1);
        let url = format!("https://parlor.test/{served}");
        assert_eq!(reply.body["photo_url"], url);
        let shown = kit.aws.object(&served).unwrap();
        assert!(
            holds(&bytes, SECRET) && !holds(&shown, SECRET),
            "nothing about its maker is served"
        );
        assert_eq!(shown, hosts::picture::clean(&bytes).unwrap().bytes);
        assert_eq!(kit.aws.object_type(&served).as_deref(), Some(content_type));
        assert!(kit.aws.object(&key).is_none(), "the upload is gone");
        let card = kit.store().catalogue().await.unwrap().remove(0);
        assert_eq!(card.photo_key, Some(served), "the catalogue shows it too");
    }
}

#[tokio::test]
async fn a_new_photo_removes_the_one_before_and_repeating_it_changes_nothing() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    apply(&router, &ada, "ada").await;
    let first = start(&router, &ada).await;
    kit.aws.put_object(&first, "image/png", &png(30, 20));
    assert_eq!(finish(&router, &ada, &first).await.status, 200);
    let second = start(&router, &ada).await;
    kit.aws.put_object(&second, "image/jpeg", &jpeg(30, 20, true));
    let done = finish(&router, &ada, &second).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert!(kit.aws.object(&first.replacen("uploads/", "media/", 1)).is_none());
    let again = finish(&router, &ada, &second).await;
    assert_eq!((again.status, again.body), (200, done.body));
    assert!(kit.aws.object(&second.replacen("uploads/", "media/", 1)).is_some());
}

#[tokio::test]
async fn what_was_checked_is_served_though_the_upload_is_replaced_meanwhile() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    apply(&router, &ada, "ada").await;
    let key = start(&router, &ada).await;
    kit.aws.put_object(&key, "image/png", &png(30, 20));
    let (aws, upload) = (kit.aws.clone(), key.clone());
    kit.aws.faults.set(move |call| {
        if call.operation == "PutObject" {
            aws.put_object(&upload, "text/html", b"<html>");
        }
        Fault::None
    });
    let reply = finish(&router, &ada, &key).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let shown = kit.aws.object(&key.replacen("uploads/", "media/", 1)).unwrap();
    assert_eq!(shown, hosts::picture::clean(&png(30, 20)).unwrap().bytes);
}

#[tokio::test]
async fn a_store_that_does_not_answer_loses_nothing() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    apply(&router, &ada, "ada").await;
    let key = start(&router, &ada).await;
    kit.aws.put_object(&key, "image/png", &png(30, 20));
    for operation in ["GetObject", "PutObject"] {
        kit.aws.faults.once(operation, Fault::Broken);
        let reply = finish(&router, &ada, &key).await;
        assert_eq!((reply.status, reply.problem()), (503, "upstream-down"), "{operation}");
    }
    assert_eq!(finish(&router, &ada, &key).await.status, 200);
}
