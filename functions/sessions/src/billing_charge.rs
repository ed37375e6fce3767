//! Consumer of the billing queue: leases, pauses, ends and settles the sessions of one shard a message.
//!
//! Duplicates, any order, overlaps and late messages do no harm: what is due follows from the time at hand, and each write
//! carries its fence. A message that is no work, or whose shard or session could not be handled, is reported as failed
//! and comes again until the queue sets it aside.

use jiff::Timestamp;
use runtime::{BatchReply, SqsEvent, Unit, each_message, emit};
use store::StoreError;
use web::{Ctx, Need, Route, Trigger};

use crate::charge::{Outcome, charge_shard};
use crate::queue::{Queue, QueueError, Work};

/// Messages worked on at once.
const CONCURRENCY: usize = 4;

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
    let one = |body: String| async move {
        let outcome = charge(ctx, queue, &body).await;
        if outcome.is_err() {
            count(ctx.now(), &[("Failures", 1, Unit::Count)]);
        }
        outcome
    };
    each_message(event, CONCURRENCY, |message| one(message.body)).await
}

async fn charge(ctx: &Ctx, queue: &Queue, body: &str) -> Result<(), ChargeError> {
    let work = Work::read(body)?;
    let now = ctx.now();
    let outcome =
        charge_shard(&ctx.store, work.shard, work.after.clone(), now.as_millisecond()).await?;
    if outcome.seen > 0 {
        report(now, &outcome);
    }
    // Before the failures: the rest of the shard does not wait for them.
    if let Some(next) = outcome.next {
        queue.send(&[Work { after: Some(next), ..work }]).await?;
    }
    if outcome.failed > 0 { Err(ChargeError::Sessions(outcome.failed)) } else { Ok(()) }
}

fn report(now: Timestamp, outcome: &Outcome) {
    count(
        now,
        &[
            ("Sessions", i64::from(outcome.seen), Unit::Count),
            ("Charges", i64::from(outcome.minutes_leased), Unit::Count),
            ("Refusals", i64::from(outcome.refusals), Unit::Count),
            ("Settlements", i64::from(outcome.settled), Unit::Count),
            ("LagMs", outcome.lag_ms_max, Unit::Milliseconds),
        ],
    );
}

fn count(now: Timestamp, values: &[(&str, i64, Unit)]) {
    emit(now, &[("Handler", ROUTE.id)], values);
}
