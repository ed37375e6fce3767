//! Open sockets, and who listens to which session.

use metering::Side;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

use crate::{Condition, Key, Query, Store, StoreError, Table, Transaction, Update};

/// Connections of a person, or sockets on a session, that are read at most.
const LIST_MAX: usize = 200;

/// An open socket.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ConnectionItem {
    /// API Gateway's id.
    pub connection_id: String,
    /// Whose.
    pub user_id: Uuid,
    /// The person's token generation when it was opened.
    pub generation: u64,
    /// When, Unix milliseconds.
    pub connected_ms: i64,
    /// The sessions it listens to, and on which side.
    pub subscriptions: BTreeMap<String, Side>,
    /// The window that `frames` counts.
    #[serde(default)]
    pub window: i64,
    /// Frames in that window.
    #[serde(default)]
    pub frames: u64,
    /// TTL, seconds since 1970.
    pub expires_at_s: i64,
}

/// A socket in the list of its person.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ListedConnection {
    /// API Gateway's id.
    pub connection_id: String,
    /// When it was opened, Unix milliseconds.
    pub connected_ms: i64,
    /// TTL, seconds since 1970.
    pub expires_at_s: i64,
}

/// A socket on a session.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SubscriptionItem {
    /// API Gateway's id.
    pub connection_id: String,
    /// On which side.
    pub side: Side,
    /// TTL, seconds since 1970.
    pub expires_at_s: i64,
}

fn key(connection_id: &str) -> Key {
    Key::new(format!("CONNECTION#{connection_id}"), "CONNECTION")
}

fn listed_key(user_id: Uuid, connection_id: &str) -> Key {
    Key::new(format!("USER#{user_id}"), format!("CONNECTION#{connection_id}"))
}

fn channel_key(session_id: &str, connection_id: &str) -> Key {
    Key::new(format!("CHANNEL#{session_id}"), connection_id)
}

/// Adds a socket and its place in its person's list. Labels `connection`, `listed`.
#[must_use]
pub fn create_connection(tx: Transaction, item: &ConnectionItem) -> Transaction {
    let listed = ListedConnection {
        connection_id: item.connection_id.clone(),
        connected_ms: item.connected_ms,
        expires_at_s: item.expires_at_s,
    };
    let id = &item.connection_id;
    tx.create("connection", Table::App, &key(id), item).create(
        "listed",
        Table::App,
        &listed_key(item.user_id, id),
        &listed,
    )
}

/// Removes a socket with its place and all its subscriptions, whether or not they are still there.
#[must_use]
pub fn remove_connection(tx: Transaction, item: &ConnectionItem) -> Transaction {
    let any = || Condition::that("attribute_exists(pk) OR attribute_not_exists(pk)");
    let id = &item.connection_id;
    let tx = tx.delete("connection", Table::App, &key(id), any()).delete(
        "listed",
        Table::App,
        &listed_key(item.user_id, id),
        any(),
    );
    item.subscriptions.keys().fold(tx, |tx, session_id| {
        tx.delete("subscription", Table::App, &channel_key(session_id, id), any())
    })
}

/// Adds a subscription on both ends; refused (`connection`) if the socket is gone.
#[must_use]
pub fn subscribe(
    tx: Transaction,
    item: &ConnectionItem,
    session_id: &str,
    side: Side,
) -> Transaction {
    let update = Update::new("SET subscriptions.#session = :side")
        .when("attribute_exists(pk)")
        .name("#session", session_id)
        .value(":side", side);
    let listening = SubscriptionItem {
        connection_id: item.connection_id.clone(),
        side,
        expires_at_s: item.expires_at_s,
    };
    let channel = channel_key(session_id, &item.connection_id);
    tx.update("connection", Table::App, &key(&item.connection_id), update).replace(
        "subscription",
        Table::App,
        &channel,
        &listening,
        None,
    )
}

/// Removes a subscription on both ends; refused (`connection`) if the socket is gone.
#[must_use]
pub fn unsubscribe(tx: Transaction, connection_id: &str, session_id: &str) -> Transaction {
    let update = Update::new("REMOVE subscriptions.#session")
        .when("attribute_exists(pk)")
        .name("#session", session_id);
    let any = Condition::that("attribute_exists(pk) OR attribute_not_exists(pk)");
    tx.update("connection", Table::App, &key(connection_id), update).delete(
        "subscription",
        Table::App,
        &channel_key(session_id, connection_id),
        any,
    )
}

/// A socket.
///
/// # Errors
/// [`StoreError`].
pub async fn connection(
    store: &Store,
    connection_id: &str,
) -> Result<Option<ConnectionItem>, StoreError> {
    store.get(Table::App, &key(connection_id)).await
}

/// Counts a frame of a socket in the window of length `window_ms` and gives the socket as it then is; `None` if it is
/// gone. One write unit and no read; two writes when a window begins.
///
/// # Errors
/// [`StoreError`].
pub async fn hit(
    store: &Store,
    connection_id: &str,
    window_ms: i64,
    now_ms: i64,
) -> Result<Option<ConnectionItem>, StoreError> {
    let window = now_ms.div_euclid(window_ms.max(1));
    let same = Update::new("ADD frames :one")
        .when("#window = :window")
        .name("#window", "window")
        .value(":one", 1)
        .value(":window", window);
    if let Some(item) = store.update_and_read(Table::App, &key(connection_id), same).await? {
        return Ok(Some(item));
    }
    let next = Update::new("SET #window = :window, frames = :one")
        .when("attribute_exists(pk)")
        .name("#window", "window")
        .value(":one", 1)
        .value(":window", window);
    store.update_and_read(Table::App, &key(connection_id), next).await
}

/// A person's sockets, the oldest first.
///
/// # Errors
/// [`StoreError`].
pub async fn connections_of(
    store: &Store,
    user_id: Uuid,
) -> Result<Vec<ListedConnection>, StoreError> {
    let partition = listed_key(user_id, "").pk;
    let query = Query::new(Table::App, partition).begins_with("CONNECTION#").limit(LIST_MAX);
    let mut found = store.query::<ListedConnection>(query).await?.items;
    found.sort_by(|a, b| {
        (a.connected_ms, &a.connection_id).cmp(&(b.connected_ms, &b.connection_id))
    });
    Ok(found)
}

/// The sockets on a session, strongly consistent: who subscribed before an event was numbered is here when it is told.
///
/// # Errors
/// [`StoreError`].
pub async fn channel(store: &Store, session_id: &str) -> Result<Vec<SubscriptionItem>, StoreError> {
    let partition = channel_key(session_id, "").pk;
    let query = Query::new(Table::App, partition).limit(LIST_MAX);
    Ok(store.query::<SubscriptionItem>(query).await?.items)
}

/// Takes a socket off a session, whatever else is known of it.
#[must_use]
pub fn unlisten(tx: Transaction, session_id: &str, connection_id: &str) -> Transaction {
    let any = Condition::that("attribute_exists(pk) OR attribute_not_exists(pk)");
    tx.delete("subscription", Table::App, &channel_key(session_id, connection_id), any)
}

/// Takes a socket out of its person's list, whatever else is known of it.
#[must_use]
pub fn unlist(tx: Transaction, user_id: Uuid, connection_id: &str) -> Transaction {
    let any = Condition::that("attribute_exists(pk) OR attribute_not_exists(pk)");
    tx.delete("listed", Table::App, &listed_key(user_id, connection_id), any)
}
