//! The issuer's RSA keys: made when first needed, kept in the state file, published as a JWK set.

use anyhow::{Context, anyhow};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::jwk::{Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::{Deserialize, Serialize};

use crate::state::Sandbox;

/// Most keys that are published.
const KEYS_MAX: usize = 4;

/// A private key as it is kept.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SigningKey {
    pub kid: String,
    pkcs8: String,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl SigningKey {
    fn generate() -> anyhow::Result<Self> {
        let pair =
            KeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!("no RSA key could be made"))?;
        let pkcs8 = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair)
            .map_err(|_| anyhow!("the RSA key could not be encoded"))?;
        let kid = hex::encode(digest(&SHA256, pair.public_key().as_ref()));
        Ok(Self { kid: kid[..16].to_owned(), pkcs8: STANDARD.encode(pkcs8.as_ref()) })
    }

    fn pair(&self) -> anyhow::Result<KeyPair> {
        let pkcs8 = STANDARD.decode(&self.pkcs8).context("the kept key is no base64")?;
        KeyPair::from_pkcs8(&pkcs8).map_err(|error| anyhow!("the kept key is no RSA key: {error}"))
    }

    /// RSASSA-PKCS1-v1_5 with SHA-256: the signature of RS256.
    pub(crate) fn sign(&self, message: &[u8]) -> anyhow::Result<Vec<u8>> {
        let pair = self.pair()?;
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature)
            .map_err(|_| anyhow!("the token could not be signed"))?;
        Ok(signature)
    }

    fn public_der(&self) -> anyhow::Result<Vec<u8>> {
        let pair = self.pair()?;
        let der = AsDer::<aws_lc_rs::encoding::PublicKeyX509Der<'_>>::as_der(pair.public_key())
            .map_err(|_| anyhow!("the public key could not be encoded"))?;
        Ok(der.as_ref().to_vec())
    }

    /// The public key as PEM: what an attacker would use as an HMAC secret.
    pub(crate) fn public_pem(&self) -> anyhow::Result<String> {
        let base64 = STANDARD.encode(self.public_der()?);
        let mut pem = String::from("-----BEGIN PUBLIC KEY-----\n");
        for line in base64.as_bytes().chunks(64) {
            pem.push_str(&String::from_utf8_lossy(line));
            pem.push('\n');
        }
        pem.push_str("-----END PUBLIC KEY-----\n");
        Ok(pem)
    }

    fn jwk(&self) -> anyhow::Result<Jwk> {
        let key = DecodingKey::from_rsa_der(&self.public_der()?);
        let mut jwk = Jwk::from_decoding_key(&key, Some(Algorithm::RS256))?;
        jwk.common.key_id = Some(self.kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        Ok(jwk)
    }
}

/// The key that signs; made now if there is none.
pub(crate) fn current(sandbox: &Sandbox) -> anyhow::Result<SigningKey> {
    if let Some(key) = sandbox.read(|data| data.oidc.keys.first().cloned()) {
        return Ok(key);
    }
    // Made outside the lock, since it takes a while; whoever stores first wins.
    let fresh = SigningKey::generate()?;
    Ok(sandbox.write(|data| {
        if data.oidc.keys.is_empty() {
            data.oidc.keys.push(fresh);
        }
        data.oidc.keys[0].clone()
    }))
}

/// Makes a new key the signing one; the old ones stay published unless they are dropped.
pub(crate) fn rotate(sandbox: &Sandbox, drop_old: bool) -> anyhow::Result<SigningKey> {
    let fresh = SigningKey::generate()?;
    sandbox.write(|data| {
        if drop_old {
            data.oidc.keys.clear();
        }
        data.oidc.keys.insert(0, fresh.clone());
        data.oidc.keys.truncate(KEYS_MAX);
    });
    Ok(fresh)
}

/// The public keys (RFC 7517).
pub(crate) fn published(sandbox: &Sandbox) -> anyhow::Result<Vec<Jwk>> {
    current(sandbox)?;
    sandbox.read(|data| data.oidc.keys.iter().map(SigningKey::jwk).collect())
}
