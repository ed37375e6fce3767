//! JSON Web Tokens, as strictly as RFC 8725 asks: RS256 pinned, no critical extensions, one key by
//! its id, and nothing read before the signature was verified but the header.
//!
//! Times are not looked at here: callers compare them with their own clock, see [`Times`].

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

/// The longest token that is looked at, in bytes.
pub const TOKEN_BYTES_MAX: usize = 8 * 1024;

/// How far two clocks may differ, in seconds.
pub const LEEWAY_SECONDS: i64 = 30;

/// The parts of a JOSE header (RFC 7515 section 4) that are needed before verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Which key of the set.
    pub kid: String,
    /// The token's media type, as written.
    pub typ: Option<String>,
}

/// Reads the header of a token that claims to be signed with RS256.
///
/// # Errors
/// Why the token is refused: its form, another algorithm, no key id, or a critical extension.
pub fn header(token: &str) -> Result<Header, &'static str> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err("too long");
    }
    let parts: Vec<&str> = token.split('.').collect();
    let [head, claims, signature] = parts[..] else {
        return Err("not three parts");
    };
    if claims.is_empty() || signature.is_empty() {
        return Err("an empty part");
    }
    let head = URL_SAFE_NO_PAD.decode(head).map_err(|_| "header is not base64url")?;
    let head: Map<String, Value> =
        serde_json::from_slice(&head).map_err(|_| "header is not a JSON object")?;
    if head.get("alg").and_then(Value::as_str) != Some("RS256") {
        return Err("algorithm is not RS256");
    }
    // `crit` and `b64` change how a token is read; keys that come with a token prove nothing.
    for name in ["crit", "b64", "jwk", "jku", "x5u", "x5c", "enc", "zip"] {
        if head.contains_key(name) {
            return Err("header has a member that is not accepted");
        }
    }
    let kid = head.get("kid").and_then(Value::as_str).filter(|kid| !kid.is_empty());
    let typ = match head.get("typ") {
        None => None,
        Some(Value::String(typ)) => Some(typ.clone()),
        Some(_) => return Err("typ is not text"),
    };
    Ok(Header { kid: kid.ok_or("no key id")?.to_owned(), typ })
}

/// Verifies the RS256 signature and gives the claims, which are a JSON object.
///
/// # Errors
/// Why the token is refused.
pub fn verified_claims(token: &str, key: &DecodingKey) -> Result<Map<String, Value>, &'static str> {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    jsonwebtoken::decode::<Map<String, Value>>(token, key, &validation)
        .map(|data| data.claims)
        .map_err(|_| "signature or claims are not valid")
}

/// The verification key of a public JWK, if it is an RSA key that may sign.
#[must_use]
pub fn rsa_key(jwk: &Jwk) -> Option<DecodingKey> {
    use jsonwebtoken::jwk::{AlgorithmParameters, KeyAlgorithm, PublicKeyUse};
    let rsa = matches!(jwk.algorithm, AlgorithmParameters::RSA(_));
    let signs = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let fits = matches!(jwk.common.key_algorithm, None | Some(KeyAlgorithm::RS256));
    if rsa && signs && fits { DecodingKey::from_jwk(jwk).ok() } else { None }
}

/// The registered claims about time (RFC 7519 section 4.1), seconds since 1970.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Times {
    /// Not to be accepted from this instant on.
    pub exp: i64,
    /// Issued at.
    pub iat: i64,
    /// Not to be accepted before.
    #[serde(default)]
    pub nbf: Option<i64>,
}

impl Times {
    /// Whether the token counts now, give or take [`LEEWAY_SECONDS`].
    ///
    /// # Errors
    /// Why it does not.
    pub fn check(&self, now: Timestamp) -> Result<(), &'static str> {
        let now = now.as_second();
        if self.exp.saturating_add(LEEWAY_SECONDS) <= now {
            return Err("expired");
        }
        let starts = self.nbf.unwrap_or(self.iat).max(self.iat);
        if starts.saturating_sub(LEEWAY_SECONDS) > now {
            return Err("not yet valid");
        }
        Ok(())
    }
}
