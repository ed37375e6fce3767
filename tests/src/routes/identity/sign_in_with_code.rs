//! `sign_in_with_code`.

use serde_json::json;
use testkit::{Fault, call, get, post};

use super::world::{World, access};

/// A code that is not this one.
fn other(code: &str) -> String {
    let last = code.as_bytes()[5];
    format!("{}{}", &code[..5], if last == b'0' { '1' } else { '0' })
}

#[tokio::test]
async fn a_wrong_code_says_how_many_tries_are_left_and_the_sixth_try_is_too_late() {
    let world = World::new().await;
    let mail = world.mail("ada@example.com").await;
    for left in (0..5).rev() {
        let reply = world.code("ada@example.com", &other(&mail.code)).await;
        assert_eq!((reply.status, reply.problem()), (400, "code-wrong"));
        assert_eq!(reply.body["tries_left"], left);
    }
    let reply = world.code("ada@example.com", &mail.code).await;
    assert_eq!((reply.status, reply.problem()), (410, "code-expired"));
    assert_eq!(world.people().0, 0);
}

#[tokio::test]
async fn guesses_sent_together_do_not_share_a_try() {
    let world = World::new().await;
    let mail = world.mail("ada@example.com").await;
    let wrong = other(&mail.code);
    let guesses = (0..12).map(|_| world.code("ada@example.com", &wrong));
    let replies = futures::future::join_all(guesses).await;
    let looked_at = replies.iter().filter(|reply| reply.status == 400).count();
    assert_eq!(looked_at, 5);
    assert!(replies.iter().all(|reply| matches!(reply.status, 400 | 410)));
}

#[tokio::test]
async fn a_code_works_for_ten_minutes_and_once() {
    let world = World::new().await;
    let mail = world.mail("ada@example.com").await;
    world.kit.clock.advance(600);
    assert_eq!(world.code("ada@example.com", &mail.code).await.status, 410);
    let mail = world.mail("ada@example.com").await;
    world.kit.clock.advance(599);
    assert_eq!(world.code("ada@example.com", &mail.code).await.status, 200);
    assert_eq!(world.code("ada@example.com", &mail.code).await.status, 410);
}

#[tokio::test]
async fn a_code_works_for_its_own_address_alone() {
    let world = World::new().await;
    let mail = world.mail("ada@example.com").await;
    assert_eq!(world.code("bo@example.com", &mail.code).await.status, 410);
    world.mail("bo@example.com").await;
    assert_eq!(world.code("bo@example.com", &mail.code).await.status, 400);
}

#[tokio::test]
async fn a_double_click_signs_in_once() {
    let world = World::new().await;
    let mail = world.mail("ada@example.com").await;
    let (one, two) = tokio::join!(
        world.code("ada@example.com", &mail.code),
        world.code("ada@example.com", &mail.code)
    );
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410]);
    assert_eq!(world.people(), (1, 1, 1));
}

#[tokio::test]
async fn a_code_of_another_form_is_refused_without_costing_a_try() {
    let world = World::new().await;
    let mail = world.mail("ada@example.com").await;
    for code in ["", "12345", "1234567", "12345a", "１２３４５６"] {
        let reply = world.code("ada@example.com", code).await;
        assert_eq!((reply.status, &reply.body["errors"][0]["pointer"]), (400, &json!("/code")));
    }
    let reply = world.code("ada@example.com", &other(&mail.code)).await;
    assert_eq!(reply.body["tries_left"], 4);
}

#[tokio::test]
async fn nothing_is_half_made_when_the_store_fails() {
    let world = World::new().await;
    let mail = world.mail("ada@example.com").await;
    world.kit.aws.faults.once("TransactWriteItems", Fault::Broken);
    let reply = world.code("ada@example.com", &mail.code).await;
    assert_eq!((reply.status, reply.problem()), (503, "busy"));
    assert_eq!(world.people(), (0, 0, 0));
    assert_eq!(world.code("ada@example.com", &mail.code).await.status, 200);
    assert_eq!(world.people(), (1, 1, 1));
}

#[tokio::test]
async fn an_appointed_address_becomes_admin_once_and_leaves_an_audit_row() {
    let world = World::with(|config| config.admin_emails = vec!["cy@example.com".into()]).await;
    let reply = world.sign_in("cy@example.com").await;
    assert_eq!(reply.body["me"]["roles"], json!(["member", "admin"]));
    world.sign_in("cy@example.com").await;
    let rows = world.kit.items("app", "AUDIT#");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["action"]["S"], "appoint_admin");
    let reply = world.sign_in("dee@example.com").await;
    assert_eq!(reply.body["me"]["roles"], json!(["member"]));
}

#[tokio::test]
async fn a_member_who_is_appointed_later_becomes_admin_at_the_next_sign_in() {
    let world = World::with(|config| config.admin_emails = vec!["ada@example.com".into()]).await;
    let ada = world.kit.member("Ada").await;
    let reply = world.sign_in("ada@example.com").await;
    assert_eq!(reply.body["me"]["id"], ada.id());
    assert_eq!(reply.body["me"]["roles"], json!(["member", "admin"]));
    let me = call(&world.router, get("/v1/admin/sites").bearer(&access(&reply))).await;
    assert_eq!(me.status, 200);
}

#[tokio::test]
async fn a_suspended_member_can_sign_in_and_read() {
    let world = World::new().await;
    let ada = world.kit.member("Ada").await;
    world.kit.change(&ada.user, |user| user.suspended = true).await;
    let reply = world.sign_in("ada@example.com").await;
    assert_eq!(reply.body["me"]["suspended"], true);
}

#[tokio::test]
async fn on_the_loopback_the_cookie_has_a_name_that_browsers_take_there() {
    let world = World::with(|config| config.site_url = "http://127.0.0.1:8600".into()).await;
    let signed_in = world.sign_in("ada@example.com").await;
    assert!(signed_in.set_cookie("__Host-parlor_refresh").is_none());
    let cookie = signed_in.cookie("parlor_refresh").unwrap();
    assert_eq!(world.refresh(&cookie).await.status, 200);
    assert_eq!(world.refresh(&format!("__Host-{cookie}")).await.status, 401);
}

#[tokio::test]
async fn signing_in_gives_tokens_a_cookie_and_the_way_back() {
    let world = World::new().await;
    world
        .ask(json!({ "email": "Ada.Lovelace+x@Example.com", "return_to": "/readers?tab=1" }))
        .await;
    world.deliver().await;
    let mail = world.mails().pop().unwrap();
    let reply = world.code("ada.lovelace+x@example.com", &mail.code).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.body["expires_in_seconds"], 900);
    assert_eq!(reply.body["return_to"], "/readers?tab=1");
    let me = &reply.body["me"];
    assert_eq!(me["email"], "ada.lovelace+x@example.com");
    assert_eq!(me["display_name"], "ada lovelace");
    assert_eq!(me["roles"], json!(["member"]));
    assert_eq!(me["host_status"], "none");
    assert_eq!(me["created_at"], "2026-11-20T15:00:00.000Z");
    let cookie = reply.set_cookie("__Host-parlor_refresh").unwrap();
    let (_, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; Max-Age=2592000; HttpOnly; Secure; SameSite=Strict");
    assert_eq!(reply.headers["cache-control"], "no-store");
    assert_eq!(world.people(), (1, 1, 1));
    let body = call(&world.router, get("/v1/me").bearer(&access(&reply))).await.body;
    assert_eq!(&body, me);
    let get_refused = call(&world.router, get("/v1/sign-in/code")).await;
    assert_eq!(get_refused.status, 405);
    let form = post("/v1/sign-in/code").header("content-type", "text/plain").text("{}");
    assert_eq!(call(&world.router, form).await.status, 415);
}
