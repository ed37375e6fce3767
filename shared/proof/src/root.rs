//! An hour's root: what is signed, and how it is published.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::tree::{Hash, digest};

/// Milliseconds of an hour.
const HOUR_MS: i64 = 3_600_000;
/// How long after its end an hour is closed and published, milliseconds: time for the stream to deliver its entries.
const MARGIN_MS: i64 = 10 * 60_000;
/// `format` of a root.
const FORMAT: &str = "parlor-root-1";
/// `typ` of the signature's header. An access token has another one, and another key.
const TYPE: &str = "parlor-root";

/// A whole hour of UTC, as `2026-11-20T15`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hour(i64);

impl Hour {
    /// The hour that an instant (Unix milliseconds) is in.
    pub const fn of(at_ms: i64) -> Self {
        Self(at_ms.div_euclid(HOUR_MS))
    }

    /// The next hour.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The hour before.
    #[must_use]
    pub const fn before(self) -> Self {
        Self(self.0.saturating_sub(1))
    }

    /// Its first instant, Unix milliseconds.
    pub const fn begin_ms(self) -> i64 {
        self.0.saturating_mul(HOUR_MS)
    }

    /// The first instant after it, Unix milliseconds.
    pub const fn end_ms(self) -> i64 {
        self.next().begin_ms()
    }

    /// The address of its root on the site.
    pub fn path(self) -> String {
        let text = self.to_string();
        let (date, hour) = text.split_once('T').unwrap_or((&text, ""));
        format!("/proofs/{date}/{hour}.json")
    }
}

impl std::fmt::Display for Hour {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let begin = Timestamp::from_millisecond(self.begin_ms()).unwrap_or_default().to_string();
        f.write_str(begin.get(..13).unwrap_or(&begin))
    }
}

impl TryFrom<String> for Hour {
    type Error = RootError;

    fn try_from(text: String) -> Result<Self, RootError> {
        let begin: Timestamp =
            format!("{text}:00:00Z").parse().map_err(|_| RootError::Malformed("hour"))?;
        let hour = Self::of(begin.as_millisecond());
        if hour.to_string() == text { Ok(hour) } else { Err(RootError::Malformed("hour")) }
    }
}

impl From<Hour> for String {
    fn from(hour: Hour) -> Self {
        hour.to_string()
    }
}

/// What is signed for an hour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Root {
    /// `parlor-root-1`.
    pub format: String,
    /// The site that says so.
    pub issuer: String,
    /// Which hour.
    pub hour: Hour,
    /// How many entries.
    pub count: u64,
    /// The root of their tree, hexadecimal.
    pub root: String,
    /// The fingerprint of the root before; absent in the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
}

impl Root {
    /// When the root of an hour is due, Unix milliseconds.
    pub const fn due_ms(hour: Hour) -> i64 {
        hour.end_ms().saturating_add(MARGIN_MS)
    }

    /// A root of this format.
    pub fn new(
        issuer: &str,
        hour: Hour,
        count: u64,
        root: &Hash,
        previous: Option<String>,
    ) -> Self {
        let root = hex::encode(root);
        Self { format: FORMAT.to_owned(), issuer: issuer.to_owned(), hour, count, root, previous }
    }
}

/// The public key that checks a signature (RFC 7517, RSA).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jwk {
    /// Public exponent.
    pub e: String,
    /// `RSA`.
    pub kty: String,
    /// Modulus.
    pub n: String,
}

impl Jwk {
    /// The fingerprint (RFC 7638): SHA-256 over the key's members in order, base64url.
    pub fn thumbprint(&self) -> String {
        let plain = |text: &str| {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        if ![&self.e, &self.kty, &self.n].into_iter().all(|text| plain(text)) {
            return String::new();
        }
        let members = format!(r#"{{"e":"{}","kty":"{}","n":"{}"}}"#, self.e, self.kty, self.n);
        URL_SAFE_NO_PAD.encode(digest(members.as_bytes()))
    }
}

/// The protected header of a signed root (RFC 7515).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// `RS256`.
    pub alg: String,
    /// The key's own public half.
    pub jwk: Jwk,
    /// Its fingerprint, as the site's key set names it.
    pub kid: String,
    /// `parlor-root`.
    pub typ: String,
}

/// A signed root: a flattened JSON Web Signature (RFC 7515 section 7.2.2). This is the published document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedRoot {
    /// The root, base64url.
    pub payload: String,
    /// The header, base64url.
    pub protected: String,
    /// The signature, base64url.
    pub signature: String,
}

/// Why a document is no signed root.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RootError {
    /// A part cannot be read.
    #[error("the {0} cannot be read")]
    Malformed(&'static str),
    /// A part is not what this format has.
    #[error("the {0} is not of this format")]
    OtherFormat(&'static str),
    /// The key's fingerprint is not that of the key.
    #[error("the key is not the one that its fingerprint names")]
    OtherKey,
}

impl SignedRoot {
    /// The header and the payload to sign; put the signature of [`SignedRoot::signing_input`] in afterwards.
    ///
    /// # Errors
    /// [`RootError::Malformed`] if a part has no JSON.
    pub fn unsigned(root: &Root, jwk: Jwk) -> Result<Self, RootError> {
        let kid = jwk.thumbprint();
        let header = Header { alg: "RS256".into(), jwk, kid, typ: TYPE.into() };
        Ok(Self {
            payload: encode(root, "payload")?,
            protected: encode(&header, "header")?,
            signature: String::new(),
        })
    }

    /// The document with its signature.
    #[must_use]
    pub fn signed(mut self, signature: &[u8]) -> Self {
        self.signature = URL_SAFE_NO_PAD.encode(signature);
        self
    }

    /// What the signature is over.
    pub fn signing_input(&self) -> String {
        format!("{}.{}", self.protected, self.payload)
    }

    /// What the next root calls it: SHA-256 over header, payload and signature with dots between, hexadecimal.
    pub fn fingerprint(&self) -> String {
        hex::encode(digest(format!("{}.{}", self.signing_input(), self.signature).as_bytes()))
    }

    /// Header and root, if they are of this format. The signature is not checked here.
    ///
    /// # Errors
    /// [`RootError`].
    pub fn read(&self) -> Result<(Header, Root), RootError> {
        let header: Header = decode(&self.protected, "header")?;
        let root: Root = decode(&self.payload, "payload")?;
        if header.alg != "RS256" || header.typ != TYPE || header.jwk.kty != "RSA" {
            return Err(RootError::OtherFormat("header"));
        }
        if root.format != FORMAT || crate::entry::hash_of(&root.root).is_none() {
            return Err(RootError::OtherFormat("payload"));
        }
        if header.kid.is_empty() || header.kid != header.jwk.thumbprint() {
            return Err(RootError::OtherKey);
        }
        URL_SAFE_NO_PAD.decode(&self.signature).map_err(|_| RootError::Malformed("signature"))?;
        Ok((header, root))
    }
}

fn encode(value: &impl Serialize, name: &'static str) -> Result<String, RootError> {
    let json = serde_json::to_vec(value).map_err(|_| RootError::Malformed(name))?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

fn decode<T: for<'a> Deserialize<'a>>(text: &str, name: &'static str) -> Result<T, RootError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| RootError::Malformed(name))?;
    serde_json::from_slice(&bytes).map_err(|_| RootError::Malformed(name))
}
