//! The address people open: what it serves, what it does not, and under which headers.

use std::net::Ipv4Addr;

use reqwest::Method;
use serde_json::json;

use crate::browser::{Browser, Page};
use crate::world::{SHARED, World, text};

fn assert_hardened(page: &Page) {
    assert_eq!(page.header("x-content-type-options"), "nosniff", "{page:?}");
    assert_eq!(page.header("x-frame-options"), "DENY", "{page:?}");
    assert!(page.header("strict-transport-security").contains("max-age=63072000"), "{page:?}");
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'"), "{page:?}");
    assert!(!page.header("referrer-policy").is_empty(), "{page:?}");
}

#[tokio::test]
async fn pages_come_with_policies_and_scripts_only_by_their_hash() {
    let world = World::new();
    let browser = Browser::new(&world.stack);
    for path in ["/", "/sign-in", "/about"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.header("content-type").starts_with("text/html"), "{page:?}");
        assert_hardened(&page);
        let policy = page.text.split_once("http-equiv=\"content-security-policy\"").unwrap().1;
        let policy = policy.split('>').next().unwrap();
        assert!(policy.contains("script-src") && policy.contains("'sha256-"), "{path}: {policy}");
        for loose in ["unsafe-inline", "unsafe-eval", "http:", "data: 'self'"] {
            assert!(!policy.contains(&format!("script-src {loose}")), "{path}: {policy}");
        }
        let sent = page.header("content-security-policy");
        assert!(!sent.contains("unsafe-inline"), "{page:?}");
        let connect = sent.split(';').find(|part| part.trim().starts_with("connect-src")).unwrap();
        let allowed: Vec<&str> = connect.split_whitespace().skip(1).collect();
        let socket = text(&world.stack.outputs["RealtimeUrl"]);
        assert_eq!(allowed[..2], ["'self'", &socket], "the socket's own address and no other");
        assert_eq!(allowed.len(), 3, "and where photos are uploaded: {connect}");
    }
}

#[tokio::test]
async fn addresses_of_the_app_get_the_app_and_missing_files_a_404() {
    let world = World::new();
    let browser = Browser::new(&world.stack);
    for path in [
        "/wallet",
        "/sessions/018f5f9e-0000-7000-8000-000000000000",
        "/admin/users",
        "/nowhere/at/all",
    ] {
        let page = browser.get(path).await;
        assert_eq!(
            (page.status, page.header("content-type").split(';').next()),
            (200, Some("text/html")),
            "{path}"
        );
    }
    for path in
        ["/_app/immutable/entry/missing.js", "/missing.css", "/.env", "/media/hosts/missing.png"]
    {
        let page = browser.get(path).await;
        assert!(matches!(page.status, 403 | 404), "{path}: {page:?}");
        assert!(!page.text.contains("<script"), "{path}: a missing file must not be the app");
    }
    let asset = browser.get("/").await.text;
    let asset =
        asset.split("/_app/immutable/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let asset = browser.get(&format!("/_app/immutable/{asset}")).await;
    assert_eq!(asset.status, 200);
    assert!(asset.header("cache-control").contains("immutable"), "{asset:?}");
}

#[tokio::test]
async fn the_api_answers_problems_and_nothing_that_may_run() {
    let world = World::new();
    let browser = Browser::new(&world.stack);
    let site = browser.get("/v1/site").await;
    assert_eq!(site.status, 200, "{site:?}");
    assert_hardened(&site);
    assert!(site.header("content-security-policy").contains("default-src 'none'"), "{site:?}");
    let missing = browser.get("/v1/missing").await;
    assert_eq!((missing.status, missing.problem().as_str()), (404, "not-found"), "{missing:?}");
    assert_eq!(missing.header("content-type"), "application/problem+json", "{missing:?}");
    let anonymous = browser.get("/v1/wallet").await;
    assert_eq!((anonymous.status, anonymous.problem().as_str()), (401, "not-signed-in"));
    assert_eq!(anonymous.header("content-type"), "application/problem+json");
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let form = browser.send(Method::POST, "/v1/sign-in/mail", &form, None).await;
    assert!(matches!(form.status, 400 | 415), "{form:?}");
    let huge = json!({ "email": "x".repeat(2_000_000) });
    let huge = browser.post("/v1/sign-in/mail", "", &huge).await;
    assert_eq!(huge.status, 413, "{}", huge.status);
}

#[tokio::test]
async fn an_address_of_any_domain_says_which_methods_it_takes() {
    let world = World::new();
    let browser = Browser::new(&world.stack);
    let session = "/v1/sessions/018f5f9e-0000-7000-8000-000000000000";
    for (path, allowed) in [("/v1/site", "GET"), ("/v1/wallet", "GET"), (session, "GET")] {
        for method in [Method::HEAD, Method::DELETE] {
            let refused = browser.send(method.clone(), path, &[], None).await;
            assert_eq!(refused.status, 405, "{method} {path}: {refused:?}");
            assert_eq!(refused.header("allow"), allowed, "{method} {path}: {refused:?}");
            // A reply to HEAD has no body.
            let problem = if method == Method::HEAD { "" } else { "method-not-allowed" };
            assert_eq!(refused.problem(), problem, "{method} {path}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn a_limit_counts_the_address_that_the_cdn_saw_and_not_the_one_that_is_claimed() {
    let world = World::new();
    let crowd = Browser::at(&world.stack, Ipv4Addr::new(127, 9, 0, 1));
    let mut taken = 0;
    // 120 a minute; a new minute may begin on the way.
    let refused = loop {
        let claimed = format!("203.0.113.{taken}");
        let headers = [("x-forwarded-for", claimed.as_str())];
        let page = crowd.send(Method::GET, "/v1/hosts", &headers, None).await;
        if page.status != 200 || taken == 250 {
            break page;
        }
        taken += 1;
    };
    assert_eq!((refused.status, refused.problem().as_str()), (429, "too-many-requests"));
    assert!(taken >= 120, "{taken} were taken");
    let neighbour = Browser::at(&world.stack, Ipv4Addr::new(127, 9, 0, 2));
    assert_eq!(neighbour.get("/v1/hosts").await.status, 200);
}

#[tokio::test]
async fn another_site_may_not_call_the_api_from_a_browser() {
    let world = World::new();
    let browser = Browser::new(&world.stack);
    let preflight = async |origin: &str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "authorization,idempotency-key"),
        ];
        browser.send(Method::OPTIONS, "/v1/sessions", &headers, None).await
    };
    let own = preflight(&world.stack.url).await;
    assert_eq!(own.header("access-control-allow-origin"), world.stack.url, "{own:?}");
    let other = preflight("https://elsewhere.example").await;
    assert_eq!(other.header("access-control-allow-origin"), "", "{other:?}");
    let read = [("origin", "https://elsewhere.example")];
    let read = browser.send(Method::GET, "/v1/site", &read, None).await;
    assert_eq!(read.header("access-control-allow-origin"), "", "{read:?}");
}

#[tokio::test]
async fn buckets_open_to_nobody_but_the_cdn() {
    let world = World::new();
    let browser = Browser::new(&world.stack);
    let aws = text(&world.stack.outputs["AwsUrl"]);
    for output in ["SiteBucket", "MediaBucket"] {
        let bucket = text(&world.stack.outputs[output]);
        for path in ["", "/index.html", "/media/x"] {
            let page = browser.get(&format!("{aws}/{bucket}{path}")).await;
            assert_eq!(page.status, 403, "{output}{path}: {page:?}");
        }
        let put =
            browser.send(Method::PUT, &format!("{aws}/{bucket}/x"), &[], Some(&json!({}))).await;
        assert_eq!(put.status, 403, "{output}: {put:?}");
    }
    let media = text(&world.stack.outputs["MediaBucket"]);
    let preflight =
        [("origin", "https://elsewhere.example"), ("access-control-request-method", "PUT")];
    let url = format!("{aws}/{media}/uploads/x");
    let other = browser.send(Method::OPTIONS, &url, &preflight, None).await;
    assert_eq!(other.header("access-control-allow-origin"), "", "{other:?}");
}

#[tokio::test]
async fn an_admins_door_is_closed_to_everybody_else() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let member = world.member("curious").await;
    let suspend = json!({ "suspended": true, "reason": "because" });
    let refund = json!({ "session_id": "018f5f9e-0000-7000-8000-000000000000", "minute": 1, "funded_by": "platform", "reason": "please" });
    let user = format!("/v1/admin/users/{}", member.id);
    let verify = format!("/v1/admin/hosts/{}/verify", member.id);
    let brand = json!({ "brand": "hepcat" });
    let empty = json!({});
    for (method, path, body) in [
        (Method::GET, "/v1/admin/users", None),
        (Method::GET, "/v1/admin/hosts", None),
        (Method::GET, "/v1/admin/sites", None),
        (Method::GET, "/v1/admin/sessions", None),
        (Method::GET, "/v1/admin/audit?month=2026-11", None),
        (Method::GET, "/v1/admin/conservation", None),
        (Method::PUT, "/v1/admin/site", Some(&brand)),
        (Method::PATCH, user.as_str(), Some(&suspend)),
        (Method::POST, verify.as_str(), Some(&empty)),
        (Method::POST, "/v1/admin/refunds", Some(&refund)),
        (Method::GET, "/v1/host/earnings", None),
    ] {
        let reply =
            member.send(method.clone(), path, Some("journey-closed-door"), body).await.unwrap();
        assert_eq!(reply.status, 403, "{method} {path}: {reply:?}");
        let reply = world.stack.call(None, method.clone(), path, None, body).await.unwrap();
        assert_eq!(reply.status, 401, "{method} {path}: {reply:?}");
    }
}

#[tokio::test]
async fn a_suspended_person_reads_and_cannot_spend() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let host = world.host("Lotte", 100).await;
    let member = world.member_with("mads", 1_000).await;
    let admin = world.admin().await;
    let path = format!("/v1/admin/users/{}", member.id);
    admin.patch(&path, &json!({ "suspended": true, "reason": "a complaint" })).await.unwrap();
    assert_eq!(member.get("/v1/me").await.unwrap()["suspended"], true);
    let body = json!({ "host_id": host.id, "modality": "text" });
    let refused =
        member.send(Method::POST, "/v1/sessions", Some("journey-suspended"), Some(&body)).await;
    assert_eq!(refused.unwrap().body["type"], "/problems/suspended");
    admin.patch(&path, &json!({ "suspended": false, "reason": "resolved" })).await.unwrap();
    let room = world.asked(member, host).await;
    room.member.post(&room.at("cancel"), &json!({})).await.unwrap();
    let email = json!({ "email": room.member.email });
    let found = admin.post("/v1/admin/users/find", &email).await.unwrap();
    assert_eq!(found["items"][0]["id"], room.member.id, "{found}");
}
