//! Tickets: how a signed-in person opens a socket without showing the access token in an address.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Condition, Key, Store, StoreError, Table, Transaction};

/// A ticket. Only the hash of its secret is stored, as the partition key.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct TicketItem {
    /// Whose.
    pub user_id: Uuid,
    /// The person's token generation when it was given: signing out everywhere ends it.
    pub generation: u64,
    /// When it stops to count, Unix milliseconds.
    pub expires_ms: i64,
    /// TTL, seconds since 1970.
    pub expires_at_s: i64,
}

fn key(hash: &str) -> Key {
    Key::new(format!("TICKET#{hash}"), "TICKET")
}

/// Adds a ticket. Label `ticket`.
#[must_use]
pub fn create_ticket(tx: Transaction, hash: &str, ticket: &TicketItem) -> Transaction {
    tx.create("ticket", Table::App, &key(hash), ticket)
}

/// A ticket that was not taken yet.
///
/// # Errors
/// [`StoreError`].
pub async fn ticket(store: &Store, hash: &str) -> Result<Option<TicketItem>, StoreError> {
    store.get(Table::App, &key(hash)).await
}

/// Uses a ticket up; refused (`ticket`) if somebody else did.
#[must_use]
pub fn take_ticket(tx: Transaction, hash: &str) -> Transaction {
    tx.delete("ticket", Table::App, &key(hash), Condition::present())
}
