//! Consumer of the billing queue: leases, pauses, ends and settles the sessions of one shard a message.
//!
//! Duplicates, any order, overlaps and late messages do no harm: what is due follows from the time at hand, and each write
//! carries its fence. A message that is no work, or whose shard or session could not be handled, is reported as failed
//! and comes again until the queue sets it aside.

use jiff::Timestamp;
use runtime::{BatchReply, SqsEvent, Unit, each_message, emit};
use store::StoreError;
use web::{Ctx, Need, Route, Trigger};

use crate::charge::{Outcome, charge_all, read_shard};
use crate::patience::{Patience, WORK_MS};
use crate::queue::{Queue, QueueError, Work};

/// Messages worked on at once.
const CONCURRENCY: usize = 4;
/// Further pages of a shard that a tick hands out: half a million sessions a shard, eight million in all.
const PAGES_MAX: usize = 500;

/// The consumer.
pub const ROUTE: Route = Route::consumer("billing_charge", Trigger::Queue).needs(&[
    Need::APP_QUERY,
    Need::APP_READ,
    Need::APP_READ_MANY,
    Need::APP_PUT,
    Need::APP_UPDATE,
    Need::APP_DELETE,
    Need::LEDGER_READ,
    Need::LEDGER_READ_MANY,
    Need::LEDGER_PUT,
    Need::LEDGER_UPDATE,
    Need::BILLING_SEND,
]);

/// Why a message must come again.
#[derive(Debug, thiserror::Error)]
pub enum ChargeError {
    /// It is no work, or its continuation could not be sent.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// The shard could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Some sessions could not be handled; each was logged.
    #[error("{0} sessions could not be handled")]
    Sessions(u32),
}

/// Works on a batch.
pub async fn handle(ctx: &Ctx, queue: &Queue, event: SqsEvent) -> BatchReply {
    let until_ms = ctx.now().as_millisecond().saturating_add(WORK_MS);
    let one = |body: String| async move {
        let outcome = charge(ctx, queue, &body, until_ms).await;
        if outcome.is_err() {
            count(ctx.now(), &[("Failures", 1, Unit::Count)]);
        }
        outcome
    };
    each_message(event, CONCURRENCY, |message| one(message.body)).await
}

async fn charge(ctx: &Ctx, queue: &Queue, body: &str, until_ms: i64) -> Result<(), ChargeError> {
    let work = Work::read(body)?;
    let mut patience = Patience::until(ctx, until_ms);
    let shard = read_shard(&ctx.store, work.shard, work.after.clone(), &mut patience).await?;
    // Before this page's own work, so that all pages are worked on at once.
    let planned = match (&work.after, shard.next) {
        (None, Some(next)) => hand_out(ctx, queue, &work, next, &mut patience).await,
        _ => Ok(()),
    };
    let outcome = charge_all(ctx, &shard.open, &mut patience).await;
    if outcome.seen > 0 {
        report(ctx.now(), &outcome);
    }
    planned?;
    if outcome.failed > 0 { Err(ChargeError::Sessions(outcome.failed)) } else { Ok(()) }
}

/// Sends one message for each further page of a large shard. Only the tick's own message does so: if pages sent pages,
/// a page that comes again and again would send each time all that follow it.
///
/// What is requested while the pages are counted may find its page full, and waits for the next tick.
async fn hand_out(
    ctx: &Ctx,
    queue: &Queue,
    work: &Work,
    first: String,
    patience: &mut Patience<'_>,
) -> Result<(), ChargeError> {
    let mut next = Some(first);
    for _ in 0..PAGES_MAX {
        let Some(after) = next else { return Ok(()) };
        queue.send(&[Work { after: Some(after.clone()), ..work.clone() }]).await?;
        next = read_shard(&ctx.store, work.shard, Some(after), patience).await?.next;
    }
    tracing::error!(shard = work.shard, "a shard has more pages than one tick may hand out");
    Ok(())
}

fn report(now: Timestamp, outcome: &Outcome) {
    count(
        now,
        &[
            ("Sessions", i64::from(outcome.seen), Unit::Count),
            ("Charges", i64::from(outcome.minutes_leased), Unit::Count),
            ("Refusals", i64::from(outcome.refusals), Unit::Count),
            ("Repeated", i64::from(outcome.repeated), Unit::Count),
            ("Settlements", i64::from(outcome.settled), Unit::Count),
            ("LagMs", outcome.lag_ms_max, Unit::Milliseconds),
        ],
    );
}

fn count(now: Timestamp, values: &[(&str, i64, Unit)]) {
    emit(now, &[("Handler", ROUTE.id)], values);
}
