//! `GET /v1/host/profile`.

use testkit::{Kit, call, get};

use super::{apply, needs_sign_in, reject, router};

const PATH: &str = "/v1/host/profile";

#[tokio::test]
async fn a_profile_is_read_by_its_owner_whatever_its_status() {
    let kit = Kit::new().await;
    let router = router(&kit);
    needs_sign_in(&router, get(PATH)).await;
    let (ada, admin) = (kit.member("Ada").await, kit.admin("Cy").await);
    let before = call(&router, get(PATH).bearer(&ada.token)).await;
    assert_eq!((before.status, before.problem()), (404, "not-found"));
    let applied = apply(&router, &ada, "ada").await;
    let reply = call(&router, get(PATH).bearer(&ada.token)).await;
    assert_eq!((reply.status, reply.body), (200, applied));
    assert_eq!(reject(&router, &admin, &ada, "Not now.").await.status, 200);
    let reply = call(&router, get(PATH).bearer(&ada.token)).await;
    assert_eq!(reply.body["status"], "rejected");
    assert_eq!(reply.body["reject_reason"], "Not now.");
}
