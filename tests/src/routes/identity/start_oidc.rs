//! `start_oidc`.

use runtime::OidcIssuer;
use serde_json::json;
use testkit::{call, post};

use super::issuer::{CLIENT, Issuer, begin, world};
use super::world::World;

#[tokio::test]
async fn an_unknown_issuer_and_a_way_back_to_another_site_are_refused() {
    let world = World::new().await;
    let body = json!({ "issuer": "evil", "return_to": "//evil.test" });
    let reply = call(&world.router, post("/v1/sign-in/oidc/start").json(body)).await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.body["errors"][0]["pointer"], "/issuer");
    assert_eq!(reply.body["errors"][1]["pointer"], "/return_to");
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_or_names_another_is_put_off() {
    let issuer = Issuer::start().await;
    issuer.name_itself("https://other.test/");
    let world = world(&issuer).await;
    let request = || post("/v1/sign-in/oidc/start").json(json!({ "issuer": "test" }));
    let reply = call(&world.router, request()).await;
    assert_eq!((reply.status, reply.problem()), (503, "upstream-down"));
    drop(issuer);
    let reply = call(&world.router, request()).await;
    assert_eq!((reply.status, reply.problem()), (503, "upstream-down"));
    assert!(!reply.text.contains("127.0.0.1"), "internals stay inside: {}", reply.text);
}

#[tokio::test]
async fn an_issuer_may_name_hosts_that_are_listed_for_it_and_no_other() {
    let listed = ["keys.test", "keys.test:8443"].map(str::to_owned);
    for (address, status) in [
        ("https://keys.test/keys", 200),
        ("http://keys.test:8443/keys", 200),
        ("https://keys.test:9443/keys", 503),
        ("https://other.test/keys", 503),
        ("https://keys.test@other.test/keys", 503),
        ("https://own@keys.test/keys", 503),
        ("ftp://keys.test/keys", 503),
        ("/keys", 503),
        ("http://169.254.169.254/latest/meta-data", 503),
    ] {
        let issuer = Issuer::start().await;
        issuer.keep_keys_at(address);
        let configured = OidcIssuer { hosts: listed.to_vec(), ..issuer.configured() };
        let world = World::with(|config| config.oidc_issuers = vec![configured]).await;
        let request = post("/v1/sign-in/oidc/start").json(json!({ "issuer": "test" }));
        assert_eq!(call(&world.router, request).await.status, status, "{address}");
    }
}

#[tokio::test]
async fn the_browser_is_sent_with_pkce_state_and_nonce_and_is_bound_by_a_cookie() {
    let issuer = Issuer::start().await;
    let world = world(&issuer).await;
    let (one, two) = (begin(&world).await, begin(&world).await);
    assert!(one.url.starts_with(&format!("{}/authorize?tenant=a&", issuer.url)), "{}", one.url);
    for part in [
        "response_type=code",
        "code_challenge_method=S256",
        "scope=openid+email+profile",
        "redirect_uri=https%3A%2F%2Fparlor.test%2Fsign-in%2Fcallback",
        &format!("client_id={CLIENT}"),
    ] {
        assert!(one.url.contains(part), "{part}");
    }
    assert_ne!(one.state, two.state);
    assert_ne!(one.nonce, two.nonce);
    assert_ne!(one.cookie, two.cookie);
    let stored = world.kit.items("app", "OIDC#");
    let (_, browser) = one.cookie.split_once('=').unwrap();
    for item in stored {
        let item = item.to_string();
        assert!(!item.contains(&one.state) && !item.contains(browser), "hashes alone are stored");
    }
}
