//! Tokens: `<header>\n<claims>\n<signature>`, as JSON or as raw text.
//!
//! The key was made for this run and signs nothing here, so whatever verifies is a forgery. The claims are also read as
//! if the signature had held: that path costs no public-key arithmetic.

use std::sync::OnceLock;

use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::DecodingKey;
use web::jwt::{TOKEN_BYTES_MAX, header, verified_claims};
use web::{ACCESS_SECONDS, Claims};

const NOW: i64 = 1_795_186_800;
const ISSUER: &str = "https://parlor.test";
const LEEWAY: i64 = 30;

/// No forged token is believed, and claims that count are ours, of now and short-lived.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    token(text);
    let (head, rest) = super::line(text);
    let (claims, signature) = super::line(rest);
    let part = |part: &str| URL_SAFE_NO_PAD.encode(part);
    token(&format!("{}.{}.{}", part(head), part(claims), part(signature)));
    self::claims(claims);
}

fn token(text: &str) {
    let Ok(found) = header(text) else { return };
    assert!(text.len() <= TOKEN_BYTES_MAX && !found.kid.is_empty());
    assert_eq!(text.matches('.').count(), 2);
    assert!(verified_claims(text, key()).is_err(), "a forged token was believed: {text}");
}

fn claims(text: &str) {
    let (Ok(claims), Ok(now)) = (serde_json::from_str(text), Timestamp::from_second(NOW)) else {
        return;
    };
    if let Ok(claims) = Claims::accepted(claims, ISSUER, now) {
        assert_eq!((claims.iss.as_str(), claims.aud.as_str()), (ISSUER, "parlor"));
        assert!(
            claims.exp > NOW - LEEWAY && claims.exp <= claims.iat.saturating_add(ACCESS_SECONDS)
        );
        assert!(claims.iat <= NOW + LEEWAY && claims.nbf <= NOW + LEEWAY, "{claims:?}");
    }
}

fn key() -> &'static DecodingKey {
    static KEY: OnceLock<DecodingKey> = OnceLock::new();
    KEY.get_or_init(|| match KeyPair::generate(KeySize::Rsa3072) {
        Ok(pair) => DecodingKey::from_rsa_der(pair.public_key().as_ref()),
        Err(error) => unreachable!("no key could be made: {error}"),
    })
}
