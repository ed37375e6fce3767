//! `POST /v1/admin/hosts/{host_id}/verify`.

use futures::future::join;
use serde_json::json;
use store::user::{HostStatus, Role};
use testkit::{Fault, Kit, call, post};

use super::{app, apply, mailed, needs_sign_in, put_listed, reject, router, stored, verify};

#[tokio::test]
async fn only_an_admin_verifies() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    apply(&router, &ada, "ada").await;
    let path = format!("/v1/admin/hosts/{}/verify", ada.id());
    needs_sign_in(&router, post(&path).json(json!({}))).await;
    let reply = verify(&router, &ada, &ada).await;
    assert_eq!((reply.status, reply.problem()), (403, "forbidden"));
    let bo = kit.host("Bob").await;
    assert_eq!(verify(&router, &bo, &ada).await.status, 403);
}

#[tokio::test]
async fn a_verified_person_is_a_host_with_a_page_and_an_earnings_balance() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let (ada, admin) = (kit.member("Ada").await, kit.admin("Cy").await);
    apply(&router, &ada, "ada").await;
    assert!(kit.store().earnings(&ada.id()).await.unwrap().is_none());
    kit.clock.advance(60);
    let reply = verify(&router, &admin, &ada).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.body["status"], "verified");
    assert_eq!(reply.body["member_since"], "2026-11-20T15:01:00.000Z");
    let user = store::user::find(&kit.store(), ada.user.id).await.unwrap().unwrap();
    assert!(user.is(Role::Host) && user.is(Role::Member));
    assert_eq!(user.host_status, HostStatus::Verified);
    let earnings = kit.store().earnings(&ada.id()).await.unwrap().unwrap();
    assert_eq!((earnings.available_minor, earnings.currency.as_str()), (0, "USD"));
    assert_eq!(kit.store().catalogue().await.unwrap().len(), 1);
    assert_eq!(stored(&kit, &ada).await.decided_by, Some(admin.user.id));
    let rows = store::audit::list(&kit.store(), "2026-11", 10, None).await.unwrap().items;
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].action.as_str(), rows[0].actor_id), ("verify_host", admin.user.id));
    assert_eq!(rows[0].object_id, ada.id());
    assert_eq!(rows[0].details["slug"], "ada");
}

#[tokio::test]
async fn an_admin_who_applies_is_verified_by_another_one() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let (cy, di) = (kit.admin("Cy").await, kit.admin("Dee").await);
    apply(&router, &cy, "cyra").await;
    let reply = verify(&router, &cy, &cy).await;
    assert_eq!((reply.status, reply.problem()), (403, "forbidden"), "{}", reply.text);
    assert!(reply.text.contains("another admin"), "{}", reply.text);
    assert_eq!(stored(&kit, &cy).await.status, store::host::Status::Pending);
    assert_eq!(verify(&router, &di, &cy).await.status, 200);
}

#[tokio::test]
async fn two_admins_at_once_verify_once() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let ada = kit.member("Ada").await;
    let (cy, di) = (kit.admin("Cy").await, kit.admin("Dee").await);
    apply(&router, &ada, "ada").await;
    let (one, other) = join(verify(&router, &cy, &ada), verify(&router, &di, &ada)).await;
    let mut outcomes = [(one.status, one.problem()), (other.status, other.problem())];
    outcomes.sort_unstable();
    assert_eq!(outcomes, [(200, ""), (409, "conflict")]);
    let rows = store::audit::list(&kit.store(), "2026-11", 10, None).await.unwrap().items;
    assert_eq!(rows.len(), 1, "one deed, one row");
    assert_eq!(mailed(&kit), [(ada.id(), "verified".to_owned())], "and one mail");
}

#[tokio::test]
async fn nothing_is_half_verified() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let (ada, admin) = (kit.member("Ada").await, kit.admin("Cy").await);
    apply(&router, &ada, "ada").await;
    kit.aws.faults.once("TransactWriteItems", Fault::LostRequest);
    assert_eq!(verify(&router, &admin, &ada).await.status, 503);
    assert_eq!(stored(&kit, &ada).await.status, store::host::Status::Pending);
    assert!(kit.store().earnings(&ada.id()).await.unwrap().is_none());
    let user = store::user::find(&kit.store(), ada.user.id).await.unwrap().unwrap();
    assert!(!user.is(Role::Host));
    assert!(mailed(&kit).is_empty());
    kit.aws.faults.clear();
    assert_eq!(verify(&router, &admin, &ada).await.status, 200);
}

#[tokio::test]
async fn a_host_who_comes_back_keeps_the_earnings() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let (ada, admin) = (kit.member("Ada").await, kit.admin("Cy").await);
    apply(&router, &ada, "ada").await;
    assert_eq!(verify(&router, &admin, &ada).await.status, 200);
    let credit = store::wallet::change_earnings(store::Transaction::new(), &ada.id(), 700);
    kit.store().commit(credit).await.unwrap();
    assert_eq!(reject(&router, &admin, &ada, "A break.").await.status, 200);
    apply(&router, &ada, "ada").await;
    let reply = verify(&router, &admin, &ada).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(kit.store().earnings(&ada.id()).await.unwrap().unwrap().available_minor, 700);
}

#[tokio::test]
async fn only_a_pending_application_of_somebody_is_verified() {
    let kit = Kit::new().await;
    let router = router(&kit);
    let (ada, admin) = (kit.member("Ada").await, kit.admin("Cy").await);
    let reply = verify(&router, &admin, &ada).await;
    assert_eq!((reply.status, reply.problem()), (404, "not-found"));
    let request = post("/v1/admin/hosts/not-an-id/verify").bearer(&admin.token).json(json!({}));
    assert_eq!(call(&router, request).await.status, 404);
    apply(&router, &ada, "ada").await;
    assert_eq!(reject(&router, &admin, &ada, "Not now.").await.status, 200);
    let reply = verify(&router, &admin, &ada).await;
    assert_eq!((reply.status, reply.problem()), (409, "conflict"));
    assert_eq!(reply.body["host_status"], "rejected");
}

#[tokio::test]
async fn a_full_catalogue_takes_nobody_in() {
    let kit = Kit::new().await;
    let app = hosts::App { hosts_max: 1, ..app(&kit) };
    let router = web::serve(hosts::router(app));
    let (ada, admin) = (kit.member("Ada").await, kit.admin("Cy").await);
    apply(&router, &ada, "ada").await;
    put_listed(&kit, "bob", |_| {}).await;
    let reply = verify(&router, &admin, &ada).await;
    assert_eq!((reply.status, reply.problem()), (409, "conflict"));
    assert_eq!(stored(&kit, &ada).await.status, store::host::Status::Pending);
}
