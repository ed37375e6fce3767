//! ID tokens (OpenID Connect Core 1.0 section 3.1.3.7), pure: token, key, expectation and instant in, identity out.

use jiff::Timestamp;
use jsonwebtoken::DecodingKey;
use serde::Deserialize;
use serde_json::{Map, Value};
use web::jwt::{Header, Times, verified_claims};
use web::same_secret;

use crate::address::{parse_display_name, parse_email};

/// How old an ID token may be that was just exchanged, in seconds.
const AGE_SECONDS_MAX: i64 = 600;

/// What an ID token must say.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// `iss`, to the letter.
    pub issuer: &'a str,
    /// `aud`: our client id, and not the API's identifier.
    pub client_id: &'a str,
    /// The nonce of the flow.
    pub nonce: &'a str,
}

/// Who the issuer says it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `sub`, unique at the issuer for ever.
    pub subject: String,
    /// The address, if the issuer says that it verified it.
    pub verified_email: Option<String>,
    /// A name to show.
    pub name: Option<String>,
}

/// Verifies an ID token whose header was read and whose key was found.
///
/// # Errors
/// Why it is refused.
pub fn verify(
    token: &str,
    header: &Header,
    key: &DecodingKey,
    expected: &Expected<'_>,
    now: Timestamp,
) -> Result<Identity, &'static str> {
    // Another kind of token (an access token, say) must not pass for an ID token: RFC 8725 section 3.11.
    if header.typ.as_deref().is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT")) {
        return Err("not an ID token");
    }
    let claims = verified_claims(token, key)?;
    if text(&claims, "iss") != Some(expected.issuer) {
        return Err("another issuer");
    }
    check_audience(&claims, expected.client_id)?;
    let times = Times::deserialize(Value::Object(claims.clone()))
        .map_err(|_| "times are missing or not whole numbers")?;
    times.check(now)?;
    if now.as_second().saturating_sub(times.iat) > AGE_SECONDS_MAX {
        return Err("issued too long ago");
    }
    if !text(&claims, "nonce").is_some_and(|nonce| same_secret(nonce, expected.nonce)) {
        return Err("another nonce");
    }
    let subject = text(&claims, "sub").filter(|subject| (1..=255).contains(&subject.len()));
    let email = text(&claims, "email").and_then(parse_email);
    let verified = claims.get("email_verified") == Some(&Value::Bool(true));
    Ok(Identity {
        subject: subject.ok_or("no subject")?.to_owned(),
        verified_email: email.filter(|_| verified),
        name: text(&claims, "name").and_then(parse_display_name),
    })
}

/// `aud` is our client id, alone or with others; with others, or when it is there, `azp` must be ours too.
fn check_audience(claims: &Map<String, Value>, client_id: &str) -> Result<(), &'static str> {
    let audiences: Vec<&str> = match claims.get("aud") {
        Some(Value::String(audience)) => vec![audience],
        Some(Value::Array(list)) => {
            let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
            texts.ok_or("aud is not text")?
        }
        _ => return Err("no audience"),
    };
    if !audiences.contains(&client_id) {
        return Err("another audience");
    }
    match claims.get("azp") {
        None if audiences.len() == 1 => Ok(()),
        Some(Value::String(party)) if party == client_id => Ok(()),
        _ => Err("another authorized party"),
    }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}
