//! Money items: wallets, earnings, entries, and the writes that move value.
//!
//! Cost of a lease (the hot path): one transaction of two items, 4 write units (each item is under 1 KiB), one round
//! trip, no read. The wallet's index attributes never change, so its index is not written.

use ledger::{Account, Currency, Entry, Reason};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::{Key, Query, Store, StoreError, Table, Transaction, Update};

/// Over how many partitions the list of accounts is spread.
pub const ACCOUNT_SHARDS: u32 = 16;

/// A member's spending balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalletItem {
    /// Whose.
    pub member_id: String,
    /// Of both balances.
    pub currency: Currency,
    /// What may be spent. Negative only through a dispute.
    pub available_minor: i64,
    /// What is set aside for sessions.
    pub held_minor: i64,
    /// The session that may lease minutes, from activation to end. Its presence fences late charges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub open_session: Option<String>,
    /// The last minute leased for it; 0 when none is open.
    pub leased_minute: u32,
    /// Whether spending is stopped, and why: `dispute` while one is open, `dispute-lost`, `admin`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locked: Option<String>,
    /// Disputes that are not decided; the first locks, the last one unlocks if none was lost.
    #[serde(default)]
    pub open_disputes: u32,
    /// Where the conservation check finds it.
    gsi1pk: String,
    gsi1sk: String,
}

/// A host's earnings balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EarningsItem {
    /// Whose.
    pub host_id: String,
    /// Of the balance.
    pub currency: Currency,
    /// Earned and not paid out.
    pub available_minor: i64,
    /// What was credited on each of the last days (UTC, days since 1970 as text): what is too young for a payout. Credits
    /// alone; a payout removes the days that no longer count.
    pub earned_by_day: BTreeMap<String, i64>,
    /// Rises with each change: a payout is decided on exactly what was read.
    pub version: u64,
    gsi1pk: String,
    gsi1sk: String,
}

impl EarningsItem {
    /// How much may be paid out on a UTC day, in minor units: see [`ledger::payable_minor`].
    #[must_use]
    pub fn payable_minor(&self, today: i64) -> i64 {
        // A day that cannot be read counts as today: it waits, and nothing is paid too early.
        let mut earned: BTreeMap<i64, i64> = BTreeMap::new();
        for (day, minor) in &self.earned_by_day {
            let sum = earned.entry(day.parse().unwrap_or(today)).or_default();
            *sum = sum.saturating_add(*minor);
        }
        ledger::payable_minor(self.available_minor, &earned, today)
    }
}

/// An entry with what statements and receipts show beside its postings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryItem {
    /// The balanced postings.
    #[serde(flatten)]
    pub entry: Entry,
    /// When it was written, Unix milliseconds.
    pub at_ms: i64,
    /// In whose partition it lives: the member's, or the host's for a payout.
    pub member_id: String,
    /// What statements say beside it.
    #[serde(flatten)]
    pub notes: EntryNotes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi1pk: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    gsi1sk: Option<String>,
}

/// What statements and receipts show beside an entry's postings. All optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryNotes {
    /// Of which session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// A lease's or a refund's (first) minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minute: Option<u32>,
    /// How many minutes a lease covers, or a settlement pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    /// The counterpart's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_name: Option<String>,
    /// The member's name, for the host's list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_name: Option<String>,
    /// Of which top-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_up_id: Option<String>,
    /// Why, in a person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The fee rule that was in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_version: Option<String>,
}

/// The key of a member's wallet.
pub fn wallet_key(member_id: &str) -> Key {
    Key::new(format!("MEMBER#{member_id}"), "WALLET")
}

/// The key of a host's earnings.
pub fn earnings_key(host_id: &str) -> Key {
    Key::new(format!("HOST#{host_id}"), "EARNINGS")
}

/// The key of an entry. A payout's entries live beside the host's earnings, all others in a member's partition.
pub fn entry_key(owner_id: &str, entry: &Entry) -> Key {
    let sk = format!("ENTRY#{}#{}", entry.key.cause, entry.key.line);
    let of_a_host = matches!(
        entry.reason,
        Reason::PayoutReserve
            | Reason::PayoutConfirm
            | Reason::PayoutReverse
            | Reason::PayoutReturn
    );
    Key::new(format!("{}#{owner_id}", if of_a_host { "HOST" } else { "MEMBER" }), sk)
}

/// Adds the empty wallet of a new member; refused (`wallet`) if there is one.
#[must_use]
pub fn create_wallet(tx: Transaction, member_id: &str, currency: Currency) -> Transaction {
    let account = Account::Spending(member_id.to_owned());
    let item = WalletItem {
        member_id: member_id.to_owned(),
        currency,
        available_minor: 0,
        held_minor: 0,
        open_session: None,
        leased_minute: 0,
        locked: None,
        open_disputes: 0,
        gsi1pk: account_shard(&account),
        gsi1sk: account.to_string(),
    };
    tx.create("wallet", Table::Ledger, &wallet_key(member_id), &item)
}

/// Adds the empty earnings of a new host; refused (`earnings`) if there are some.
#[must_use]
pub fn create_earnings(tx: Transaction, host_id: &str, currency: Currency) -> Transaction {
    let account = Account::Earnings(host_id.to_owned());
    let item = EarningsItem {
        host_id: host_id.to_owned(),
        currency,
        available_minor: 0,
        earned_by_day: BTreeMap::new(),
        version: 0,
        gsi1pk: account_shard(&account),
        gsi1sk: account.to_string(),
    };
    tx.create("earnings", Table::Ledger, &earnings_key(host_id), &item)
}

/// Adds an entry under its deterministic key; refused (`entry`) if it was written before.
#[must_use]
pub fn put_entry(
    tx: Transaction,
    member_id: &str,
    entry: &Entry,
    at_ms: i64,
    notes: EntryNotes,
) -> Transaction {
    let host = entry.host().map(str::to_owned);
    let item = EntryItem {
        entry: entry.clone(),
        at_ms,
        member_id: member_id.to_owned(),
        notes,
        gsi1sk: host.as_ref().map(|_| format!("{}#{}", entry.key.cause, entry.key.line)),
        gsi1pk: host.map(|host| format!("EARNINGS#{host}")),
    };
    tx.create("entry", Table::Ledger, &entry_key(member_id, entry), &item)
}

/// Adds to a member's spending balance (negative takes away, without a floor: give a condition of your own).
#[must_use]
pub fn change_spending(
    tx: Transaction,
    member_id: &str,
    amount_minor: i64,
    update: impl FnOnce(Update) -> Update,
) -> Transaction {
    let change = Update::new("SET available_minor = available_minor + :amount")
        .when("attribute_exists(pk)")
        .value(":amount", amount_minor);
    tx.update("wallet", Table::Ledger, &wallet_key(member_id), update(change))
}

/// Adds what was earned now: it can be paid out when its day is old enough.
#[must_use]
pub fn earn(tx: Transaction, host_id: &str, amount_minor: i64, at_ms: i64) -> Transaction {
    let update = Update::new(
        "SET available_minor = available_minor + :amount, version = version + :one, \
         earned_by_day.#day = if_not_exists(earned_by_day.#day, :zero) + :amount",
    )
    .when("attribute_exists(pk)")
    .name("#day", &ledger::day_of(at_ms).to_string())
    .value(":amount", amount_minor)
    .value(":one", 1)
    .value(":zero", 0);
    tx.update("earnings", Table::Ledger, &earnings_key(host_id), update)
}

/// Takes a payout from a host's earnings as they were read, and forgets the days of which nothing is young any more;
/// refused (`earnings`) if they changed since.
#[must_use]
pub fn pay_out(
    tx: Transaction,
    earnings: &EarningsItem,
    amount_minor: i64,
    today: i64,
) -> Transaction {
    let young = today.saturating_sub(ledger::PAYOUT_WAIT_DAYS);
    let kept: BTreeMap<_, _> = earnings
        .earned_by_day
        .iter()
        .filter(|(day, _)| day.parse::<i64>().map_or(true, |day| day >= young))
        .collect();
    let update = Update::new(
        "SET available_minor = available_minor - :amount, version = version + :one, \
         earned_by_day = :kept",
    )
    .when("version = :seen AND available_minor >= :amount")
    .value(":amount", amount_minor)
    .value(":one", 1)
    .value(":seen", earnings.version)
    .value(":kept", kept);
    tx.update("earnings", Table::Ledger, &earnings_key(&earnings.host_id), update)
}

/// Corrects a host's earnings, without making anything young; taking away is refused (`earnings`) below zero.
#[must_use]
pub fn change_earnings(tx: Transaction, host_id: &str, amount_minor: i64) -> Transaction {
    let change =
        Update::new("SET available_minor = available_minor + :amount, version = version + :one")
            .value(":amount", amount_minor)
            .value(":one", 1);
    // A credit must not be refused to a balance in debt, so only a debit asks for a floor.
    let update = if amount_minor < 0 {
        change
            .when("attribute_exists(pk) AND available_minor >= :floor")
            .value(":floor", amount_minor.saturating_neg())
    } else {
        change.when("attribute_exists(pk)")
    };
    tx.update("earnings", Table::Ledger, &earnings_key(host_id), update)
}

/// A lease of an open session: the entry, and the wallet under its fence (`wallet`).
///
/// The fence: this session is open, the minute before was the last leased, the balance suffices, spending is not
/// locked. The old item that a refusal brings says which of them failed.
#[must_use]
pub fn lease(
    tx: Transaction,
    (member_id, session_id, host_name): (&str, &str, &str),
    entry: &Entry,
    (first, count): (u32, u32),
    at_ms: i64,
) -> Transaction {
    let amount = entry.effect_on(&Account::Held(session_id.to_owned()));
    let notes = EntryNotes {
        session_id: Some(session_id.to_owned()),
        minute: Some(first),
        minutes: Some(count),
        other_name: Some(host_name.to_owned()),
        ..EntryNotes::default()
    };
    let update = Update::new(
        "SET available_minor = available_minor - :amount, held_minor = held_minor + :amount, \
         leased_minute = :last",
    )
    .when(
        "open_session = :session AND leased_minute = :before AND available_minor >= :amount \
         AND attribute_not_exists(locked)",
    )
    .value(":amount", amount)
    .value(":session", session_id)
    .value(":before", first.saturating_sub(1))
    .value(":last", first.saturating_add(count).saturating_sub(1));
    put_entry(tx, member_id, entry, at_ms, notes).update(
        "wallet",
        Table::Ledger,
        &wallet_key(member_id),
        update,
    )
}

/// The first lease: as [`lease`], but the wallet must have no open session, and gets this one.
#[must_use]
pub fn open_and_lease(
    tx: Transaction,
    (member_id, session_id, host_name): (&str, &str, &str),
    entry: &Entry,
    count: u32,
    at_ms: i64,
) -> Transaction {
    let amount = entry.effect_on(&Account::Held(session_id.to_owned()));
    let notes = EntryNotes {
        session_id: Some(session_id.to_owned()),
        minute: Some(1),
        minutes: Some(count),
        other_name: Some(host_name.to_owned()),
        ..EntryNotes::default()
    };
    let update = Update::new(
        "SET available_minor = available_minor - :amount, held_minor = held_minor + :amount, \
         leased_minute = :count, open_session = :session",
    )
    .when(
        "attribute_not_exists(open_session) AND available_minor >= :amount \
         AND attribute_not_exists(locked)",
    )
    .value(":amount", amount)
    .value(":session", session_id)
    .value(":count", count);
    put_entry(tx, member_id, entry, at_ms, notes).update(
        "wallet",
        Table::Ledger,
        &wallet_key(member_id),
        update,
    )
}

/// Closes the fence when a session ends: no lease of it can be written any more. `leased` is what the caller saw; a
/// lease that came between refuses it (`wallet`), and the caller looks again.
#[must_use]
pub fn close(tx: Transaction, member_id: &str, session_id: &str, leased: u32) -> Transaction {
    let update = Update::new("SET leased_minute = :zero REMOVE open_session")
        .when("open_session = :session AND leased_minute = :leased")
        .value(":zero", 0)
        .value(":session", session_id)
        .value(":leased", leased);
    tx.update("wallet", Table::Ledger, &wallet_key(member_id), update)
}

/// The settlement of an ended session: the entry, what comes back to the member, what the host earned.
#[must_use]
pub fn settle(
    tx: Transaction,
    (member_id, host_id, session_id): (&str, &str, &str),
    entry: &Entry,
    at_ms: i64,
    notes: EntryNotes,
) -> Transaction {
    let held = entry.effect_on(&Account::Held(session_id.to_owned()));
    let released = entry.effect_on(&Account::Spending(member_id.to_owned()));
    let earned = entry.effect_on(&Account::Earnings(host_id.to_owned()));
    let update = Update::new(
        "SET available_minor = available_minor + :released, held_minor = held_minor + :held",
    )
    .when("attribute_exists(pk)")
    .value(":released", released)
    .value(":held", held);
    let tx = put_entry(tx, member_id, entry, at_ms, notes).update(
        "wallet",
        Table::Ledger,
        &wallet_key(member_id),
        update,
    );
    earn(tx, host_id, earned, at_ms)
}

impl Store {
    /// A member's wallet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn wallet(&self, member_id: &str) -> Result<Option<WalletItem>, StoreError> {
        self.get(Table::Ledger, &wallet_key(member_id)).await
    }

    /// A host's earnings.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn earnings(&self, host_id: &str) -> Result<Option<EarningsItem>, StoreError> {
        self.get(Table::Ledger, &earnings_key(host_id)).await
    }

    /// All entries of one cause (a session's leases, settlement and refunds; a top-up's credit, refunds, disputes), in
    /// key order. Bounded: 1,000 entries, far above what a session of a day has.
    ///
    /// # Errors
    /// [`StoreError`]; `Shape` if a stored entry does not balance.
    pub async fn entries_of(
        &self,
        member_id: &str,
        cause: &str,
    ) -> Result<Vec<EntryItem>, StoreError> {
        let mut entries = Vec::new();
        let mut after = None;
        loop {
            let query = Query::new(Table::Ledger, format!("MEMBER#{member_id}"))
                .begins_with(format!("ENTRY#{cause}#"))
                .limit(1000)
                .after(after.take());
            let page = self.query::<EntryItem>(query).await?;
            for item in page.items {
                entries.push(balanced(item)?);
            }
            after = page.next;
            if after.is_none() || entries.len() >= 2_000 {
                return Ok(entries);
            }
        }
    }
}

/// Asks an entry that was read for the law again: its postings sum to zero.
///
/// # Errors
/// [`StoreError::Shape`].
pub fn balanced(item: EntryItem) -> Result<EntryItem, StoreError> {
    match item.entry.clone().checked() {
        Ok(_) => Ok(item),
        Err(error) => Err(StoreError::Shape(format!("{}: {error}", item.entry.key.id()))),
    }
}

/// The partition of the accounts' list that an account is in.
fn account_shard(account: &Account) -> String {
    format!("ACCOUNTS#{:02}", shard_of(&account.to_string(), ACCOUNT_SHARDS))
}

/// A stable spread of texts over `shards` (FNV-1a, 32 bits).
pub fn shard_of(text: &str, shards: u32) -> u32 {
    let hash = text
        .bytes()
        .fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hash.checked_rem(shards).unwrap_or(0)
}
