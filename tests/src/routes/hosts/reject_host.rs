//! `POST /v1/admin/hosts/{host_id}/reject`.

use serde_json::json;
use store::user::{HostStatus, Role};
use testkit::{Kit, call, get, post, put};

use super::{apply, mailed, needs_sign_in, pointers, reject, router, stored, verified};

#[tokio::test]
async fn only_an_admin_rejects() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    apply(&router, &ada, "ada").await;
    let path = format!("/v1/admin/hosts/{}/reject", ada.id());
    needs_sign_in(&router, post(&path).json(json!({ "reason": "Because." }))).await;
    let reply = reject(&router, &ada, &ada, "Because.").await;
    assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
}

#[tokio::test]
async fn a_rejection_says_why_and_is_written_down() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let (ada, admin) = (kit.member("Ada").await, kit.admin("Cy").await);
    apply(&router, &ada, "ada").await;
    let reply = reject(&router, &admin, &ada, "  Tell us more about yourself. ").await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.body["status"], "rejected");
    assert_eq!(reply.body["reject_reason"], "Tell us more about yourself.");
    let user = store::user::find(&kit.store(), ada.user.id).await.unwrap().unwrap();
    assert_eq!(user.host_status, HostStatus::Rejected);
    let rows = store::audit::list(&kit.store(), "2026-11", 10, None).await.unwrap().items;
    assert_eq!((rows.len(), rows[0].action.as_str()), (1, "reject_host"));
    assert_eq!(rows[0].details["reason"], "Tell us more about yourself.");
    assert_eq!(rows[0].details["was"], "pending");
    let again = reject(&router, &admin, &ada, "Once more.").await;
    assert_eq!((again.status, again.problem()), (409, "conflict"));
    assert_eq!(mailed(&kit), [(ada.id(), "rejected".to_owned())], "one decision, one mail");
}

#[tokio::test]
async fn a_verified_host_who_is_rejected_leaves_the_catalogue_and_the_role() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let admin = kit.admin("Cy").await;
    let ada = verified(&kit, &router, "Ada").await;
    let rates = put("/v1/host/rates").bearer(&ada.token).json(json!({ "text_minor": 200 }));
    assert_eq!(call(&router, rates).await.status, 200);
    let online = || put("/v1/host/online").bearer(&ada.token).json(json!({ "online": true }));
    assert_eq!(call(&router, online()).await.status, 200);
    kit.clock.advance(1);
    let reply = reject(&router, &admin, &ada, "Complaints.").await;
    assert_eq!((reply.status, &reply.body["online"]), (200, &json!(false)));
    assert!(kit.store().catalogue().await.unwrap().is_empty());
    assert_eq!(mailed(&kit).last().unwrap(), &(ada.id(), "removed".to_owned()));
    assert_eq!(call(&router, get("/v1/hosts/ada")).await.status, 404);
    assert_eq!(call(&router, online()).await.status, 403);
    let user = store::user::find(&kit.store(), ada.user.id).await.unwrap().unwrap();
    assert!(!user.is(Role::Host));
    assert!(kit.store().earnings(&ada.id()).await.unwrap().is_some(), "what was earned stays");
    // A session that was open settles later; its tally still has a place to go.
    let tally = store::host::Tally { sessions: 1, ..store::host::Tally::default() };
    let tx = store::host::count(store::Transaction::new(), ada.user.id, tally);
    kit.store().commit(tx).await.unwrap();
    assert_eq!(stored(&kit, &ada).await.session_count, 1);
}

#[tokio::test]
async fn a_rejection_needs_a_reason_and_somebody() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let (ada, admin) = (kit.member("Ada").await, kit.admin("Cy").await);
    assert_eq!(reject(&router, &admin, &ada, "Because.").await.status, 404);
    apply(&router, &ada, "ada").await;
    for reason in ["", "  a  ", "bad\u{0}reason", &"x".repeat(1_001)] {
        let reply = reject(&router, &admin, &ada, reason).await;
        assert_eq!((reply.status, reply.problem()), (400, "invalid-request"), "{reason}");
        assert_eq!(pointers(&reply), ["/reason"]);
    }
    assert_eq!(stored(&kit, &ada).await.version, 1);
}
