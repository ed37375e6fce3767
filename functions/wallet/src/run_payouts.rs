//! Schedule, every 15 minutes: pays hosts what is old enough, once a week.
//!
//! A run first finishes what earlier runs have left reserved, then goes on with this week's list of hosts where the last
//! one stopped. It is bounded ([`HOSTS_MAX`], [`RUN_SECONDS_MAX`]), may overlap with another, and may stop anywhere:
//! a host has one payout a week, whoever makes it. It does nothing while the conservation check finds a difference.
//!
//! Cost when there is nothing to do: 2 reads and 1 query. A host with nothing to pay: 1 read.

use jiff::Timestamp;
use ledger::Account;
use runtime::{Unit, emit};
use serde::Deserialize;
use store::conservation::{Checked, checked_key};
use store::payout::{PayoutStatus, RunItem, replace_run, run_key};
use store::wallet::ACCOUNT_SHARDS;
use store::{CommitError, Page, Query, StoreError, Table, Transaction};
use uuid::Uuid;
use web::{Need, Route, Trigger};

use crate::App;
use crate::payouts::period::Period;
use crate::payouts::reserve::{CLAIM_MS, Reserved, Wanted, reserve};
use crate::payouts::send::{Sent, resume, send};

/// The consumer.
pub const ROUTE: Route = Route::consumer("run_payouts", Trigger::Schedule).needs(&[
    Need::APP_READ,
    Need::APP_INDEX,
    Need::APP_PUT,
    Need::APP_UPDATE,
    Need::APP_CHECK,
    Need::LEDGER_READ,
    Need::LEDGER_INDEX,
    Need::LEDGER_PUT,
    Need::LEDGER_UPDATE,
    Need::STRIPE_SECRET,
]);

/// Hosts that one run looks at.
pub const HOSTS_MAX: u64 = 1_000;
/// Hosts a page: after each page the run's progress is kept.
const PAGE: usize = 25;
/// After so long a run leaves the rest to the next one; the function's own limit is above it.
const RUN_SECONDS_MAX: i64 = 200;
/// A payout whose outcome is unknown for so long is overdue, and an alarm tells a person.
const OVERDUE_MS: i64 = 60 * 60 * 1_000;

/// What a run did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ran {
    /// Payouts sent.
    pub paid: u64,
    /// Payouts refused and reversed.
    pub failed: u64,
    /// Payouts that are reserved for longer than an hour.
    pub overdue: u64,
    /// Whether the conservation check forbids payouts.
    pub stopped: bool,
    /// Whether the processor gave no answer, so that the rest has to wait.
    pub unanswered: bool,
    /// Hosts looked at.
    pub hosts: u64,
}

#[derive(Deserialize)]
struct Listed {
    gsi1sk: String,
}

/// Runs once.
///
/// # Errors
/// [`StoreError`]; the next run goes on.
pub async fn handle(app: &App, now: Timestamp) -> Result<Ran, StoreError> {
    let mut ran = Ran::default();
    let outcome = run(app, now, &mut ran).await;
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    emit(
        now,
        &[("Handler", ROUTE.id)],
        &[
            ("PayoutsPaid", count(ran.paid), Unit::Count),
            ("PayoutsFailed", count(ran.failed), Unit::Count),
            ("PayoutsOverdue", count(ran.overdue), Unit::Count),
            ("PayoutsStopped", i64::from(ran.stopped), Unit::Count),
        ],
    );
    outcome.map(|()| ran)
}

async fn run(app: &App, now: Timestamp, ran: &mut Ran) -> Result<(), StoreError> {
    let checked = app.ctx.store.get::<Checked>(Table::App, &checked_key()).await?;
    if checked.is_some_and(|checked| !checked.figures.conserved()) {
        ran.stopped = true;
        tracing::error!("money is not conserved: no payouts");
        return Ok(());
    }
    finish(app, now, ran).await?;
    while !ran.unanswered && in_time(app, now) && next_page(app, now, ran).await? {}
    Ok(())
}

/// Sends again what is reserved and not decided.
async fn finish(app: &App, now: Timestamp, ran: &mut Ran) -> Result<(), StoreError> {
    let mut after = None;
    loop {
        let page = app.ctx.store.payouts_of_status(PayoutStatus::Reserved, 100, after.take());
        let page = page.await?;
        for payout in page.items {
            let age_ms = now.as_millisecond().saturating_sub(payout.reserved_at_ms);
            let sent = resume(app, payout, now).await.map_err(failed)?;
            note(ran, sent);
            if sent == Sent::Unknown && age_ms > OVERDUE_MS {
                ran.overdue = ran.overdue.saturating_add(1);
            }
            if ran.unanswered {
                return Ok(());
            }
        }
        after = page.next;
        if after.is_none() || !in_time(app, now) {
            return Ok(());
        }
    }
}

/// Pays a page of hosts and keeps how far the week is; says whether there is more for this run.
async fn next_page(app: &App, now: Timestamp, ran: &mut Ran) -> Result<bool, StoreError> {
    let store = &app.ctx.store;
    let period = Period::of(now).map_err(|error| StoreError::Shape(error.to_string()))?;
    let read = store.get::<RunItem>(Table::App, &run_key(&period.label)).await?;
    let mut progress = read.clone().unwrap_or_default();
    progress.period.clone_from(&period.label);
    if progress.shard >= ACCOUNT_SHARDS {
        return Ok(false);
    }
    let query = Query::new(Table::Ledger, format!("ACCOUNTS#{:02}", progress.shard))
        .index("gsi1")
        .begins_with("host:")
        .limit(PAGE)
        .after(progress.after.take());
    let page: Page<Listed> = store.query(query).await?;
    for listed in page.items {
        progress.hosts = progress.hosts.saturating_add(1);
        ran.hosts = ran.hosts.saturating_add(1);
        if pay(app, &listed.gsi1sk, &period, now, ran).await? {
            progress.reserved = progress.reserved.saturating_add(1);
        }
        if ran.unanswered {
            // The page is looked at again: who has a payout already is passed over.
            return Ok(false);
        }
    }
    progress.after = page.next;
    if progress.after.is_none() {
        progress.shard = progress.shard.saturating_add(1);
    }
    match store.commit(replace_run(Transaction::new(), read.as_ref(), progress)).await {
        Ok(()) => Ok(ran.hosts < HOSTS_MAX),
        // Another run got further: leave the rest to it.
        Err(CommitError::Refused(_)) => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

/// Reserves and sends a host's payout; says whether one was reserved.
async fn pay(
    app: &App,
    account: &str,
    period: &Period,
    now: Timestamp,
    ran: &mut Ran,
) -> Result<bool, StoreError> {
    let account = account.parse().map_err(|error| StoreError::Shape(format!("{error}")))?;
    let Account::Earnings(host_id) = account else { return Ok(false) };
    let host_id: Uuid =
        host_id.parse().map_err(|_| StoreError::Shape("a host's id is no UUID".into()))?;
    let wanted = Wanted { host_id, period, attempt: 1, claim_ms: CLAIM_MS };
    let Reserved::Now(payout) = reserve(app, wanted, now).await.map_err(failed)? else {
        return Ok(false);
    };
    note(ran, send(app, &payout, now).await.map_err(failed)?);
    Ok(true)
}

fn note(ran: &mut Ran, sent: Sent) {
    match sent {
        Sent::Decided(PayoutStatus::Paid) => ran.paid = ran.paid.saturating_add(1),
        Sent::Decided(_) => ran.failed = ran.failed.saturating_add(1),
        Sent::Elsewhere => {}
        Sent::Unknown => ran.unanswered = true,
    }
}

fn in_time(app: &App, began: Timestamp) -> bool {
    app.ctx.now().as_second().saturating_sub(began.as_second()) < RUN_SECONDS_MAX
}

fn failed(error: CommitError) -> StoreError {
    match error {
        CommitError::Store(error) => error,
        other => StoreError::Unavailable(other.to_string()),
    }
}
