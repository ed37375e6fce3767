//! Signing in through an OpenID Connect issuer: the sandbox's, with code and PKCE.

use reqwest::Url;
use serde_json::{Value, json};
use std::collections::HashMap;

use crate::browser::{Browser, Page};
use crate::world::{SHARED, World, address, text, unique};

/// A flow that has come back from the issuer.
struct Flow {
    cookie: String,
    answer: Value,
}

/// Begins a flow: where the browser is sent, and its cookie.
async fn start(browser: &Browser) -> (String, String) {
    let body = json!({ "issuer": "sandbox", "return_to": "/wallet" });
    let page = browser.post("/v1/sign-in/oidc/start", "", &body).await;
    assert_eq!(page.status, 200, "{page:?}");
    (text(&page.json()["authorize_url"]), page.cookie("parlor_oidc"))
}

fn query(url: &str) -> HashMap<String, String> {
    Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

/// What a person does at the issuer: says who they are and is sent back.
async fn at_issuer(world: &World, browser: &Browser, person: &Value) -> Flow {
    let (authorize_url, cookie) = start(browser).await;
    let body = json!({ "authorize_url": authorize_url, "person": person });
    let back = world.sandbox("/_sandbox/oidc/sign-in", &body).await;
    let back = text(&back["redirect_to"]);
    assert!(back.starts_with(&format!("{}/sign-in/callback?", world.stack.url)), "{back}");
    let answer = query(&back);
    Flow { cookie, answer: json!({ "state": answer["state"], "code": answer["code"] }) }
}

async fn finish(browser: &Browser, cookie: &str, answer: &Value) -> Page {
    browser.post("/v1/sign-in/oidc/finish", cookie, answer).await
}

#[tokio::test]
async fn a_person_of_the_issuer_is_signed_in_and_stays_the_same_person() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let browser = Browser::new(&world.stack);
    let issuers = browser.get("/v1/sign-in/issuers").await.json();
    assert_eq!(issuers["items"][0]["id"], "sandbox", "{issuers}");

    let person = json!({ "email": address("oidc"), "name": "Ida Marsh" });
    let flow = at_issuer(&world, &browser, &person).await;
    let signed_in = finish(&browser, &flow.cookie, &flow.answer).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
    let tokens = signed_in.json();
    assert_eq!(tokens["me"]["email"], person["email"]);
    assert_eq!(tokens["me"]["display_name"], "Ida Marsh");
    assert_eq!(tokens["return_to"], "/wallet");
    assert!(signed_in.cookie_line("parlor_refresh").contains("HttpOnly"));

    let flow = at_issuer(&world, &browser, &person).await;
    let again = finish(&browser, &flow.cookie, &flow.answer).await.json();
    assert_eq!(again["me"]["id"], tokens["me"]["id"]);
    // The same address by mail is the same person too.
    let by_mail = world.stack.sign_in(&text(&person["email"])).await.unwrap();
    assert_eq!(tokens["me"]["id"], by_mail.id);
}

#[tokio::test]
async fn a_flow_belongs_to_one_browser_and_works_once() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let browser = Browser::new(&world.stack);
    let person = json!({ "email": address("bound") });
    let flow = at_issuer(&world, &browser, &person).await;

    let stranger = finish(&browser, "", &flow.answer).await;
    assert_eq!((stranger.status, stranger.problem().as_str()), (400, "sign-in-failed"));
    let (_, other) = start(&browser).await;
    let other = finish(&browser, &other, &flow.answer).await;
    assert_eq!((other.status, other.problem().as_str()), (400, "sign-in-failed"));
    let mut made_up = flow.answer.clone();
    made_up["state"] = json!(unique());
    let made_up = finish(&browser, &flow.cookie, &made_up).await;
    assert_eq!((made_up.status, made_up.problem().as_str()), (410, "sign-in-expired"));

    assert_eq!(finish(&browser, &flow.cookie, &flow.answer).await.status, 200);
    let twice = finish(&browser, &flow.cookie, &flow.answer).await;
    assert_eq!((twice.status, twice.problem().as_str()), (410, "sign-in-expired"));
}

#[tokio::test]
async fn the_code_is_bound_to_the_verifier_that_never_left_the_server() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let browser = Browser::new(&world.stack);
    let (authorize_url, _) = start(&browser).await;
    let asked = query(&authorize_url);
    assert_eq!(asked["response_type"], "code");
    assert_eq!(asked["code_challenge_method"], "S256");
    assert_eq!(asked["code_challenge"].len(), 43);
    assert!(asked["nonce"].len() >= 32 && asked["state"].len() >= 32);

    // Somebody who catches the code on its way cannot use it.
    let flow = at_issuer(&world, &browser, &json!({ "email": address("caught") })).await;
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", asked["client_id"].as_str()),
        ("code", flow.answer["code"].as_str().unwrap()),
        ("redirect_uri", asked["redirect_uri"].as_str()),
        ("code_verifier", &"x".repeat(43)),
    ];
    let url = format!("{}/oidc/token", world.stack.sandbox);
    let reply = reqwest::Client::new().post(url).form(&form).send().await.unwrap();
    assert_eq!(reply.status(), 400);
    let reply: Value = reply.json().await.unwrap();
    assert_eq!(reply["error"], "invalid_grant");
}

#[tokio::test]
async fn a_token_that_proves_nothing_signs_nobody_in() {
    let _alone = SHARED.write().await;
    let world = World::new();
    let browser = Browser::new(&world.stack);
    let faults = [
        "wrong_audience",
        "wrong_issuer",
        "expired",
        "wrong_nonce",
        "unknown_kid",
        "alg_none",
        "hs256_with_public_key",
        "bad_signature",
    ];
    for fault in faults {
        let person = json!({ "email": address("forged") });
        let flow = at_issuer(&world, &browser, &person).await;
        set_fault(&world, &json!({ "fault": fault })).await;
        let page = finish(&browser, &flow.cookie, &flow.answer).await;
        assert_eq!(
            (page.status, page.problem().as_str()),
            (401, "proof-refused"),
            "{fault}: {page:?}"
        );
        assert!(page.cookie("parlor_refresh").is_empty(), "{fault}: {page:?}");
    }
    let person = json!({ "email": address("unverified"), "email_verified": false });
    let flow = at_issuer(&world, &browser, &person).await;
    let page = finish(&browser, &flow.cookie, &flow.answer).await;
    assert_eq!((page.status, page.problem().as_str()), (403, "email-unverified"), "{page:?}");
}

async fn set_fault(world: &World, body: &Value) {
    let url = format!("{}/_sandbox/oidc/fault", world.stack.sandbox);
    let reply =
        world.stack.call(None, reqwest::Method::POST, &url, None, Some(body)).await.unwrap();
    assert_eq!(reply.status, 204);
}
