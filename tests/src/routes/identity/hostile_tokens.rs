//! Tokens that must not count, after RFC 8725 and scenario 2 of the specification: as bearer tokens and as ID tokens.
//! Each is refused with 401 and makes nobody.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::SignedDuration;
use serde_json::{Value, json};
use store::sign_in::Flow;
use testkit::{Reply, call, forge, get, post, public_key_der, sign};

use super::issuer::{Issuer, world};
use super::world::{World, access};

type Hostile = Vec<(String, String)>;

fn part(value: &str) -> String {
    URL_SAFE_NO_PAD.encode(value)
}

fn signed(header: &str, claims: &str) -> String {
    let input = format!("{}.{}", part(header), part(claims));
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(sign(input.as_bytes())))
}

/// `header` with some members changed; null takes one away.
fn changed(base: &Value, change: &Value) -> Value {
    let mut changed = base.clone();
    for (name, value) in change.as_object().unwrap() {
        if value.is_null() {
            changed.as_object_mut().unwrap().remove(name);
        } else {
            changed[name] = value.clone();
        }
    }
    changed
}

/// Wrong algorithms and keys.
fn wrong_keys(header: &Value, claims: &Value) -> Hostile {
    let mut all = Hostile::new();
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        let input = format!(
            "{}.{}",
            part(&changed(header, &json!({ "alg": alg })).to_string()),
            part(&claims.to_string())
        );
        all.push((format!("alg {alg:?} without signature"), format!("{input}.")));
        all.push((
            format!("alg {alg:?} with the right signature"),
            forge(&changed(header, &json!({ "alg": alg })), claims),
        ));
    }
    let pem = format!(
        "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
        STANDARD.encode(public_key_der())
    );
    for (name, secret) in
        [("PEM", pem.into_bytes()), ("DER", public_key_der()), ("nothing", Vec::new())]
    {
        for alg in ["HS256", "RS256"] {
            let input = format!(
                "{}.{}",
                part(&changed(header, &json!({ "alg": alg })).to_string()),
                part(&claims.to_string())
            );
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), input.as_bytes());
            all.push((
                format!("HMAC with {name} as {alg}"),
                format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag)),
            ));
        }
    }
    for alg in ["RS384", "RS512", "PS256", "ES256", "EdDSA", "RS256 ", "rs256"] {
        all.push((format!("alg {alg}"), forge(&changed(header, &json!({ "alg": alg })), claims)));
    }
    let thief = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let input = format!("{}.{}", part(&header.to_string()), part(&claims.to_string()));
    let mut signature = vec![0; thief.public_modulus_len()];
    thief.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input.as_bytes(), &mut signature).unwrap();
    all.push((
        "another key under our key id".into(),
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)),
    ));
    all
}

/// Headers that a verifier must not follow.
fn wrong_headers(header: &Value, claims: &Value) -> Hostile {
    let changes = [
        json!({ "kid": null }),
        json!({ "kid": "" }),
        json!({ "kid": "unknown" }),
        json!({ "kid": 7 }),
        json!({ "kid": "../../dev/null" }),
        json!({ "kid": "' OR 1=1 --" }),
        json!({ "kid": null, "jwk": { "kty": "RSA", "n": "AQAB", "e": "AQAB" } }),
        json!({ "jwk": { "kty": "RSA", "n": "AQAB", "e": "AQAB" } }),
        json!({ "jku": "https://evil.test/keys" }),
        json!({ "x5u": "https://evil.test/cert" }),
        json!({ "x5c": ["MIIB"] }),
        json!({ "crit": ["exp"] }),
        json!({ "crit": [] }),
        json!({ "b64": false, "crit": ["b64"] }),
        json!({ "zip": "DEF" }),
        json!({ "enc": "A256GCM" }),
        json!({ "alg": null }),
        json!({ "alg": ["RS256"] }),
        json!({ "typ": "secevent+jwt" }),
        json!({ "typ": 1 }),
    ];
    let named = changes
        .iter()
        .map(|change| (format!("header {change}"), forge(&changed(header, change), claims)));
    named.collect()
}

/// Forms that are not a token.
fn wrong_forms(header: &Value, claims: &Value) -> Hostile {
    let (good, head, body) = (forge(header, claims), header.to_string(), claims.to_string());
    let parts: Vec<&str> = good.split('.').collect();
    let [h, c, s] = parts[..] else { panic!("three parts") };
    let mut bytes = URL_SAFE_NO_PAD.decode(s).unwrap();
    bytes[7] ^= 1;
    let flipped = URL_SAFE_NO_PAD.encode(&bytes);
    let other_claims = part(
        &changed(claims, &json!({ "sub": "019a9f60-0000-7000-8000-000000000002" })).to_string(),
    );
    let named = [
        ("one bit of the signature", format!("{h}.{c}.{flipped}")),
        ("a cut signature", format!("{h}.{c}.{}", &s[..s.len() - 4])),
        ("a doubled signature", format!("{h}.{c}.{s}{s}")),
        ("a padded signature", format!("{good}==")),
        ("no signature", format!("{h}.{c}.")),
        ("two parts", format!("{h}.{c}")),
        ("four parts", format!("{good}.{s}")),
        ("five parts, as encrypted ones have", format!("{h}.{c}.{s}.{s}.{s}")),
        ("other claims under the signature", format!("{h}.{other_claims}.{s}")),
        (
            "other header under the signature",
            format!("{}.{c}.{s}", part(&changed(header, &json!({ "x": 1 })).to_string())),
        ),
        ("empty claims", format!("{h}..{s}")),
        ("a header that is no JSON", signed("{", &body)),
        ("a header that is a list", signed(&format!("[{head}]"), &body)),
        ("claims that are no JSON", signed(&head, "{")),
        ("claims that are a list", signed(&head, &format!("[{body}]"))),
        ("claims that are text", signed(&head, "\"sub\"")),
        (
            "a header with two algorithms",
            signed(&format!("{},\"alg\":\"none\"}}", &head[..head.len() - 1]), &body),
        ),
        (
            "too long",
            signed(&head, &changed(claims, &json!({ "filler": "x".repeat(9_000) })).to_string()),
        ),
    ];
    named.into_iter().map(|(name, token)| (name.to_owned(), token)).collect()
}

/// Claims that are missing, of another type, of another time or for somebody else.
fn wrong_claims(header: &Value, claims: &Value, now: i64) -> Hostile {
    let changes = [
        json!({ "exp": null }),
        json!({ "exp": "9999999999" }),
        json!({ "exp": now - 61 }),
        json!({ "exp": now - 30 }),
        json!({ "exp": 0 }),
        json!({ "exp": -1 }),
        json!({ "exp": 1e300 }),
        json!({ "exp": i64::MAX as u64 + 1 }),
        json!({ "exp": [now + 60] }),
        json!({ "nbf": now + 3_600 }),
        json!({ "nbf": "0" }),
        json!({ "iat": null }),
        json!({ "iat": now + 3_600 }),
        json!({ "iat": "now" }),
        json!({ "iat": now - 100_000, "exp": now + 60 }),
        json!({ "iss": null }),
        json!({ "iss": "https://evil.test" }),
        json!({ "iss": "" }),
        json!({ "iss": [claims["iss"]] }),
        json!({ "iss": format!("{}/", claims["iss"].as_str().unwrap()) }),
        json!({ "aud": null }),
        json!({ "aud": "another" }),
        json!({ "aud": "" }),
        json!({ "aud": [] }),
        json!({ "aud": ["another"] }),
        json!({ "aud": [claims["aud"], "another"] }),
        json!({ "aud": { "0": claims["aud"] } }),
        json!({ "sub": null }),
        json!({ "sub": "" }),
        json!({ "sub": 1 }),
    ];
    let named = changes
        .iter()
        .map(|change| (format!("claims {change}"), forge(header, &changed(claims, change))));
    named.collect()
}

fn hostile(header: &Value, claims: &Value, now: i64) -> Hostile {
    let mut all = wrong_keys(header, claims);
    all.extend(wrong_headers(header, claims));
    all.extend(wrong_forms(header, claims));
    all.extend(wrong_claims(header, claims, now));
    all
}

fn decoded(token: &str) -> (Value, Value) {
    let mut parts = token.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).unwrap());
    let mut next = || serde_json::from_slice(&parts.next().unwrap()).unwrap();
    (next(), next())
}

async fn refused_everywhere(world: &World, tokens: Hostile) {
    let before = world.people();
    for (name, token) in tokens {
        let reply = call(&world.router, get("/v1/me").bearer(&token)).await;
        assert_eq!((reply.status, reply.problem()), (401, "not-signed-in"), "{name}");
        assert_eq!(reply.headers["www-authenticate"], "Bearer", "{name}");
    }
    assert_eq!(world.people(), before);
}

#[tokio::test]
async fn scenario_02_no_hostile_bearer_token_counts() {
    let world = World::new().await;
    let token = access(&world.sign_in("ada@example.com").await);
    let (header, claims) = decoded(&token);
    let rebuilt = forge(&header, &claims);
    let reply = call(&world.router, get("/v1/me").bearer(&rebuilt)).await;
    assert_eq!(reply.status, 200, "the forge itself is right");
    let now = world.app.ctx.now().as_second();
    let mut tokens = hostile(&header, &claims, now);
    for change in [
        json!({ "sub": "019a9f60-0000-7000-8000-00000000ffff" }),
        json!({ "sub": "auth0|abc" }),
        json!({ "gen": 1 }),
        json!({ "gen": null }),
        json!({ "gen": -1 }),
        json!({ "jti": null }),
        json!({ "nbf": null }),
        json!({ "exp": now + 901 }),
        json!({ "roles": ["admin"] }),
    ] {
        tokens.push((format!("claims {change}"), forge(&header, &changed(&claims, &change))));
    }
    for typ in [json!(null), json!("JWT"), json!("AT+JWT ")] {
        tokens.push((
            format!("typ {typ}"),
            forge(&changed(&header, &json!({ "typ": typ })), &claims),
        ));
    }
    assert!(tokens.len() >= 40, "{}", tokens.len());
    refused_everywhere(&world, tokens).await;
}

#[tokio::test]
async fn scenario_02_no_hostile_id_token_signs_anybody_in() {
    let issuer = Issuer::start().await;
    let world = world(&issuer).await;
    let now = world.app.ctx.now().as_second();
    let header = Issuer::header();
    let claims = issuer.claims(&world, NONCE, "auth0|abc", "ada@example.com");
    let mut tokens = hostile(&header, &claims, now);
    for change in [
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "nonce": "" }),
        json!({ "nonce": [NONCE] }),
        json!({ "azp": "another" }),
        json!({ "azp": 1 }),
        json!({ "iat": now - 601 }),
        json!({ "sub": "x".repeat(256) }),
    ] {
        tokens.push((format!("claims {change}"), forge(&header, &changed(&claims, &change))));
    }
    let access_token = forge(&changed(&header, &json!({ "typ": "at+jwt" })), &claims);
    tokens.push(("an access token".into(), access_token));
    assert!(tokens.len() >= 40, "{}", tokens.len());
    for (number, (name, token)) in tokens.into_iter().enumerate() {
        let reply = exchange(&world, &issuer, number, token).await;
        assert_eq!(
            (reply.status, reply.problem()),
            (401, "proof-refused"),
            "{name}: {}",
            reply.text
        );
    }
    assert_eq!(world.people(), (0, 0, 0));
    let reply = exchange(&world, &issuer, 1_000, forge(&header, &claims)).await;
    assert_eq!(reply.status, 200, "the forge itself is right: {}", reply.text);
}

const NONCE: &str = "a-nonce-that-every-flow-of-this-test-shares";

/// A flow of its own with the shared nonce, ended with this ID token.
async fn exchange(world: &World, issuer: &Issuer, number: usize, id_token: String) -> Reply {
    let now = world.app.ctx.now();
    let expires_at = now + SignedDuration::from_secs(600);
    let state = format!("state-{number}");
    let flow = Flow {
        issuer: "test".into(),
        nonce: NONCE.into(),
        code_verifier: "verifier".into(),
        browser_hash: web::secret_hash("browser"),
        return_to: None,
        expires_at,
        expires_at_s: expires_at.as_second(),
    };
    let tx = store::sign_in::create_flow(store::Transaction::new(), &state, &flow);
    world.kit.store().commit(tx).await.unwrap();
    issuer.give(id_token);
    // From many addresses, so that each is refused for its own sake and not for its number.
    let request = post("/v1/sign-in/oidc/finish")
        .peer(&format!("192.0.2.{}", number % 200))
        .cookie("__Host-parlor_oidc=browser")
        .json(json!({ "state": state, "code": "code-1" }));
    call(&world.router, request).await
}

#[tokio::test]
async fn a_header_that_is_not_one_bearer_token_is_anonymous() {
    let world = World::new().await;
    let token = access(&world.sign_in("ada@example.com").await);
    for (name, value) in [
        ("authorization", String::new()),
        ("authorization", token.clone()),
        ("authorization", format!("Basic {token}")),
        ("authorization", format!("Bearer  {token}")),
        ("authorization", "Bearer".into()),
        ("x-authorization", format!("Bearer {token}")),
        ("cookie", format!("access_token={token}")),
    ] {
        let reply = call(&world.router, get("/v1/me").header(name, &value)).await;
        assert_eq!(reply.status, 401, "{name}: {value}");
    }
    let twice = get("/v1/me").bearer(&token).bearer(&token);
    assert_eq!(call(&world.router, twice).await.status, 401);
    let reply = call(&world.router, get(&format!("/v1/me?access_token={token}"))).await;
    assert_eq!(reply.status, 401);
}
