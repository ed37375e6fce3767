//! Signing in by mail, and what becomes of the tokens.

use parlor_tests::code_in;
use serde_json::{Value, json};

use crate::browser::{Browser, Page};
use crate::world::{SHARED, World, address, text};

/// The newest mail to an address, once there are so many.
async fn mail(world: &World, email: &str, count: usize) -> String {
    let found = world.stack.eventually("the mail", async || {
        let mails = world.stack.mails(email).await?;
        Ok((mails.len() >= count).then(|| mails[0].clone()))
    });
    found.await.unwrap()
}

/// What stands behind `#token=` in a mail.
fn link_token(mail: &str) -> String {
    let rest = mail.split_once("/sign-in/link#token=").map_or("", |(_, rest)| rest);
    rest.split_whitespace().next().unwrap_or_default().to_owned()
}

async fn ask(browser: &Browser, email: &str) {
    let body = json!({ "email": email, "return_to": "/wallet" });
    let sent = browser.post("/v1/sign-in/mail", "", &body).await;
    assert_eq!(sent.status, 202, "{sent:?}");
    assert_eq!(sent.json()["expires_in_seconds"], 600);
}

async fn by_code(browser: &Browser, email: &str, code: &str) -> Page {
    browser.post("/v1/sign-in/code", "", &json!({ "email": email, "code": code })).await
}

/// Another code than this one.
fn wrong(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

async fn refresh(browser: &Browser, cookie: &str) -> Page {
    browser.post("/v1/tokens/refresh", cookie, &json!({})).await
}

async fn me(browser: &Browser, tokens: &Value) -> Page {
    let bearer = format!("Bearer {}", text(&tokens["access_token"]));
    let headers = [("authorization", bearer.as_str())];
    browser.send(reqwest::Method::GET, "/v1/me", &headers, None).await
}

#[tokio::test]
async fn the_code_of_a_mail_signs_in_once_and_a_wrong_one_costs_a_try() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let browser = Browser::new(&world.stack);
    let email = address("code");
    ask(&browser, &email).await;
    let code = code_in(&mail(&world, &email, 1).await).unwrap();

    let refused = by_code(&browser, &email, wrong(&code)).await;
    assert_eq!((refused.status, refused.problem().as_str()), (400, "code-wrong"), "{refused:?}");
    assert_eq!(refused.json()["tries_left"], 4);

    let signed_in = by_code(&browser, &email, &code).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
    let tokens = signed_in.json();
    assert_eq!(tokens["me"]["email"], email);
    assert_eq!(tokens["me"]["roles"], json!(["member"]));
    assert_eq!(tokens["return_to"], "/wallet");
    let cookie = signed_in.cookie_line("parlor_refresh");
    for part in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/;"] {
        assert!(cookie.contains(part), "{part} is missing in {cookie}");
    }
    assert_eq!(me(&browser, &tokens).await.json()["email"], email);

    let again = by_code(&browser, &email, &code).await;
    assert_eq!((again.status, again.problem().as_str()), (410, "code-expired"), "{again:?}");
}

#[tokio::test]
async fn the_link_of_a_mail_signs_in_once_and_takes_the_code_with_it() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let browser = Browser::new(&world.stack);
    let email = address("link");
    ask(&browser, &email).await;
    let mail = mail(&world, &email, 1).await;
    let token = link_token(&mail);
    assert!(mail.contains(&format!("{}/sign-in/link#token=", world.stack.url)), "{mail}");

    let other = if token.ends_with('x') { 'y' } else { 'x' };
    let bent = format!("{}{other}", &token[..token.len() - 1]);
    let refused = browser.post("/v1/sign-in/link", "", &json!({ "token": bent })).await;
    assert_eq!((refused.status, refused.problem().as_str()), (410, "link-expired"), "{refused:?}");

    let body = json!({ "token": token });
    let signed_in = browser.post("/v1/sign-in/link", "", &body).await;
    assert_eq!(signed_in.status, 200, "{signed_in:?}");
    assert_eq!(signed_in.json()["me"]["email"], email);

    let again = browser.post("/v1/sign-in/link", "", &body).await;
    assert_eq!((again.status, again.problem().as_str()), (410, "link-expired"), "{again:?}");
    let code = by_code(&browser, &email, &code_in(&mail).unwrap()).await;
    assert_eq!(code.status, 410, "{code:?}");
}

#[tokio::test]
async fn a_mail_address_tells_nobody_whether_it_is_known() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let browser = Browser::new(&world.stack);
    let known = world.member("known").await.email;
    let unknown = address("unknown");
    let mut answers = Vec::new();
    for email in [&known, &unknown] {
        let sent = browser.post("/v1/sign-in/mail", "", &json!({ "email": email })).await;
        answers.push((sent.status, sent.json()));
    }
    assert_eq!(answers[0], answers[1]);
    let odd = json!({ "email": unknown, "admin": true });
    let refused = browser.post("/v1/sign-in/mail", "", &odd).await;
    assert_eq!((refused.status, refused.problem().as_str()), (400, "invalid-request"));
}

#[tokio::test]
async fn a_refresh_token_rotates_and_a_stolen_one_ends_its_family() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let browser = Browser::new(&world.stack);
    let email = address("rotation");
    ask(&browser, &email).await;
    let code = code_in(&mail(&world, &email, 1).await).unwrap();
    let first = by_code(&browser, &email, &code).await.cookie("parlor_refresh");

    let second = refresh(&browser, &first).await;
    assert_eq!(second.status, 200, "{second:?}");
    let second = second.cookie("parlor_refresh");
    assert_ne!(first, second);
    let third = refresh(&browser, &second).await;
    assert_eq!(third.status, 200, "{third:?}");
    let third = third.cookie("parlor_refresh");

    // Two rotations ago: no race between two tabs explains it.
    let stolen = refresh(&browser, &first).await;
    assert_eq!((stolen.status, stolen.problem().as_str()), (401, "signed-out"), "{stolen:?}");
    let owner = refresh(&browser, &third).await;
    assert_eq!((owner.status, owner.problem().as_str()), (401, "signed-out"), "{owner:?}");
    assert!(owner.cookie_line("parlor_refresh").contains("Max-Age=0"), "{owner:?}");
    let nobody = refresh(&browser, "").await;
    assert_eq!(nobody.status, 401, "{nobody:?}");
}

#[tokio::test]
async fn signing_out_ends_this_browser_and_everywhere_ends_all() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let browser = Browser::new(&world.stack);
    let email = address("out");
    let mut signed_in = Vec::new();
    for count in 1..=3 {
        ask(&browser, &email).await;
        let code = code_in(&mail(&world, &email, count).await).unwrap();
        let page = by_code(&browser, &email, &code).await;
        assert_eq!(page.status, 200, "{page:?}");
        signed_in.push(page);
    }
    let cookies: Vec<_> = signed_in.iter().map(|page| page.cookie("parlor_refresh")).collect();

    let out = browser.post("/v1/tokens/sign-out", &cookies[0], &json!({})).await;
    assert_eq!(out.status, 204, "{out:?}");
    assert_eq!(refresh(&browser, &cookies[0]).await.status, 401);
    assert_eq!(me(&browser, &signed_in[1].json()).await.status, 200);

    let third = signed_in[2].json();
    let bearer = format!("Bearer {}", text(&third["access_token"]));
    let headers = [("authorization", bearer.as_str())];
    let path = "/v1/tokens/sign-out-everywhere";
    let out = browser.send(reqwest::Method::POST, path, &headers, Some(&json!({}))).await;
    assert_eq!(out.status, 204, "{out:?}");
    for page in &signed_in {
        assert_eq!(me(&browser, &page.json()).await.status, 401);
    }
    for cookie in &cookies {
        assert_eq!(refresh(&browser, cookie).await.status, 401);
    }
}

#[tokio::test]
async fn an_access_token_is_signed_by_the_published_key_and_no_other_one_counts() {
    let _shared = SHARED.read().await;
    let world = World::new();
    let browser = Browser::new(&world.stack);
    let keys = browser.get("/.well-known/jwks.json").await;
    assert_eq!(keys.status, 200, "{keys:?}");
    let key = &keys.json()["keys"][0];
    assert_eq!((&key["kty"], &key["alg"]), (&json!("RSA"), &json!("RS256")));
    assert!(key["d"].is_null(), "the private half must never be published");

    let member = world.member("token").await;
    let token = member.token();
    let (rest, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    let bent = format!("{rest}.{first}{}", &signature[1..]);
    // {"alg":"none"} and no signature.
    let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", token.split('.').nth(1).unwrap());
    for bad in [bent.as_str(), unsigned.as_str(), "", "x.y.z"] {
        let page = me(&browser, &json!({ "access_token": bad })).await;
        assert_eq!((page.status, page.problem().as_str()), (401, "not-signed-in"), "{bad}");
    }
}
