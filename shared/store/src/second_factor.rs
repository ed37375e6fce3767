//! The second factor of a person, and a sign-in that waits for it.
//!
//! No secret is stored: that of the codes is derived by KMS from the person and the factor's id, recovery codes and the
//! challenge of a sign-in are kept as hashes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::sign_in::Proven;
use crate::user::hash;
use crate::{Condition, Key, Store, StoreError, Table, Transaction, Update, instant};

/// A person's second factor: begun, and on once a code of it was shown. At most one a person.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct SecondFactor {
    /// What the secret of the codes is derived from, with the person's id.
    pub id: Uuid,
    /// Whose it is.
    pub user_id: Uuid,
    /// Since when it is on; absent while no code was shown.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "instant::option")]
    pub confirmed_at: Option<Timestamp>,
    /// The time step of the last code that counted: only a later one counts.
    pub last_step: i64,
    /// Hashes of the recovery codes that were not used.
    #[serde(default)]
    pub recovery_hashes: Vec<String>,
    /// Rises with each write of the item.
    pub version: u64,
    /// TTL of what was only begun, seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at_s: Option<i64>,
}

/// The key of a person's factor.
pub fn key(user_id: Uuid) -> Key {
    Key::new(format!("USER#{user_id}"), "FACTOR")
}

/// Reads a person's factor, whether on or only begun.
///
/// # Errors
/// [`StoreError`].
pub async fn find(store: &Store, user_id: Uuid) -> Result<Option<SecondFactor>, StoreError> {
    store.get(Table::App, &key(user_id)).await
}

/// Reads a person's factor if it is on.
///
/// # Errors
/// [`StoreError`].
pub async fn find_on(store: &Store, user_id: Uuid) -> Result<Option<SecondFactor>, StoreError> {
    Ok(find(store, user_id).await?.filter(|factor| factor.confirmed_at.is_some()))
}

/// Begins a factor, in place of another that was only begun. Label `factor`.
#[must_use]
pub fn begin(tx: Transaction, factor: &SecondFactor) -> Transaction {
    let not_on = Condition::that("attribute_not_exists(confirmed_at)");
    tx.replace("factor", Table::App, &key(factor.user_id), factor, Some(not_on))
}

/// Writes a changed factor in place of version `factor.version`, as the next version. A code counts once because
/// whoever accepts it writes this. Label `factor`.
#[must_use]
pub fn replace(tx: Transaction, factor: &SecondFactor) -> Transaction {
    let next = SecondFactor { version: factor.version + 1, ..factor.clone() };
    // A factor that was begun anew begins with version 1 too.
    let same = Condition::that("id = :id AND #version = :version")
        .name("#version", "version")
        .value(":id", factor.id)
        .value(":version", factor.version);
    tx.replace("factor", Table::App, &key(factor.user_id), &next, Some(same))
}

/// Removes a factor of version `factor.version`. Label `factor`.
#[must_use]
pub fn delete(tx: Transaction, factor: &SecondFactor) -> Transaction {
    tx.delete("factor", Table::App, &key(factor.user_id), Condition::version(factor.version))
}

/// Says at the user whether a factor is on, whatever else changes there. Label `user`.
#[must_use]
pub fn mark_user(tx: Transaction, user_id: Uuid, is_on: bool) -> Transaction {
    let update = Update::new("SET second_factor = :on ADD version :one")
        .when("attribute_exists(pk)")
        .value(":on", is_on)
        .value(":one", 1);
    tx.update("user", Table::App, &crate::user::key(user_id), update)
}

/// A sign-in whose first factor was proven and whose second is awaited.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Step {
    /// Who signs in.
    pub user_id: Uuid,
    /// The person's token generation then: signing out everywhere ends this too.
    pub token_generation: u64,
    /// What was proven.
    pub proven: Proven,
    /// How many codes may still be tried.
    pub tries_left: u32,
    /// From when on it is too late.
    #[serde(with = "instant")]
    pub expires_at: Timestamp,
    /// TTL, seconds since 1970.
    pub expires_at_s: i64,
}

/// The key of a step, from the challenge that the browser holds.
pub fn step_key(challenge: &str) -> Key {
    Key::new(format!("SECOND#{}", hash(&[challenge])), "STEP")
}

/// Adds a step. Label `step`.
#[must_use]
pub fn create_step(tx: Transaction, challenge: &str, step: &Step) -> Transaction {
    tx.create("step", Table::App, &step_key(challenge), step)
}

/// Takes one try off a step and gives what is left of it; `None` when there is none, it is too late, or no try is left.
///
/// # Errors
/// [`StoreError`].
pub async fn take_try(
    store: &Store,
    challenge: &str,
    now: Timestamp,
) -> Result<Option<Step>, StoreError> {
    store.take_try(&step_key(challenge), now).await
}

/// Uses a step up. Label `step`.
#[must_use]
pub fn use_step(tx: Transaction, challenge: &str) -> Transaction {
    tx.delete("step", Table::App, &step_key(challenge), Condition::present())
}
