//! Payouts, where a host is paid, and how far a week's payouts have come.

use ledger::Currency;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::{Condition, Key, Page, Query, Store, StoreError, Table, Transaction, Update};

/// Where a payout stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    /// Set aside; the transfer's outcome is not known yet.
    Reserved,
    /// Transferred.
    Paid,
    /// The transfer was refused; the money is earnings again.
    Failed,
    /// The transfer came back; the money is earnings again.
    Returned,
}

impl PayoutStatus {
    /// The status as it is stored and told.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Returned => "returned",
        }
    }
}

/// One payout of a host: at most one a week and attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayoutItem {
    /// UUID v7 of the week, the host and the attempt; the cause of its entries.
    pub payout_id: String,
    /// To whom.
    pub host_id: String,
    /// The host's name when it was reserved.
    pub host_name: String,
    /// Of which ISO week, such as `2026-W48`.
    pub period: String,
    /// 1, or more when an admin tried again.
    pub attempt: u32,
    /// Under which key the transfer happens once: `payout_<host>_<period>`, with the attempt from the second on.
    pub transfer_key: String,
    /// To which connected account.
    pub account_id: String,
    /// How much.
    pub amount_minor: i64,
    /// Of the amount.
    pub currency: Currency,
    /// Where it stands.
    pub status: PayoutStatus,
    /// The processor's transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transfer_id: Option<String>,
    /// Why it was refused: the processor's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Who is sending it. Only they may decide it.
    pub claim: String,
    /// Until when nobody else sends it, Unix milliseconds.
    pub claimed_until_ms: i64,
    /// How often it was sent.
    pub sends: u32,
    /// What came back after it was paid, as reported.
    #[serde(default)]
    pub returned_minor: i64,
    /// When it was set aside, Unix milliseconds.
    pub reserved_at_ms: i64,
    /// When it was paid or refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at_ms: Option<i64>,
    /// The host's list.
    pub gsi1pk: String,
    /// The host's list.
    pub gsi1sk: String,
    /// The list of its status.
    pub gsi2pk: String,
    /// The list of its status.
    pub gsi2sk: String,
}

/// Why an admin stops a host's payouts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// In the admin's words.
    pub reason: String,
    /// Since when, Unix milliseconds.
    pub at_ms: i64,
}

/// Where a host is paid, and whether they can be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayeeItem {
    /// Who.
    pub host_id: String,
    /// The connected account, once onboarding began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// Whether the processor pays the account out.
    pub payouts_enabled: bool,
    /// Whether the host has finished the processor's form.
    pub details_submitted: bool,
    /// How many things the processor still asks for.
    pub requirements_due: u32,
    /// Why the processor does not pay out, in its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled_reason: Option<String>,
    /// Why the host's bank refused the processor's last payout, in its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bank_problem: Option<String>,
    /// Whether an admin stops the payouts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// When the processor said the above, Unix seconds: older news changes nothing.
    pub told_unix: i64,
    /// Rises with each change.
    pub version: u64,
}

/// Whose a connected account is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectItem {
    /// The host.
    pub host_id: String,
}

/// How far the payouts of a week have come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunItem {
    /// Of which ISO week.
    pub period: String,
    /// Which shard of the accounts' list is next.
    pub shard: u32,
    /// After which account of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<BTreeMap<String, String>>,
    /// Hosts looked at.
    pub hosts: u64,
    /// Payouts reserved.
    pub reserved: u64,
    /// Rises with each change.
    pub version: u64,
}

/// The key of a payout.
pub fn payout_key(payout_id: &str) -> Key {
    Key::new(format!("PAYOUT#{payout_id}"), "PAYOUT")
}

/// The key of where a host is paid.
pub fn payee_key(host_id: &str) -> Key {
    Key::new(format!("HOST#{host_id}"), "PAYOUTS")
}

/// The key of a connected account.
pub fn connect_key(account_id: &str) -> Key {
    Key::new(format!("CONNECT#{account_id}"), "ACCOUNT")
}

/// The key of a week's run.
pub fn run_key(period: &str) -> Key {
    Key::new(format!("PAYOUTRUN#{period}"), "RUN")
}

/// The index partition of a host's payouts (`gsi1`).
pub fn host_list(host_id: &str) -> String {
    format!("PAYOUTS#{host_id}")
}

/// The index partition of a status (`gsi2`).
pub fn status_list(status: PayoutStatus) -> String {
    format!("PAYOUTS#{}", status.as_str())
}

/// Adds a payout; refused (`payout`) if there is one of this host, week and attempt.
#[must_use]
pub fn create(tx: Transaction, payout: &PayoutItem) -> Transaction {
    tx.create("payout", Table::App, &payout_key(&payout.payout_id), payout)
}

/// Takes a reserved payout to send it; refused (`payout`) while somebody else does, or when it is decided.
#[must_use]
pub fn claim(payout_id: &str, token: &str, now_ms: i64, until_ms: i64) -> Transaction {
    let update = Update::new("SET claim = :token, claimed_until_ms = :until, sends = sends + :one")
        .when("#status = :reserved AND claimed_until_ms <= :now")
        .name("#status", "status")
        .value(":token", token)
        .value(":until", until_ms)
        .value(":one", 1)
        .value(":reserved", PayoutStatus::Reserved)
        .value(":now", now_ms);
    Transaction::new().update("payout", Table::App, &payout_key(payout_id), update)
}

/// Decides a payout that was claimed; refused (`payout`) when somebody else has it, or has decided it.
#[must_use]
pub fn decide(
    tx: Transaction,
    payout: &PayoutItem,
    (status, transfer_id, problem): (PayoutStatus, Option<&str>, Option<&str>),
    at_ms: i64,
) -> Transaction {
    let mut decided = payout.clone();
    decided.status = status;
    decided.gsi2pk = status_list(status);
    decided.transfer_id = transfer_id.map(str::to_owned);
    decided.problem = problem.map(str::to_owned);
    decided.decided_at_ms = Some(at_ms);
    let condition = Condition::that("#status = :reserved AND claim = :claim")
        .name("#status", "status")
        .value(":reserved", PayoutStatus::Reserved)
        .value(":claim", &payout.claim);
    let key = payout_key(&payout.payout_id);
    tx.replace("payout", Table::App, &key, &decided, Some(condition))
}

/// Notes that so much of a paid payout came back; refused (`payout`) unless it was as it is given.
#[must_use]
pub fn give_back(tx: Transaction, payout: &PayoutItem, cumulative_minor: i64) -> Transaction {
    let mut returned = payout.clone();
    returned.returned_minor = cumulative_minor;
    if cumulative_minor >= payout.amount_minor {
        returned.status = PayoutStatus::Returned;
        returned.gsi2pk = status_list(returned.status);
    }
    let condition = Condition::that("#status = :status AND returned_minor = :seen")
        .name("#status", "status")
        .value(":status", payout.status)
        .value(":seen", payout.returned_minor);
    let key = payout_key(&payout.payout_id);
    tx.replace("payout", Table::App, &key, &returned, Some(condition))
}

/// Writes where a host is paid, in place of what was read; refused (`payee`) if it changed since.
#[must_use]
pub fn replace_payee(tx: Transaction, read: Option<&PayeeItem>, payee: PayeeItem) -> Transaction {
    let key = payee_key(&payee.host_id);
    match read {
        None => tx.create("payee", Table::App, &key, &PayeeItem { version: 1, ..payee }),
        Some(read) => {
            let next = PayeeItem { version: read.version.saturating_add(1), ..payee };
            tx.replace("payee", Table::App, &key, &next, Some(Condition::version(read.version)))
        }
    }
}

/// Writes how far a run is, in place of what was read; refused (`run`) if another run got further.
#[must_use]
pub fn replace_run(tx: Transaction, read: Option<&RunItem>, run: RunItem) -> Transaction {
    let key = run_key(&run.period);
    match read {
        None => tx.create("run", Table::App, &key, &RunItem { version: 1, ..run }),
        Some(read) => {
            let next = RunItem { version: read.version.saturating_add(1), ..run };
            tx.replace("run", Table::App, &key, &next, Some(Condition::version(read.version)))
        }
    }
}

impl Store {
    /// A payout.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn payout(&self, payout_id: &str) -> Result<Option<PayoutItem>, StoreError> {
        self.get(Table::App, &payout_key(payout_id)).await
    }

    /// Where a host is paid.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn payee(&self, host_id: &str) -> Result<Option<PayeeItem>, StoreError> {
        self.get(Table::App, &payee_key(host_id)).await
    }

    /// Where the owner of a connected account is paid.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn payee_of_account(
        &self,
        account_id: &str,
    ) -> Result<Option<PayeeItem>, StoreError> {
        let connect = self.get::<ConnectItem>(Table::App, &connect_key(account_id)).await?;
        match connect {
            Some(connect) => self.payee(&connect.host_id).await,
            None => Ok(None),
        }
    }

    /// A page of the payouts of a status, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn payouts_of_status(
        &self,
        status: PayoutStatus,
        limit: usize,
        after: Option<BTreeMap<String, String>>,
    ) -> Result<Page<PayoutItem>, StoreError> {
        let query = Query::new(Table::App, status_list(status)).index("gsi2").descending();
        self.query(query.limit(limit).after(after)).await
    }

    /// A page of a host's payouts, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn payouts_of_host(
        &self,
        host_id: &str,
        limit: usize,
        after: Option<BTreeMap<String, String>>,
    ) -> Result<Page<PayoutItem>, StoreError> {
        let query = Query::new(Table::App, host_list(host_id)).index("gsi1").descending();
        self.query(query.limit(limit).after(after)).await
    }
}
