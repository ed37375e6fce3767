//! `GET /v1/hosts/{slug}`.

use serde_json::json;
use testkit::{Kit, call, get};

use super::{apply, put_listed, reject, router, verified};

#[tokio::test]
async fn anybody_reads_the_page_of_a_verified_host() {
    let kit = Kit::new().await;
    let router = router(&kit);
    put_listed(&kit, "ada", |host| {
        host.bio = "Line one.\n\nLine two, which goes on for quite a while.".into();
        host.rates.voice_minor = Some(300);
        host.photo_key = Some("media/hosts/1/2".into());
        (host.rating_total, host.review_count, host.session_count) = (14, 3, 7);
    })
    .await;
    let reply = call(&router, get("/v1/hosts/ada")).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.body["headline"], "Line one. Line two, which goes on for quite a while.");
    assert_eq!(reply.body["bio"], "Line one.\n\nLine two, which goes on for quite a while.");
    assert_eq!(reply.body["rating"], "4.7");
    assert_eq!(reply.body["session_count"], 7);
    assert_eq!(reply.body["rates"], json!({ "voice_minor": 300 }));
    assert_eq!(reply.body["photo_url"], "https://parlor.test/media/hosts/1/2");
    let person = verified(&kit, &router, "Bob").await;
    let reply = call(&router, get("/v1/hosts/bob")).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.body["id"], person.id());
    assert_eq!(reply.body["member_since"], "2026-11-20T15:00:00.000Z");
    for private in ["statement", "status", "version", "applied_at", "reject_reason"] {
        assert!(reply.body.get(private).is_none(), "{private} is nobody else's business");
    }
}

#[tokio::test]
async fn who_is_not_verified_has_no_page() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let (ada, admin) = (kit.member("Ada").await, kit.admin("Cy").await);
    apply(&router, &ada, "ada").await;
    let bo = verified(&kit, &router, "Bob").await;
    assert_eq!(reject(&router, &admin, &bo, "No more.").await.status, 200);
    let di = verified(&kit, &router, "Dee").await;
    let user = store::user::find(&kit.store(), di.user.id).await.unwrap().unwrap();
    kit.change(&user, |user| user.suspended = true).await;
    let long = "a".repeat(3_000);
    for slug in ["ada", "bob", "dee", "nobody", "%00", long.as_str()] {
        let reply = call(&router, get(&format!("/v1/hosts/{slug}"))).await;
        assert_eq!((reply.status, reply.problem()), (404, "not-found"), "{slug}");
    }
}
