//! Setting earnings aside: one payout a host, week and attempt, decided on exactly what was read.

use jiff::Timestamp;
use ledger::{Entry, Money, day_of};
use store::payout::{PayoutItem, PayoutStatus, host_list, payee_key, status_list};
use store::wallet::{EarningsItem, EntryNotes, pay_out, put_entry};
use store::{CommitError, Condition, StoreError, Table, Transaction};
use uuid::Uuid;

use super::Blocked;
use super::period::Period;
use crate::App;

/// How long one process has a payout for itself, in milliseconds: longer than all its tries at the processor.
pub const CLAIM_MS: i64 = 120_000;

/// How often a payout is decided anew because the earnings changed meanwhile.
const ATTEMPTS: u32 = 4;

/// What became of a host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reserved {
    /// Set aside now, and claimed by the caller.
    Now(Box<PayoutItem>),
    /// There is a payout of this week.
    Before,
    /// Not paid now.
    Blocked(Blocked),
}

/// For whom, of which week, which try.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// To whom.
    pub host_id: Uuid,
    /// Of which week.
    pub period: &'a Period,
    /// From 1.
    pub attempt: u32,
    /// For how long the caller has the payout for itself, in milliseconds; 0 if the next run shall send it.
    pub claim_ms: i64,
}

/// Sets a host's payout aside, all that may leave. Cost: 1 read if nothing may; else 3 reads and 5 items in one
/// transaction.
///
/// # Errors
/// [`CommitError`]; repeating it is harmless.
pub async fn reserve(
    app: &App,
    wanted: Wanted<'_>,
    now: Timestamp,
) -> Result<Reserved, CommitError> {
    for _ in 0..ATTEMPTS {
        let (tx, payout) = match plan(app, wanted, now).await? {
            Ok(planned) => planned,
            Err(blocked) => return Ok(Reserved::Blocked(blocked)),
        };
        match app.ctx.store.commit(tx).await {
            Ok(()) => return Ok(Reserved::Now(Box::new(payout))),
            Err(error) if error.refused("payout").is_some() => return Ok(Reserved::Before),
            // The earnings or the account changed: look again.
            Err(CommitError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Err(CommitError::Busy)
}

/// The writes that set a payout aside, or why there are none. Labels: `payout` (it exists), `earnings`, `payee` (changed).
///
/// # Errors
/// [`StoreError`].
pub async fn plan(
    app: &App,
    wanted: Wanted<'_>,
    now: Timestamp,
) -> Result<Result<(Transaction, PayoutItem), Blocked>, StoreError> {
    let store = &app.ctx.store;
    let host_id = wanted.host_id.to_string();
    let today = day_of(now.as_millisecond());
    let earnings = store.earnings(&host_id).await?;
    let Some(earnings) = earnings.filter(|it| it.payable_minor(today) >= ledger::PAYOUT_MIN_MINOR)
    else {
        return Ok(Err(Blocked::BelowMinimum));
    };
    let payable_minor = earnings.payable_minor(today);
    let payee = store.payee(&host_id).await?;
    if let Some(blocked) = Blocked::of(payee.as_ref(), payable_minor) {
        return Ok(Err(blocked));
    }
    let Some((version, account_id)) = payee.and_then(|it| Some((it.version, it.account_id?)))
    else {
        return Ok(Err(Blocked::NotOnboarded));
    };
    let name = store.host(wanted.host_id).await?.map_or_else(String::new, |host| host.name);
    let payout = item(wanted, (&earnings, payable_minor), (account_id, name), now);
    let amount = Money::new(payable_minor, earnings.currency);
    let entry = ledger::payout_reserve(&host_id, &payout.payout_id, amount).map_err(unfit)?;
    let tx = store::payout::create(Transaction::new(), &payout);
    let tx = put_entry(tx, &host_id, &entry, now.as_millisecond(), notes(&payout));
    let tx = pay_out(tx, &earnings, payable_minor, today);
    // A hold that was put on meanwhile must win.
    let tx = tx.require("payee", Table::App, &payee_key(&host_id), Condition::version(version));
    Ok(Ok((tx, payout)))
}

/// What the entries of a payout say beside their postings.
#[must_use]
pub fn notes(payout: &PayoutItem) -> EntryNotes {
    EntryNotes { note: Some(payout.period.clone()), ..EntryNotes::default() }
}

/// An entry that cannot be built, as a failure of the store: both leave things as they are.
pub fn unfit(error: ledger::EntryError) -> StoreError {
    StoreError::Shape(format!("a payout's entry: {error}"))
}

/// The amount as money.
#[must_use]
pub fn amount(payout: &PayoutItem) -> Money {
    Money::new(payout.amount_minor, payout.currency)
}

/// Adds a payout's entry beside the host's earnings.
#[must_use]
pub fn enter(tx: Transaction, payout: &PayoutItem, entry: &Entry, at_ms: i64) -> Transaction {
    put_entry(tx, &payout.host_id, entry, at_ms, notes(payout))
}

fn item(
    Wanted { host_id, period, attempt, claim_ms }: Wanted<'_>,
    (earnings, amount_minor): (&EarningsItem, i64),
    (account_id, host_name): (String, String),
    now: Timestamp,
) -> PayoutItem {
    let payout_id = period.payout_id(host_id, attempt).to_string();
    PayoutItem {
        gsi1pk: host_list(&host_id.to_string()),
        gsi1sk: payout_id.clone(),
        gsi2pk: status_list(PayoutStatus::Reserved),
        gsi2sk: payout_id.clone(),
        payout_id,
        host_id: host_id.to_string(),
        host_name,
        period: period.label.clone(),
        attempt,
        transfer_key: period.transfer_key(host_id, attempt),
        account_id,
        amount_minor,
        currency: earnings.currency,
        status: PayoutStatus::Reserved,
        transfer_id: None,
        problem: None,
        claim: runtime::new_id(now).to_string(),
        claimed_until_ms: now.as_millisecond().saturating_add(claim_ms),
        sends: u32::from(claim_ms > 0),
        returned_minor: 0,
        reserved_at_ms: now.as_millisecond(),
        decided_at_ms: None,
    }
}
