//! Random secrets, their hashes, and comparing them.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::{constant_time, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::Problem;

/// 256 random bits, base64url: 43 characters.
///
/// # Errors
/// 500 when the machine has no randomness.
pub fn random_secret() -> Result<String, Problem> {
    let bytes = random_bytes().ok_or_else(|| Problem::internal("no randomness"))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// 256 random bits; nothing when the machine has no randomness.
#[must_use]
pub fn random_bytes() -> Option<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes).ok()?;
    Some(bytes)
}

/// SHA-256 in hex. Enough for secrets of 256 random bits; never for what a person made up.
#[must_use]
pub fn secret_hash(secret: &str) -> String {
    hex::encode(digest(&SHA256, secret.as_bytes()))
}

/// Whether two secrets are the same, in a time that does not depend on where they differ.
#[must_use]
pub fn same_secret(one: &str, other: &str) -> bool {
    constant_time::verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}
