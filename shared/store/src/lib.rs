//! DynamoDB as Parlor uses it: key layout, items, and one conditional transaction per decision.
//!
//! Two tables. `Ledger` holds money (balance items and immutable entries) and may only be written inside
//! `TransactWriteItems`; `App` holds everything else. This crate decides nothing: pure crates decide, a handler
//! reads, asks for the decision, and commits it here in one [`Transaction`].
//!
//! # Key layout
//!
//! Every item has `pk` and `sk`. `expires_at_s` (Unix seconds) is the TTL attribute of both tables.
//!
//! | table | item | pk | sk | index keys |
//! |---|---|---|---|---|
//! | Ledger | wallet (spending balance) | `MEMBER#<user>` | `WALLET` | gsi1 `ACCOUNTS#<shard>` / `member:<user>:spending` |
//! | Ledger | entry | `MEMBER#<user>` | `ENTRY#<cause>#<line>` | gsi1 `EARNINGS#<host>` / `<cause>#<line>`, only if it touches earnings |
//! | Ledger | earnings balance | `HOST#<user>` | `EARNINGS` | gsi1 `ACCOUNTS#<shard>` / `host:<user>:earnings` |
//! | Ledger | entry of a payout | `HOST#<user>` | `ENTRY#<payout>#<line>` | as above |
//! | App | user | `USER#<user>` | `USER` | gsi1 `USERS` / `<created_at>#<user>` |
//! | App | identity of an address | `EMAIL#<hash>` | `IDENTITY` | |
//! | App | identity at an issuer | `SUBJECT#<hash>` | `IDENTITY` | |
//! | App | sign-in challenge | `SIGNIN#<hash>` | `CHALLENGE` | |
//! | App | flow at an OIDC issuer | `OIDC#<hash>` | `FLOW` | |
//! | App | sign-in that waits for its second factor | `SECOND#<hash>` | `STEP` | |
//! | App | second factor of a person | `USER#<user>` | `FACTOR` | |
//! | App | refresh family | `USER#<user>` | `FAMILY#<family>` | |
//! | App | host profile | `HOST#<user>` | `PROFILE` | gsi1 `HOSTS#<status>` / `<applied_at_ms>#<user>` |
//! | App | card of a host in the catalogue | `CARDS#<nn>` | `<user>` | |
//! | App | slug | `SLUG#<slug>` | `SLUG` | |
//! | App | open-session lock of a person | `USER#<user>` | `OPEN` | |
//! | App | session | `SESSION#<session>` | `SESSION` | gsi1 `SESSIONS#MEMBER#<user>` / session, gsi2 `SESSIONS#HOST#<user>` / session |
//! | App | open session in its shard | `SHARD#<nn>` | `SESSION#<session>` | |
//! | App | session in its year | `SESSIONS#<yyyy>` | session | |
//! | App | presence of both sides | `SESSION#<session>` | `PRESENCE` | |
//! | App | message, note, mark of a side | `SESSION#<session>` | `MESSAGE#<id>`, `NOTE#<side>`, `MARK#<side>` | |
//! | App | report of a message, its guard | `REPORT#<report>`, `SESSION#<session>` | `REPORT`, `REPORTED#<message>#<user>` | gsi1 `REPORTS#<status>` / report |
//! | App | event | `SESSION#<session>` | `EVENT#<seq>` | |
//! | App | meeting at Whereby of a session | `MEETINGS` | session | |
//! | App | ticket for a socket | `TICKET#<hash>` | `TICKET` | |
//! | App | socket, in its person's list, on a session | `CONNECTION#<id>`, `USER#<user>`, `CHANNEL#<session>` | `CONNECTION`, `CONNECTION#<id>`, `<id>` | |
//! | App | top-up | `TOPUP#<id>` | `TOPUP` | gsi1 `TOPUPS#<user>` / id |
//! | App | payment intent | `INTENT#<pi>` | `INTENT` | |
//! | App | event of the processor | `STRIPE#<event>` | `EVENT` | |
//! | App | decision of a dispute | `DISPUTE#<dispute>` | `DECISION` | |
//! | App | payout | `PAYOUT#<payout>` | `PAYOUT` | gsi1 `PAYOUTS#<host>` / payout, gsi2 `PAYOUTS#<status>` / payout |
//! | App | where a host is paid | `HOST#<user>` | `PAYOUTS` | |
//! | App | whose connected account | `CONNECT#<account>` | `ACCOUNT` | |
//! | App | how far a week's payouts are | `PAYOUTRUN#<week>` | `RUN` | |
//! | App | idempotency record | `REQUEST#<caller>#<route>#<key>` | `REQUEST` | |
//! | App | outbox | `OUTBOX#<id>` | `OUTBOX` | |
//! | App | mark of a handled event | `HANDLED#<id>` | `<consumer>` | |
//! | App | audit row | `AUDIT#<yyyy-mm>` | `<id>` | |
//! | App | site record, active brand | `SITE` | `BRAND#<brand>`, `ACTIVE` | |
//! | App | leaf of an entry, or where it went | `LEAVES#<hour>#<nn>` | `ENTRY#<cause>#<line>` | |
//! | App | fence of a shard of an hour's leaves | `LEAVES#<hour>#<nn>` | `FENCE` | |
//! | App | published root, tile of its tree | `ROOT#<hour>` | `ROOT`, `TILE#<nnnnn>` | |
//! | App | newest published hour | `ROOTS` | `HEAD` | |
//! | App | last conservation check, the one under way | `CONSERVATION` | `LAST`, `PROGRESS` | |
//! | App | rate limit window | `LIMIT#<kind>#<key>` | `<window>` | |
//!
//! An entry lives in its member's partition under the id of its *cause* (a session, a top-up, a refund: UUID v7,
//! so causes sort by time). The key is deterministic, which makes it the idempotency key; a statement and a receipt
//! are one query each, and no index is written per charged minute.

pub mod audit;
mod batch;
pub mod conservation;
mod dynamo;
pub mod engine;
mod expression;
pub mod host;
pub mod idempotency;
pub mod instant;
pub mod limit;
pub mod live;
pub mod mail;
pub mod meeting;
pub mod outbox;
pub mod payout;
pub mod proof;
mod query;
pub mod report;
pub mod second_factor;
pub mod session;
pub mod sign_in;
pub mod site;
pub mod top_up;
mod transaction;
pub mod user;
pub mod wallet;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::sync::Arc;

use crate::dynamo::Dynamo;
use crate::engine::Engine;

pub use expression::{Condition, Update};
pub use query::{Page, Query, Sort};
pub use transaction::{CommitError, Refused, Transaction, Until, Write, WriteKind};

/// An item as DynamoDB gives it.
pub type Item = HashMap<String, AttributeValue>;

/// The two tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Table {
    /// Everything but money.
    App,
    /// Money: balance items and entries.
    Ledger,
}

/// A primary key.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Deserialize, serde::Serialize)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

impl Key {
    /// A key of its two parts.
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    /// The key as attributes.
    pub(crate) fn attributes(&self) -> Item {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

/// Why the store could not do its work. Only [`StoreError::Start`] is the caller's fault.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// DynamoDB could not be reached, throttled, or failed; trying later may help. A write's outcome is unknown.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// DynamoDB refused the request itself: a bug, or missing rights.
    #[error("the database refused a request: {0}")]
    Rejected(String),
    /// An item does not have the shape that its type promises.
    #[error("an item could not be read or written: {0}")]
    Shape(String),
    /// A page was to begin where no page of its list can: a made-up cursor.
    #[error("no page begins there")]
    Start,
}

impl StoreError {
    /// Whether trying again later may help.
    pub fn retryable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

/// The two tables. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Store {
    engine: Arc<dyn Engine>,
}

impl Store {
    /// A store over `client` with the names of the two tables.
    pub fn new(
        client: aws_sdk_dynamodb::Client,
        app_table: impl Into<String>,
        ledger_table: impl Into<String>,
    ) -> Self {
        Self::over(Arc::new(Dynamo::new(client, app_table.into(), ledger_table.into())))
    }

    /// A store over another engine: a test's.
    pub fn over(engine: Arc<dyn Engine>) -> Self {
        Self { engine }
    }

    /// The pause after the attempt of this number (from 0) at something for which a table was too busy: half to all of 10,
    /// 20, 40, ... 640 ms.
    pub async fn pause(&self, attempt: u32) {
        self.engine.pause(attempt).await;
    }

    /// One item, strongly consistent (1 read unit per 4 KiB); `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the table cannot be read or the item has another shape.
    pub async fn get<T: DeserializeOwned>(
        &self,
        table: Table,
        key: &Key,
    ) -> Result<Option<T>, StoreError> {
        self.engine.get(table, key).await?.map(from_item).transpose()
    }

    /// One conditional update of an item, and the item after it; `None` when its condition does not hold.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn update_and_read<T: DeserializeOwned>(
        &self,
        table: Table,
        key: &Key,
        update: Update,
    ) -> Result<Option<T>, StoreError> {
        expression::checked(&update.condition)?;
        self.engine.update(table, key, &update).await?.map(from_item).transpose()
    }

    /// Takes one try off what has `tries_left` and `expires_at`, and gives the item after it; `None` when there is none, it
    /// is too late, or no try is left. One conditional write, so that guesses sent together do not share a try.
    ///
    /// # Errors
    /// [`StoreError`].
    pub(crate) async fn take_try<T: DeserializeOwned>(
        &self,
        key: &Key,
        now: Timestamp,
    ) -> Result<Option<T>, StoreError> {
        let update = Update::new("SET tries_left = tries_left - :one")
            .when("tries_left > :zero AND expires_at > :now")
            .value(":one", 1)
            .value(":zero", 0)
            .value(":now", instant::text(now));
        self.update_and_read(Table::App, key, update).await
    }
}

/// An item as its type.
///
/// # Errors
/// [`StoreError::Shape`].
pub fn from_item<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item).map_err(|error| StoreError::Shape(error.to_string()))
}

/// A type as an item, with its key.
pub(crate) fn to_item<T: serde::Serialize>(key: &Key, value: &T) -> Result<Item, StoreError> {
    let mut item: Item =
        serde_dynamo::to_item(value).map_err(|error| StoreError::Shape(error.to_string()))?;
    item.extend(key.attributes());
    Ok(item)
}
