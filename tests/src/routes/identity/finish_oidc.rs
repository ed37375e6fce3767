//! `finish_oidc`, with scenario 1 of the specification.

use futures::future::join;
use http::StatusCode;
use jiff::SignedDuration;
use serde_json::json;
use testkit::forge;

use super::issuer::{Begun, Issuer, begin, finish, world};
use super::world::{World, access};

const SUBJECT: &str = "auth0|abc";

/// Begins a flow and prepares the issuer's answer to it.
async fn ready(world: &World, issuer: &Issuer, email: &str) -> Begun {
    let begun = begin(world).await;
    let claims = issuer.claims(world, &begun.nonce, SUBJECT, email);
    issuer.give(forge(&Issuer::header(), &claims));
    begun
}

#[tokio::test]
async fn a_browser_that_did_not_begin_the_flow_cannot_finish_it() {
    let issuer = Issuer::start().await;
    let world = world(&issuer).await;
    let begun = ready(&world, &issuer, "ada@example.com").await;
    let other = begin(&world).await;
    for cookie in ["", "__Host-parlor_oidc=", &other.cookie] {
        let reply = finish(&world, &Begun { cookie: cookie.to_owned(), ..begun.clone() }).await;
        assert_eq!((reply.status, reply.problem()), (400, "sign-in-failed"), "{cookie}");
    }
    assert!(issuer.asked().is_empty(), "no code left this house");
    assert_eq!(finish(&world, &begun).await.status, 200);
}

#[tokio::test]
async fn a_state_works_once_and_for_ten_minutes() {
    let issuer = Issuer::start().await;
    let world = world(&issuer).await;
    let begun = ready(&world, &issuer, "ada@example.com").await;
    assert_eq!(finish(&world, &begun).await.status, 200);
    let reply = finish(&world, &begun).await;
    assert_eq!((reply.status, reply.problem()), (410, "sign-in-expired"));
    let late = ready(&world, &issuer, "ada@example.com").await;
    world.kit.clock.advance(600);
    assert_eq!(finish(&world, &late).await.status, 410);
    let made_up = Begun { state: "x".repeat(43), ..late };
    assert_eq!(finish(&world, &made_up).await.status, 410);
}

#[tokio::test]
async fn a_code_that_the_issuer_refuses_and_an_issuer_that_is_down_are_told_apart() {
    let issuer = Issuer::start().await;
    let world = world(&issuer).await;
    for (status, expected, kind) in [
        (StatusCode::BAD_REQUEST, 400, "sign-in-failed"),
        (StatusCode::BAD_GATEWAY, 503, "upstream-down"),
    ] {
        let begun = ready(&world, &issuer, "ada@example.com").await;
        issuer.refuse(Some(status));
        let reply = finish(&world, &begun).await;
        assert_eq!((reply.status, reply.problem()), (expected, kind));
    }
    assert_eq!(world.people(), (0, 0, 0));
}

#[tokio::test]
async fn the_code_goes_out_with_its_verifier_and_the_client_secret() {
    let issuer = Issuer::start().await;
    let mut configured = issuer.configured();
    configured.client_secret_id = Some("parlor/oidc/test".into());
    let world = World::with(|config| config.oidc_issuers = vec![configured]).await;
    world.kit.aws.put_secret("parlor/oidc/test", "p:w");
    let begun = ready(&world, &issuer, "ada@example.com").await;
    assert_eq!(finish(&world, &begun).await.status, 200);
    let form = issuer.asked().remove(0);
    for part in ["grant_type=authorization_code", "code=code-1", "code_verifier="] {
        assert!(form.contains(part), "{form}");
    }
    assert!(!form.contains("client_secret"), "the secret goes in the header alone");
    assert!(issuer.authorized()[0].as_deref().unwrap().starts_with("Basic "));
}

#[tokio::test]
async fn an_address_that_the_issuer_did_not_verify_links_to_nobody() {
    let issuer = Issuer::start().await;
    let world = world(&issuer).await;
    world.kit.member("Ada").await;
    for verified in [json!(false), json!("true"), json!(1), json!(null)] {
        let begun = begin(&world).await;
        let mut claims = issuer.claims(&world, &begun.nonce, SUBJECT, "ada@example.com");
        claims["email_verified"] = verified;
        issuer.give(forge(&Issuer::header(), &claims));
        let reply = finish(&world, &begun).await;
        assert_eq!((reply.status, reply.problem()), (403, "email-unverified"));
    }
    assert_eq!(world.people(), (1, 1, 1));
}

#[tokio::test]
async fn a_verified_address_leads_to_the_user_who_signed_in_by_mail_before() {
    let issuer = Issuer::start().await;
    let world = world(&issuer).await;
    let ada = world.kit.member("Ada").await;
    let begun = ready(&world, &issuer, "ada@example.com").await;
    let reply = finish(&world, &begun).await;
    assert_eq!(reply.body["me"]["id"], ada.id());
    assert_eq!(reply.body["me"]["display_name"], "Ada", "a name that was chosen stays");
    assert_eq!(reply.body["return_to"], "/wallet");
    assert_eq!(world.people(), (1, 1, 2));
    assert!(reply.set_cookie("__Host-parlor_oidc").unwrap().contains("Max-Age=0"));
}

#[tokio::test]
async fn a_rotated_key_is_found_and_made_up_key_ids_are_not_asked_for_again_within_a_minute() {
    let issuer = Issuer::start().await;
    let world = world(&issuer).await;
    let begun = ready(&world, &issuer, "ada@example.com").await;
    assert_eq!(finish(&world, &begun).await.status, 200);
    assert_eq!(issuer.keys_read(), 1);
    issuer.publish(&["issuer-key-2"]);
    let with_new_key = async || {
        let begun = begin(&world).await;
        let claims = issuer.claims(&world, &begun.nonce, SUBJECT, "ada@example.com");
        issuer.give(forge(&json!({ "alg": "RS256", "kid": "issuer-key-2" }), &claims));
        finish(&world, &begun).await
    };
    for _ in 0..3 {
        assert_eq!(with_new_key().await.problem(), "proof-refused");
    }
    assert_eq!(issuer.keys_read(), 1);
    world.kit.clock.advance(60);
    assert_eq!(with_new_key().await.status, 200);
    assert_eq!(with_new_key().await.status, 200);
    assert_eq!(issuer.keys_read(), 2);
}

#[tokio::test]
async fn scenario_01_two_first_sign_ins_together_make_one_user_and_one_wallet() {
    let issuer = Issuer::start().await;
    let world = world(&issuer).await;
    let one = begin(&world).await;
    let two = begin(&world).await;
    // The issuer answers both with the claims of whoever asks last, so each flow gets its own token in turn.
    let token = |begun: &Begun| {
        forge(&Issuer::header(), &issuer.claims(&world, &begun.nonce, SUBJECT, "ada@example.com"))
    };
    issuer.give(token(&one));
    let first = finish(&world, &one).await;
    assert_eq!(first.status, 200, "{}", first.text);
    assert_eq!(first.body["me"]["roles"], json!(["member"]));
    assert_eq!(first.body["me"]["display_name"], "Ada Marsh");
    issuer.give(token(&two));
    assert_eq!(finish(&world, &two).await.body["me"]["id"], first.body["me"]["id"]);
    assert_eq!(world.people(), (1, 1, 2));
    let wallet = &world.kit.items("ledger", "")[0];
    assert_eq!(
        (&wallet["sk"]["S"], &wallet["available_minor"]["N"]),
        (&json!("WALLET"), &json!("0"))
    );
    assert_eq!(world.kit.items("ledger", "").len(), 1, "no ledger rows");
}

#[tokio::test]
async fn scenario_01_a_mail_and_an_issuer_racing_for_a_new_address_make_one_user() {
    let issuer = Issuer::start().await;
    let world = world(&issuer).await;
    let mail = world.mail("ada@example.com").await;
    let begun = ready(&world, &issuer, "ada@example.com").await;
    let (by_mail, by_issuer) =
        join(world.code("ada@example.com", &mail.code), finish(&world, &begun)).await;
    assert_eq!((by_mail.status, by_issuer.status), (200, 200));
    assert_eq!(by_mail.body["me"]["id"], by_issuer.body["me"]["id"]);
    assert_eq!(world.people(), (1, 1, 2));
}

#[tokio::test]
async fn scenario_01_a_later_sign_in_with_a_changed_address_changes_it_and_keeps_the_role() {
    let issuer = Issuer::start().await;
    let world = world(&issuer).await;
    let begun = ready(&world, &issuer, "ada@example.com").await;
    let first = finish(&world, &begun).await;
    let begun = ready(&world, &issuer, "ada@new.example").await;
    let later = finish(&world, &begun).await;
    assert_eq!(later.body["me"]["id"], first.body["me"]["id"]);
    assert_eq!(later.body["me"]["email"], "ada@new.example");
    assert_eq!(later.body["me"]["roles"], first.body["me"]["roles"]);
    assert_eq!(world.people(), (1, 1, 2));
    let reply = world.sign_in("ada@new.example").await;
    assert_eq!(reply.body["me"]["id"], first.body["me"]["id"]);
    let stranger = world.sign_in("ada@example.com").await;
    assert_ne!(stranger.body["me"]["id"], first.body["me"]["id"], "the old address is free");
    assert_eq!(
        testkit::call(&world.router, testkit::get("/v1/me").bearer(&access(&reply))).await.status,
        200
    );
}

#[tokio::test]
async fn an_address_of_somebody_else_is_not_taken_over_by_a_changed_claim() {
    let issuer = Issuer::start().await;
    let world = world(&issuer).await;
    let bo = world.kit.member("Bo").await;
    let begun = ready(&world, &issuer, "ada@example.com").await;
    let ada = finish(&world, &begun).await;
    let begun = ready(&world, &issuer, "bo@example.com").await;
    let reply = finish(&world, &begun).await;
    assert_eq!(reply.body["me"]["id"], ada.body["me"]["id"]);
    assert_eq!(reply.body["me"]["email"], "ada@example.com");
    assert_ne!(reply.body["me"]["id"], bo.id());
}

#[tokio::test]
async fn the_project_s_own_issuer_is_one_that_can_be_signed_in_with() {
    let client = sandbox::OidcClient {
        client_id: super::issuer::CLIENT.into(),
        client_secret: None,
        redirect_uris: vec!["https://parlor.test/sign-in/callback".into()],
    };
    let config = sandbox::Config { oidc_clients: vec![client], ..sandbox::Config::default() };
    let running = sandbox::Running::start(config).await.unwrap();
    let configured = runtime::OidcIssuer {
        id: "test".into(),
        name: "Sandbox".into(),
        issuer: format!("{}/oidc", running.url()),
        client_id: super::issuer::CLIENT.into(),
        client_secret_id: None,
        hosts: Vec::new(),
    };
    let world = World::with(|config| config.oidc_issuers = vec![configured]).await;
    // The sandbox lives in real time, so this world does too; it may be a second behind.
    let now = runtime::Clock::now(&runtime::SystemClock);
    world.kit.clock.set(now + SignedDuration::from_secs(1));
    let begun = begin(&world).await;
    let picked = json!({ "authorize_url": begun.url, "person": { "email": "esi@example.test" } });
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/_sandbox/oidc/sign-in", running.url());
    let picked: serde_json::Value =
        http.post(url).json(&picked).send().await.unwrap().json().await.unwrap();
    let back = picked["redirect_to"].as_str().unwrap();
    let (_, rest) = back.split_once("code=").unwrap_or_else(|| panic!("{back}"));
    let code = rest.split('&').next().unwrap();
    let request = testkit::post("/v1/sign-in/oidc/finish")
        .cookie(&begun.cookie)
        .json(json!({ "state": begun.state, "code": code }));
    let reply = testkit::call(&world.router, request).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.body["me"]["email"], "esi@example.test");
}
