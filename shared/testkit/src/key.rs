//! The signing key of the fake KMS: RSA 3072, made once per process, never written down.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

fn pair() -> &'static KeyPair {
    static PAIR: OnceLock<KeyPair> = OnceLock::new();
    PAIR.get_or_init(|| KeyPair::generate(KeySize::Rsa3072).expect("an RSA key"))
}

/// The public key as KMS gives it: X.509 `SubjectPublicKeyInfo`, DER.
#[must_use]
pub fn public_key_der() -> Vec<u8> {
    let der: PublicKeyX509Der<'_> = pair().public_key().as_der().expect("a public key");
    der.as_ref().to_vec()
}

/// RSASSA-PKCS1-v1_5 with SHA-256, as KMS would sign.
#[must_use]
pub fn sign(message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; pair().public_modulus_len()];
    let random = SystemRandom::new();
    pair().sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).expect("a signature");
    signature
}

/// A token with any header and claims, well signed with this key: what only a thief of the key could make.
#[must_use]
pub fn forge(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let input = format!("{}.{}", part(header), part(claims));
    let signature = sign(input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}
