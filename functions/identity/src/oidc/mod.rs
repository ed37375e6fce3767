//! OpenID Connect issuers: what they publish, how a code becomes an identity.
//!
//! Everything that comes from an issuer is bounded (size, time, no redirects) and checked: its discovery document must
//! name the configured issuer, its endpoints must be as safe as the issuer's own address and at a host that is listed for
//! it (`OidcIssuer::hosts`), its ID tokens must hold against [`id_token`]. What it publishes is cached for an hour and read again at most once a minute.

mod fetch;
pub mod id_token;

use std::collections::HashMap;
use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Uri;
use http::uri::{Authority, Scheme};
use jiff::Timestamp;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::JwkSet;
use runtime::OidcIssuer;
use serde::Deserialize;
use store::sign_in::Flow;
use tokio::sync::Mutex;
use web::{Kind, Problem};

pub use id_token::Identity;

/// How long metadata and keys are taken as they are, in seconds.
const FRESH_SECONDS: i64 = 3600;

/// How soon an unknown key id lets the keys be read again, in seconds.
const REFETCH_SECONDS: i64 = 60;

/// What an issuer publishes (OpenID Connect Discovery 1.0 section 3), as far as it is needed. Issuers add fields freely.
#[derive(Clone, Debug, Deserialize)]
pub struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// A code to exchange.
#[derive(Clone, Copy, Debug)]
pub struct Exchange<'a> {
    /// The flow that the code belongs to.
    pub flow: &'a Flow,
    /// The code.
    pub code: &'a str,
    /// The redirect address that was used.
    pub callback: &'a str,
}

#[derive(Clone)]
struct Known {
    metadata: Metadata,
    read_at: Timestamp,
    keys: HashMap<String, DecodingKey>,
    keys_read_at: Option<Timestamp>,
}

/// The configured issuers, and what was read from them.
pub struct Issuers {
    list: Vec<OidcIssuer>,
    http: reqwest::Client,
    secrets: aws_sdk_secretsmanager::Client,
    /// One lock per process: whoever waits for it finds what the one before has read.
    known: Mutex<HashMap<String, Arc<Known>>>,
}

impl Issuers {
    /// Issuers that nothing was read from yet.
    ///
    /// # Errors
    /// When the HTTP client cannot be built.
    pub fn new(
        list: Vec<OidcIssuer>,
        secrets: aws_sdk_secretsmanager::Client,
    ) -> Result<Self, runtime::Error> {
        Ok(Self { list, http: fetch::client()?, secrets, known: Mutex::default() })
    }

    /// The issuer with this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&OidcIssuer> {
        self.list.iter().find(|issuer| issuer.id == id)
    }

    /// What an issuer publishes.
    ///
    /// # Errors
    /// `upstream-down` when it cannot be read or does not fit the configuration.
    pub async fn metadata(&self, issuer: &OidcIssuer, now: Timestamp) -> Result<Metadata, Problem> {
        let mut known = self.known.lock().await;
        let known = self.known(&mut known, issuer, now).await?;
        Ok(known.metadata.clone())
    }

    /// Exchanges a code (RFC 6749 section 4.1.3 with RFC 7636) and verifies the ID token.
    ///
    /// # Errors
    /// `sign-in-failed` when the issuer refuses the code, `proof-refused` when the ID token does not hold,
    /// `upstream-down` when the issuer cannot be asked.
    pub async fn exchange(
        &self,
        issuer: &OidcIssuer,
        exchange: &Exchange<'_>,
        now: Timestamp,
    ) -> Result<Identity, Problem> {
        let metadata = self.metadata(issuer, now).await?;
        let secret = self.client_secret(issuer).await?;
        let token = fetch::id_token(&self.http, issuer, &metadata, exchange, secret).await?;
        let refused = |reason: &'static str| {
            Problem::new(Kind::ProofRefused)
                .detail("The service you signed in with gave a proof that does not hold. Please try again.")
                .cause(reason)
        };
        let header = web::jwt::header(&token).map_err(refused)?;
        let key =
            self.key(issuer, &header.kid, now).await?.ok_or_else(|| refused("unknown key id"))?;
        let expected = id_token::Expected {
            issuer: &issuer.issuer,
            client_id: &issuer.client_id,
            nonce: &exchange.flow.nonce,
        };
        id_token::verify(&token, &header, &key, &expected, now).map_err(refused)
    }

    /// The issuer's key with this id. An unknown id reads the keys again, at most once a minute, so that a rotated key
    /// is found soon and made-up ids cost the issuer nothing.
    async fn key(
        &self,
        issuer: &OidcIssuer,
        kid: &str,
        now: Timestamp,
    ) -> Result<Option<DecodingKey>, Problem> {
        let mut all = self.known.lock().await;
        let known = self.known(&mut all, issuer, now).await?;
        let age = known.keys_read_at.map(|at| now.duration_since(at).as_secs());
        let stale = age.is_none_or(|age| age >= FRESH_SECONDS);
        let missing = !known.keys.contains_key(kid) && age.is_none_or(|age| age >= REFETCH_SECONDS);
        if !stale && !missing {
            return Ok(known.keys.get(kid).cloned());
        }
        let mut next = Known { keys_read_at: Some(now), ..(*known).clone() };
        match fetch::json::<JwkSet>(&self.http, &next.metadata.jwks_uri).await {
            Ok(set) => next.keys = usable(&set),
            // Old keys are better than none: an issuer that is down for a minute signs nobody out.
            Err(problem) if next.keys.is_empty() => return Err(problem),
            Err(problem) => {
                tracing::warn!(issuer = issuer.id, ?problem, "keys could not be read again")
            }
        }
        let key = next.keys.get(kid).cloned();
        all.insert(issuer.id.clone(), Arc::new(next));
        Ok(key)
    }

    async fn known(
        &self,
        all: &mut HashMap<String, Arc<Known>>,
        issuer: &OidcIssuer,
        now: Timestamp,
    ) -> Result<Arc<Known>, Problem> {
        let old = all.get(&issuer.id).cloned();
        if let Some(known) = &old
            && now.duration_since(known.read_at).as_secs() < FRESH_SECONDS
        {
            return Ok(Arc::clone(known));
        }
        let address =
            format!("{}/.well-known/openid-configuration", issuer.issuer.trim_end_matches('/'));
        let metadata: Metadata = match (fetch::json(&self.http, &address).await, &old) {
            (Ok(metadata), _) => metadata,
            (Err(_), Some(old)) => return Ok(Arc::clone(old)),
            (Err(problem), None) => return Err(problem),
        };
        check(&metadata, issuer)?;
        let (keys, keys_read_at) =
            old.map_or_else(Default::default, |old| (old.keys.clone(), old.keys_read_at));
        let known = Arc::new(Known { metadata, read_at: now, keys, keys_read_at });
        all.insert(issuer.id.clone(), Arc::clone(&known));
        Ok(known)
    }

    async fn client_secret(&self, issuer: &OidcIssuer) -> Result<Option<String>, Problem> {
        let Some(id) = &issuer.client_secret_id else { return Ok(None) };
        let reply = self.secrets.get_secret_value().secret_id(id).send().await;
        let reply = reply
            .map_err(|error| Problem::new(Kind::UpstreamDown).cause(error.into_service_error()))?;
        Ok(reply.secret_string)
    }
}

/// The RSA keys of a set that may sign, by id.
fn usable(set: &JwkSet) -> HashMap<String, DecodingKey> {
    set.keys
        .iter()
        .filter_map(|jwk| Some((jwk.common.key_id.clone()?, web::jwt::rsa_key(jwk)?)))
        .collect()
}

/// A document that names another issuer, or sends people or us to a host that is not listed for it or over an open line, is
/// not used.
fn check(metadata: &Metadata, issuer: &OidcIssuer) -> Result<(), Problem> {
    let down = |cause: String| Problem::new(Kind::UpstreamDown).cause(cause);
    if metadata.issuer != issuer.issuer {
        return Err(down("the discovery document names another issuer".to_owned()));
    }
    let own: Uri = issuer.issuer.parse().map_err(Problem::internal)?;
    let endpoints =
        [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
    for endpoint in endpoints {
        let uri: Uri = endpoint.parse().unwrap_or_default();
        let secure = uri.scheme() == Some(&Scheme::HTTPS) || uri.scheme() == own.scheme();
        let listed = |host: &Authority| {
            own.authority() == Some(host)
                || issuer.hosts.iter().any(|listed| host == listed.as_str())
        };
        if !secure || !uri.authority().is_some_and(listed) {
            return Err(down(format!("an endpoint is not https or not listed: {endpoint}")));
        }
    }
    Ok(())
}

/// Where the issuer sends the browser back to.
#[must_use]
pub fn callback_url(site_url: &str) -> String {
    format!("{site_url}/sign-in/callback")
}

/// The address of the issuer's sign-in page.
///
/// # Errors
/// 500 when it cannot be written.
pub fn authorize_url(
    metadata: &Metadata,
    issuer: &OidcIssuer,
    flow: &Flow,
    state: &str,
    callback: &str,
) -> Result<String, Problem> {
    let challenge = URL_SAFE_NO_PAD.encode(digest(&SHA256, flow.code_verifier.as_bytes()));
    let query = serde_urlencoded::to_string([
        ("response_type", "code"),
        ("client_id", &issuer.client_id),
        ("redirect_uri", callback),
        ("scope", "openid email profile"),
        ("state", state),
        ("nonce", &flow.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ])
    .map_err(Problem::internal)?;
    let joint = if metadata.authorization_endpoint.contains('?') { '&' } else { '?' };
    Ok(format!("{}{joint}{query}", metadata.authorization_endpoint))
}
