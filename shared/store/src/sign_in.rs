//! Signing in: the challenge of a mailed code or link, the flow at an OIDC issuer, and the families of refresh tokens.
//!
//! No secret is stored, only hashes; a challenge stores not even those (the code and the link are derived by KMS from
//! the challenge's id, when they are mailed and when they come back).

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::user::hash;
use crate::{Condition, Key, Page, Query, Store, StoreError, Table, Transaction, Update, instant};

/// A mail that asked for a proof of an address. One is open per address; the latest counts.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Challenge {
    /// What the code and the link are derived from.
    pub id: Uuid,
    /// The address, in lower case.
    pub email: String,
    /// How many codes may still be tried.
    pub tries_left: u32,
    /// Where on the site to go after signing in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// From when on it is too late.
    #[serde(with = "instant")]
    pub expires_at: Timestamp,
    /// TTL, seconds since 1970.
    pub expires_at_s: i64,
}

/// The key of an address's challenge.
pub fn challenge_key(email: &str) -> Key {
    challenge_key_of_hash(&hash(&[email]))
}

/// The part of [`challenge_key`] that a link carries: a hash of the address.
pub fn challenge_hash(email: &str) -> String {
    hash(&[email])
}

/// The challenge's key from its hash.
pub fn challenge_key_of_hash(hash: &str) -> Key {
    Key::new(format!("SIGNIN#{hash}"), "CHALLENGE")
}

/// Puts a challenge in place of an earlier one. Label `challenge`.
#[must_use]
pub fn put_challenge(tx: Transaction, challenge: &Challenge) -> Transaction {
    tx.replace("challenge", Table::App, &challenge_key(&challenge.email), challenge, None)
}

/// Reads the challenge at a key.
///
/// # Errors
/// [`StoreError`].
pub async fn find_challenge(store: &Store, key: &Key) -> Result<Option<Challenge>, StoreError> {
    store.get(Table::App, key).await
}

/// Takes one try off an address's challenge and gives what is left of it; `None` when there is no challenge, it is
/// too late, or no try is left.
///
/// # Errors
/// [`StoreError`].
pub async fn take_try(
    store: &Store,
    email: &str,
    now: Timestamp,
) -> Result<Option<Challenge>, StoreError> {
    store.take_try(&challenge_key(email), now).await
}

/// Uses a challenge up. Label `challenge`.
#[must_use]
pub fn use_challenge(tx: Transaction, challenge: &Challenge) -> Transaction {
    let same = Condition::that("id = :id").value(":id", challenge.id);
    tx.delete("challenge", Table::App, &challenge_key(&challenge.email), same)
}

/// What the first factor of a sign-in proved.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Proven {
    /// The address, which the person reads or the issuer verified; for a known subject perhaps none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The identity at an issuer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Key>,
    /// A name for a new user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where on the site to go now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// What the browser that proved it calls itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
}

/// A browser that was sent to an OIDC issuer and has not come back.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Flow {
    /// The issuer's short name.
    pub issuer: String,
    /// What the ID token must carry.
    pub nonce: String,
    /// RFC 7636 code verifier.
    pub code_verifier: String,
    /// Hash of the secret in the browser's cookie.
    pub browser_hash: String,
    /// Where on the site to go after signing in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub return_to: Option<String>,
    /// From when on it is too late.
    #[serde(with = "instant")]
    pub expires_at: Timestamp,
    /// TTL, seconds since 1970.
    pub expires_at_s: i64,
}

/// The key of a flow, from the state parameter that leads back to it.
pub fn flow_key(state: &str) -> Key {
    Key::new(format!("OIDC#{}", hash(&[state])), "FLOW")
}

/// Adds a flow. Label `flow`.
#[must_use]
pub fn create_flow(tx: Transaction, state: &str, flow: &Flow) -> Transaction {
    tx.create("flow", Table::App, &flow_key(state), flow)
}

/// Reads a flow.
///
/// # Errors
/// [`StoreError`].
pub async fn find_flow(store: &Store, state: &str) -> Result<Option<Flow>, StoreError> {
    store.get(Table::App, &flow_key(state)).await
}

/// Uses a flow up: a state works once. Label `flow`.
#[must_use]
pub fn use_flow(tx: Transaction, state: &str) -> Transaction {
    tx.delete("flow", Table::App, &flow_key(state), Condition::present())
}

/// A family: the refresh tokens that follow from one sign-in. Exactly one of them is current.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Family {
    /// The family's id.
    pub id: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    /// The user's token generation when it began.
    pub token_generation: u64,
    /// Hash of the current token's secret.
    pub secret_hash: String,
    /// Hash of the secret before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_hash: Option<String>,
    /// What the browser called itself when it signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub browser: Option<String>,
    /// Whether it was begun, or has been shown since, with a second factor.
    #[serde(default)]
    pub two_factors: bool,
    /// When the current token took the place of the one before.
    #[serde(with = "instant")]
    pub rotated_at: Timestamp,
    /// When the family ends, however often it is used.
    #[serde(with = "instant")]
    pub ends_at: Timestamp,
    /// Whether it was revoked. The item stays until its TTL, so that a stolen token finds it dead.
    #[serde(default)]
    pub revoked: bool,
    /// TTL, seconds since 1970: when the current token is too old.
    pub expires_at_s: i64,
}

/// The key of a family.
pub fn family_key(user_id: Uuid, family_id: Uuid) -> Key {
    Key::new(format!("USER#{user_id}"), format!("FAMILY#{family_id}"))
}

/// Adds a family. Label `family`.
#[must_use]
pub fn create_family(tx: Transaction, family: &Family) -> Transaction {
    tx.create("family", Table::App, &family_key(family.user_id, family.id), family)
}

/// Reads a family.
///
/// # Errors
/// [`StoreError`].
pub async fn find_family(
    store: &Store,
    user_id: Uuid,
    family_id: Uuid,
) -> Result<Option<Family>, StoreError> {
    store.get(Table::App, &family_key(user_id, family_id)).await
}

/// All families of a person that DynamoDB has not forgotten, newest first; some are over.
///
/// # Errors
/// [`StoreError`].
pub async fn list_families(
    store: &Store,
    user_id: Uuid,
    limit: usize,
    after: Option<BTreeMap<String, String>>,
) -> Result<Page<Family>, StoreError> {
    let query = Query::new(Table::App, crate::user::key(user_id).pk).begins_with("FAMILY#");
    store.query(query.descending().limit(limit).after(after)).await
}

/// Puts the next state of a family in place of the one whose current secret was `secret_hash`, unless it was revoked,
/// rotated, or shown a second factor meanwhile. Label `family`.
#[must_use]
pub fn rotate_family(tx: Transaction, next: &Family, secret_hash: &str) -> Transaction {
    let current = Condition::that(
        "secret_hash = :current AND revoked = :no AND (two_factors = :two OR attribute_not_exists(two_factors))",
    )
    .value(":current", secret_hash)
    .value(":no", false)
    .value(":two", next.two_factors);
    tx.replace("family", Table::App, &family_key(next.user_id, next.id), next, Some(current))
}

/// Notes that a family that is not over was shown a second factor. Label `family`.
#[must_use]
pub fn strengthen_family(tx: Transaction, user_id: Uuid, family_id: Uuid) -> Transaction {
    let update = Update::new("SET two_factors = :yes")
        .when("attribute_exists(pk) AND revoked = :no")
        .value(":yes", true)
        .value(":no", false);
    tx.update("family", Table::App, &family_key(user_id, family_id), update)
}

/// Revokes a family. Label `family`.
#[must_use]
pub fn revoke_family(tx: Transaction, user_id: Uuid, family_id: Uuid) -> Transaction {
    let update = Update::new("SET revoked = :yes").when("attribute_exists(pk)").value(":yes", true);
    tx.update("family", Table::App, &family_key(user_id, family_id), update)
}
