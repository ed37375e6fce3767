//! Access tokens: RS256 JSON Web Tokens (RFC 9068) that KMS signs with a key that never leaves it.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use store::user::User;
use uuid::Uuid;

use crate::jwt::{self, Times};
use crate::kms_key::{KmsKey, Public, unavailable};
use crate::{Kind, Problem};

/// How long an access token counts.
pub const ACCESS_SECONDS: i64 = 15 * 60;

/// `aud` of access tokens: this API.
const AUDIENCE: &str = "parlor";

/// RFC 9068 section 2.1: `typ` of access tokens, so that no other token of ours passes for one.
const TYPE: &str = "at+jwt";

/// Issues and verifies access tokens. Cloning is cheap.
#[derive(Clone)]
pub struct Tokens(Arc<Inner>);

struct Inner {
    key: KmsKey,
    issuer: String,
}

/// Why a token does not count, for the log.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The token is refused.
    #[error("refused: {0}")]
    Refused(&'static str),
    /// The key could not be read or used.
    #[error("the signing key is unavailable: {0}")]
    Unavailable(String),
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Refused(_) => Self::new(Kind::NotSignedIn)
                .detail("Your sign-in is not valid any more. Please sign in again."),
            TokenError::Unavailable(_) => Self::new(Kind::Busy),
        }
        .cause(error)
    }
}

/// A method of a sign-in, by its name in RFC 8176.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Amr {
    /// More than one factor.
    Mfa,
}

/// When and how strongly somebody signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// When the sign-in was made.
    pub at: Timestamp,
    /// Whether with two factors.
    pub two_factors: bool,
}

/// What an access token says. Nothing else is in it: roles are read per request.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The site.
    pub iss: String,
    /// This API.
    pub aud: String,
    /// The user's id.
    pub sub: Uuid,
    /// Issued at, seconds since 1970.
    pub iat: i64,
    /// Not before.
    pub nbf: i64,
    /// Expires at.
    pub exp: i64,
    /// The token's own id.
    pub jti: Uuid,
    /// The user's token generation when it was issued.
    #[serde(rename = "gen")]
    pub generation: u64,
    /// When the person signed in, seconds since 1970 (RFC 9068 section 2.2.1).
    pub auth_time: i64,
    /// How, if with more than one factor.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amr: Vec<Amr>,
}

impl Claims {
    /// The claims of a token whose signature holds, if it is `issuer`'s, for this API, and counts now.
    ///
    /// # Errors
    /// Why it is refused.
    pub fn accepted(
        claims: Map<String, Value>,
        issuer: &str,
        now: Timestamp,
    ) -> Result<Self, &'static str> {
        let claims: Self = serde_json::from_value(Value::Object(claims))
            .map_err(|_| "claims are missing, unknown or of another type")?;
        if claims.iss != issuer {
            return Err("another issuer");
        }
        if claims.aud != AUDIENCE {
            return Err("another audience");
        }
        if claims.exp.saturating_sub(claims.iat) > ACCESS_SECONDS {
            return Err("a longer life than we give");
        }
        let times = Times { exp: claims.exp, iat: claims.iat, nbf: Some(claims.nbf) };
        times.check(now)?;
        Ok(claims)
    }
}

impl Tokens {
    /// Tokens of this issuer, signed by this key.
    #[must_use]
    pub fn new(key: KmsKey, issuer: &str) -> Self {
        Self(Arc::new(Inner { key, issuer: issuer.to_owned() }))
    }

    /// A new access token for a user who signed in so.
    ///
    /// # Errors
    /// [`TokenError::Unavailable`] when KMS does not sign.
    pub async fn issue(
        &self,
        user: &User,
        signed_in: SignedIn,
        now: Timestamp,
    ) -> Result<String, TokenError> {
        let second = now.as_second();
        let claims = Claims {
            iss: self.0.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: user.id,
            iat: second,
            nbf: second,
            exp: second + ACCESS_SECONDS,
            jti: runtime::new_id(now),
            generation: user.token_generation,
            auth_time: signed_in.at.as_second(),
            amr: if signed_in.two_factors { vec![Amr::Mfa] } else { Vec::new() },
        };
        let kid = &self.public().await?.kid;
        let header = json!({ "alg": "RS256", "kid": kid, "typ": TYPE });
        let input = format!("{}.{}", part(&header)?, part(&claims)?);
        let signature = self.0.key.sign(input.as_bytes()).await?;
        Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The claims of an access token that counts now. Whether the user still exists and the
    /// generation is current is the caller's question.
    ///
    /// # Errors
    /// [`TokenError`].
    pub async fn verify(&self, token: &str, now: Timestamp) -> Result<Claims, TokenError> {
        let header = jwt::header(token).map_err(TokenError::Refused)?;
        if header.typ.as_deref() != Some(TYPE) {
            return Err(TokenError::Refused("not an access token"));
        }
        let public = self.public().await?;
        if header.kid != public.kid {
            return Err(TokenError::Refused("unknown key id"));
        }
        let claims = jwt::verified_claims(token, &public.key).map_err(TokenError::Refused)?;
        Claims::accepted(claims, &self.0.issuer, now).map_err(TokenError::Refused)
    }

    /// The public half of the key, for whoever wants to verify our tokens.
    ///
    /// # Errors
    /// [`TokenError::Unavailable`].
    pub async fn public(&self) -> Result<&Public, TokenError> {
        self.0.key.public().await
    }

    /// 32 secret bytes for `input`, always the same, that only who may use the key can derive:
    /// SHA-256 over the key's signature of it (RSASSA-PKCS1-v1_5 is deterministic). What is signed
    /// begins with the purpose and a colon, which no token's signing input contains.
    ///
    /// # Errors
    /// [`TokenError::Unavailable`].
    pub async fn derive(&self, purpose: &str, input: &str) -> Result<[u8; 32], TokenError> {
        let signature = self.0.key.sign(format!("{purpose}:{input}").as_bytes()).await?;
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &signature);
        digest.as_ref().try_into().map_err(|_| TokenError::Unavailable("no digest".into()))
    }
}

fn part(value: &impl Serialize) -> Result<String, TokenError> {
    let json = serde_json::to_vec(value).map_err(|error| unavailable(&error))?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}
