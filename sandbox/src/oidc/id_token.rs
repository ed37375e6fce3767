//! ID tokens, right ones and wrong ones.

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::people::Person;
use super::{issuer, keys};
use crate::state::{Sandbox, random_text};

/// How long an ID token is valid, in seconds.
const VALID_SECONDS: i64 = 3600;

/// One way in which a token can be wrong. A relying party must refuse each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fault {
    /// Made for another client.
    WrongAudience,
    /// Without an audience.
    MissingAudience,
    /// From another issuer.
    WrongIssuer,
    /// Without an issuer.
    MissingIssuer,
    /// Expired 61 seconds ago.
    Expired,
    /// Without an expiry.
    MissingExpiry,
    /// Valid from an hour ahead (`nbf`).
    NotYetValid,
    /// For another sign-in.
    WrongNonce,
    /// Without the nonce that was asked for.
    MissingNonce,
    /// Without a subject.
    MissingSubject,
    /// Signed with a key that is not published, under an unknown id.
    UnknownKid,
    /// `alg: none` and no signature.
    AlgNone,
    /// HS256 with the public key (PEM) as the secret.
    Hs256WithPublicKey,
    /// One bit of the signature flipped.
    BadSignature,
    /// The address is not verified: a right token, but nothing to link accounts by.
    EmailNotVerified,
}

/// An ID token for a person, wrong in one way or in none.
pub(crate) fn issue(
    sandbox: &Sandbox,
    client_id: &str,
    nonce: Option<&str>,
    person: &Person,
    fault: Option<Fault>,
) -> anyhow::Result<String> {
    let key = keys::current(sandbox)?;
    let claims = claims(sandbox, client_id, nonce, person, fault);
    let header = match fault {
        Some(Fault::AlgNone) => json!({ "alg": "none", "typ": "JWT" }),
        Some(Fault::Hs256WithPublicKey) => json!({ "alg": "HS256", "typ": "JWT", "kid": key.kid }),
        Some(Fault::UnknownKid) => json!({ "alg": "RS256", "typ": "JWT", "kid": random_text() }),
        _ => json!({ "alg": "RS256", "typ": "JWT", "kid": key.kid }),
    };
    let signed = format!("{}.{}", part(&header)?, part(&claims)?);
    let signature = match fault {
        Some(Fault::AlgNone) => Vec::new(),
        Some(Fault::Hs256WithPublicKey) => {
            let secret = hmac::Key::new(hmac::HMAC_SHA256, key.public_pem()?.as_bytes());
            hmac::sign(&secret, signed.as_bytes()).as_ref().to_vec()
        }
        Some(Fault::BadSignature) => {
            let mut signature = key.sign(signed.as_bytes())?;
            signature[0] ^= 1;
            signature
        }
        _ => key.sign(signed.as_bytes())?,
    };
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn claims(
    sandbox: &Sandbox,
    client_id: &str,
    nonce: Option<&str>,
    person: &Person,
    fault: Option<Fault>,
) -> Value {
    let now = sandbox.clock().now_unix();
    let mut claims = json!({
        "iss": issuer(sandbox),
        "aud": client_id,
        "sub": person.sub,
        "iat": now,
        "exp": now + VALID_SECONDS,
        "email": person.email,
        "email_verified": person.email_verified,
        "name": person.name,
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    match fault {
        Some(Fault::WrongAudience) => claims["aud"] = json!("another-client"),
        Some(Fault::WrongIssuer) => claims["iss"] = json!("https://issuer.example.test/"),
        Some(Fault::Expired) => {
            claims["iat"] = json!(now - VALID_SECONDS);
            claims["exp"] = json!(now - 61);
        }
        Some(Fault::NotYetValid) => claims["nbf"] = json!(now + VALID_SECONDS),
        Some(Fault::WrongNonce) => claims["nonce"] = json!(random_text()),
        Some(Fault::EmailNotVerified) => claims["email_verified"] = json!(false),
        _ => {}
    }
    let missing = match fault {
        Some(Fault::MissingAudience) => Some("aud"),
        Some(Fault::MissingIssuer) => Some("iss"),
        Some(Fault::MissingExpiry) => Some("exp"),
        Some(Fault::MissingNonce) => Some("nonce"),
        Some(Fault::MissingSubject) => Some("sub"),
        _ => None,
    };
    if let (Some(missing), Some(claims)) = (missing, claims.as_object_mut()) {
        claims.remove(missing);
    }
    claims
}

fn part(json: &Value) -> anyhow::Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(serde_json::to_vec(json)?))
}
