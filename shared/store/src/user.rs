//! People: the user item, and the identities that lead to it.
//!
//! A user has one item, one identity per mail address and one per subject at an issuer. The first
//! sign-in creates user, identity and wallet in one transaction; the identity must not exist, so
//! however many first sign-ins arrive together, one user comes to be.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Condition, Key, Page, Query, Store, StoreError, Table, Transaction, Update, instant};

/// What a person may be. Everybody is a member; the others are added.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Signed in.
    Member,
    /// A verified host.
    Host,
    /// Runs the platform.
    Admin,
}

impl Role {
    /// The name in settings and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Host => "host",
            Self::Admin => "admin",
        }
    }
}

/// Where a person's application to host stands.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HostStatus {
    /// Never applied.
    #[default]
    None,
    /// Applied, not yet decided.
    Pending,
    /// May host.
    Verified,
    /// Was turned down; may apply again.
    Rejected,
}

/// A person.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct User {
    /// The id, a UUID v7.
    pub id: Uuid,
    /// The mail address, in lower case.
    pub email: String,
    /// The name that others see.
    pub display_name: String,
    /// What the person may be.
    pub roles: BTreeSet<Role>,
    /// IANA name of the person's time zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Where the application to host stands.
    #[serde(default)]
    pub host_status: HostStatus,
    /// The slug of the host's page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host_slug: Option<String>,
    /// Suspended people may read, not write.
    #[serde(default)]
    pub suspended: bool,
    /// Whether a second factor is on ([`crate::second_factor`]).
    #[serde(default)]
    pub second_factor: bool,
    /// Rises with each "sign out everywhere". Tokens and refresh families of an earlier generation are refused, so
    /// no clock is compared.
    #[serde(default)]
    pub token_generation: u64,
    /// When the person first signed in.
    #[serde(with = "instant")]
    pub created_at: Timestamp,
    /// Rises with each write of the item.
    pub version: u64,
}

impl User {
    /// Whether the person has this role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}

/// The item as it is stored: the user and its place in the list of all users.
#[derive(Serialize)]
struct Listed<'a> {
    #[serde(flatten)]
    user: &'a User,
    gsi1pk: &'static str,
    gsi1sk: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct Identity {
    user_id: Uuid,
}

/// The key of a user.
pub fn key(id: Uuid) -> Key {
    Key::new(format!("USER#{id}"), "USER")
}

/// The key of a mail address. The address itself is not in it.
pub fn email_key(email: &str) -> Key {
    Key::new(format!("EMAIL#{}", hash(&[email])), "IDENTITY")
}

/// The key of a subject at an issuer.
pub fn subject_key(issuer: &str, subject: &str) -> Key {
    Key::new(format!("SUBJECT#{}", hash(&[issuer, subject])), "IDENTITY")
}

/// SHA-256 in hex over parts, each with its length before it, so that no two lists of parts collide.
pub(crate) fn hash(parts: &[&str]) -> String {
    let mut input = Vec::new();
    for part in parts {
        input.extend_from_slice(&(part.len() as u64).to_be_bytes());
        input.extend_from_slice(part.as_bytes());
    }
    hex::encode(digest(&SHA256, &input))
}

/// Reads a user.
///
/// # Errors
/// [`StoreError`].
pub async fn find(store: &Store, id: Uuid) -> Result<Option<User>, StoreError> {
    store.get(Table::App, &key(id)).await
}

/// Whom an identity (of [`email_key`] or [`subject_key`]) leads to.
///
/// # Errors
/// [`StoreError`].
pub async fn find_identity(store: &Store, identity: &Key) -> Result<Option<Uuid>, StoreError> {
    let found: Option<Identity> = store.get(Table::App, identity).await?;
    Ok(found.map(|identity| identity.user_id))
}

/// Adds a new user. Label `user`.
#[must_use]
pub fn create(tx: Transaction, user: &User) -> Transaction {
    tx.create("user", Table::App, &key(user.id), &listed(user))
}

/// Adds an identity that must not exist yet. Label `identity`.
#[must_use]
pub fn create_identity(tx: Transaction, identity: &Key, user_id: Uuid) -> Transaction {
    tx.create("identity", Table::App, identity, &Identity { user_id })
}

/// Removes an identity that leads to this user. Label `old-identity`.
#[must_use]
pub fn delete_identity(tx: Transaction, identity: &Key, user_id: Uuid) -> Transaction {
    let theirs = Condition::that("user_id = :user").value(":user", user_id);
    tx.delete("old-identity", Table::App, identity, theirs)
}

/// Writes a changed user in place of version `user.version`, as the next version. Label `user`.
#[must_use]
pub fn replace(tx: Transaction, user: &User) -> Transaction {
    let next = User { version: user.version + 1, ..user.clone() };
    let unchanged = Condition::version(user.version);
    tx.replace("user", Table::App, &key(user.id), &listed(&next), Some(unchanged))
}

/// Raises the token generation, whatever else changes. Label `user`.
#[must_use]
pub fn sign_out_everywhere(tx: Transaction, id: Uuid) -> Transaction {
    let update = Update::new("ADD token_generation :one, version :one")
        .when("attribute_exists(pk)")
        .value(":one", 1);
    tx.update("user", Table::App, &key(id), update)
}

/// All users, newest first.
///
/// # Errors
/// [`StoreError`].
pub async fn list(
    store: &Store,
    limit: usize,
    after: Option<BTreeMap<String, String>>,
) -> Result<Page<User>, StoreError> {
    let query = Query::new(Table::App, USERS).index("gsi1").descending().limit(limit).after(after);
    store.query(query).await
}

/// The partition of `gsi1` that lists all users.
pub const USERS: &str = "USERS";

fn listed(user: &User) -> Listed<'_> {
    let gsi1sk = format!("{}#{}", instant::text(user.created_at), user.id);
    Listed { user, gsi1pk: USERS, gsi1sk }
}
