//! The issuer: the code flow as a relying party runs it, and everything it must refuse.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use crate::support::{REDIRECT_URI, World, text};

const VERIFIER: &str = "a-verifier-that-is-long-enough-for-the-standard-0";

fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
}

fn request(changes: &[(&str, &str)]) -> String {
    let challenge = challenge(VERIFIER);
    let mut fields = vec![
        ("client_id", "parlor"),
        ("redirect_uri", REDIRECT_URI),
        ("response_type", "code"),
        ("scope", "openid profile email"),
        ("state", "st&te"),
        ("nonce", "n0nce"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ];
    for (name, value) in changes {
        fields.retain(|(known, _)| known != name);
        fields.push((name, value));
    }
    serde_urlencoded::to_string(fields).unwrap()
}

/// Signs in as Ada and gives the code.
async fn code(world: &World) -> String {
    let body = json!({
        "authorize_url": world.url(&format!("/oidc/authorize?{}", request(&[]))),
        "person": { "email": "ada@example.test" },
    });
    let response: Value = world.control("/_sandbox/oidc/sign-in", body).await.json().await.unwrap();
    code_of(&text(&response["redirect_to"]))
}

fn code_of(location: &str) -> String {
    let (address, query) = location.split_once('?').unwrap();
    assert_eq!(address, REDIRECT_URI);
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap();
    assert!(fields.contains(&("state".to_owned(), "st&te".to_owned())), "{fields:?}");
    fields.into_iter().find(|(name, _)| name == "code").unwrap().1
}

async fn exchange(world: &World, code: &str, changes: &[(&str, &str)]) -> (StatusCode, Value) {
    let mut form = vec![
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
        ("client_id", "parlor"),
    ];
    for (name, value) in changes {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    let response = world.http.post(world.url("/oidc/token")).form(&form).send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

/// Verifies a token as a careful relying party does.
async fn verify(world: &World, token: &str) -> Result<Value, String> {
    let jwks: JwkSet = world.get("/oidc/jwks").await.json().await.unwrap();
    let header = decode_header(token).map_err(|error| error.to_string())?;
    if header.alg != Algorithm::RS256 {
        return Err("alg".to_owned());
    }
    let jwk = jwks.find(&header.kid.ok_or("kid")?).ok_or("unknown kid")?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&["parlor"]);
    validation.set_issuer(&[world.url("/oidc")]);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.leeway = 60;
    validation.validate_nbf = true;
    let key = DecodingKey::from_jwk(jwk).map_err(|error| error.to_string())?;
    let claims =
        decode::<Value>(token, &key, &validation).map_err(|error| error.to_string())?.claims;
    if claims["nonce"] != "n0nce" {
        return Err("nonce".to_owned());
    }
    Ok(claims)
}

#[tokio::test]
async fn the_page_gives_a_code_and_the_code_gives_a_verifiable_token() {
    let world = World::with_client(None).await;
    let authorize = world.url("/oidc/authorize");
    let page = world.http.get(format!("{authorize}?{}", request(&[]))).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    assert!(page.text().await.unwrap().contains("Ada Marsh"));
    let chosen = request(&[
        ("email", "new@example.test"),
        ("name", "New Person"),
        ("email_verified", "yes"),
    ]);
    let answer = world
        .http
        .post(authorize)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(chosen)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), StatusCode::SEE_OTHER);
    let code = code_of(answer.headers()["location"].to_str().unwrap());
    let (status, tokens) = exchange(&world, &code, &[]).await;
    assert_eq!(status, StatusCode::OK, "{tokens}");
    let claims = verify(&world, &text(&tokens["id_token"])).await.unwrap();
    assert_eq!(claims["email"], "new@example.test");
    assert_eq!(claims["email_verified"], true);
    assert!(text(&claims["sub"]).starts_with("auth0|"));
    let info = world
        .http
        .get(world.url("/oidc/userinfo"))
        .bearer_auth(text(&tokens["access_token"]))
        .send()
        .await
        .unwrap();
    assert_eq!(info.json::<Value>().await.unwrap()["sub"], claims["sub"]);
}

#[tokio::test]
async fn the_discovery_document_names_the_issuer_it_was_read_from() {
    let world = World::with_client(None).await;
    let document: Value =
        world.get("/oidc/.well-known/openid-configuration").await.json().await.unwrap();
    assert_eq!(document["issuer"], world.url("/oidc"));
    assert_eq!(document["jwks_uri"], world.url("/oidc/jwks"));
}

#[tokio::test]
async fn a_code_works_once_and_takes_its_tokens_back_when_reused() {
    let world = World::with_client(None).await;
    let code = code(&world).await;
    let (_, tokens) = exchange(&world, &code, &[]).await;
    let (status, problem) = exchange(&world, &code, &[]).await;
    assert_eq!((status, &problem["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
    let info = world
        .http
        .get(world.url("/oidc/userinfo"))
        .bearer_auth(text(&tokens["access_token"]))
        .send()
        .await
        .unwrap();
    assert_eq!(info.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_code_expires_after_a_minute() {
    let world = World::with_client(None).await;
    let code = code(&world).await;
    world.control("/_sandbox/clock", json!({ "advance_seconds": 61 })).await;
    let (status, problem) = exchange(&world, &code, &[]).await;
    assert_eq!((status, &problem["error"]), (StatusCode::BAD_REQUEST, &json!("invalid_grant")));
}

#[tokio::test]
async fn an_exchange_that_does_not_match_the_request_is_refused() {
    let world = World::with_client(None).await;
    for (name, value, error) in [
        ("code_verifier", "another-verifier-that-is-long-enough-for-it-00000", "invalid_grant"),
        ("code_verifier", "", "invalid_grant"),
        ("redirect_uri", "http://127.0.0.1:9/elsewhere", "invalid_grant"),
        ("client_id", "somebody", "invalid_client"),
        ("grant_type", "password", "unsupported_grant_type"),
        ("code", "made-up", "invalid_grant"),
    ] {
        let code = code(&world).await;
        let (_, problem) = exchange(&world, &code, &[(name, value)]).await;
        assert_eq!(problem["error"], error, "{name}={value}");
    }
}

#[tokio::test]
async fn a_confidential_client_needs_its_secret() {
    let secret = uuid::Uuid::new_v4().to_string();
    let world = World::with_client(Some(&secret)).await;
    let first = code(&world).await;
    for changes in [vec![], vec![("client_secret", "wrong")]] {
        let (status, problem) = exchange(&world, &first, &changes).await;
        assert_eq!(
            (status, &problem["error"]),
            (StatusCode::UNAUTHORIZED, &json!("invalid_client"))
        );
    }
    let (status, _) = exchange(&world, &first, &[("client_secret", &secret)]).await;
    assert_eq!(status, StatusCode::OK);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code(&world).await),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    let basic = world
        .http
        .post(world.url("/oidc/token"))
        .basic_auth("parlor", Some(&secret))
        .form(&form)
        .send()
        .await
        .unwrap();
    assert_eq!(basic.status(), StatusCode::OK);
}

#[tokio::test]
async fn requests_from_unknown_clients_or_addresses_never_redirect() {
    let world = World::with_client(None).await;
    for changes in [("client_id", "somebody"), ("redirect_uri", "https://evil.example.test/")] {
        let response = world.get(&format!("/oidc/authorize?{}", request(&[changes]))).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
        assert!(!response.headers().contains_key("location"));
    }
}

#[tokio::test]
async fn requests_without_pkce_or_openid_are_sent_back_with_an_error() {
    let world = World::with_client(None).await;
    for (name, value, error) in [
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("scope", "email", "invalid_scope"),
        ("response_type", "token", "unsupported_response_type"),
        ("prompt", "none", "login_required"),
    ] {
        let response = world.get(&format!("/oidc/authorize?{}", request(&[(name, value)]))).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER);
        let location = response.headers()["location"].to_str().unwrap();
        assert!(location.contains(&format!("error={error}")), "{location}");
        assert!(location.contains("state=st%26te"), "{location}");
    }
}

#[tokio::test]
async fn each_forged_token_is_refused_by_a_careful_relying_party() {
    let world = World::with_client(None).await;
    let make = async |fault: Value| {
        let body = json!({
            "client_id": "parlor", "nonce": "n0nce", "fault": fault,
            "person": { "email": "ada@example.test" },
        });
        let made: Value = world.control("/_sandbox/oidc/tokens", body).await.json().await.unwrap();
        text(&made["id_token"])
    };
    verify(&world, &make(Value::Null).await).await.unwrap();
    for fault in [
        "wrong_audience",
        "missing_audience",
        "wrong_issuer",
        "missing_issuer",
        "expired",
        "missing_expiry",
        "not_yet_valid",
        "wrong_nonce",
        "missing_nonce",
        "missing_subject",
        "unknown_kid",
        "alg_none",
        "hs256_with_public_key",
        "bad_signature",
    ] {
        let token = make(json!(fault)).await;
        assert!(verify(&world, &token).await.is_err(), "{fault} was believed");
    }
}

#[tokio::test]
async fn the_next_token_of_the_flow_can_be_forged() {
    let world = World::with_client(None).await;
    world.control("/_sandbox/oidc/fault", json!({ "fault": "wrong_audience" })).await;
    let first = code(&world).await;
    let (_, forged) = exchange(&world, &first, &[]).await;
    assert!(verify(&world, &text(&forged["id_token"])).await.is_err());
    let second = code(&world).await;
    let (_, good) = exchange(&world, &second, &[]).await;
    assert!(verify(&world, &text(&good["id_token"])).await.is_ok());
}

#[tokio::test]
async fn a_new_key_signs_and_the_old_one_stays_published() {
    let world = World::with_client(None).await;
    let first = code(&world).await;
    let (_, before) = exchange(&world, &first, &[]).await;
    world.control("/_sandbox/oidc/rotate", json!({})).await;
    let second = code(&world).await;
    let (_, after) = exchange(&world, &second, &[]).await;
    let kid = |tokens: &Value| decode_header(text(&tokens["id_token"])).unwrap().kid;
    assert_ne!(kid(&before), kid(&after));
    for tokens in [&before, &after] {
        verify(&world, &text(&tokens["id_token"])).await.unwrap();
    }
}
