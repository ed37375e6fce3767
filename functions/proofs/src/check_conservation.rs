//! Schedule, every 5 minutes: goes on with the conservation check, or begins one when the last is an hour old. Publishes
//! the figure as a metric and keeps it for the admin's and the public page. It never writes to the ledger: its role cannot.
//!
//! A run is bounded ([`RUN_SECONDS_MAX`]); a check that takes longer is kept ([`progress_key`]) and gone on with by the
//! next run, so the size of the tables decides how long a check takes and not whether it ends. Called by hand (with any
//! other event than the schedule's) it begins at once.

use jiff::Timestamp;
use runtime::{Unit, emit};
use serde::{Deserialize, Serialize};
use store::conservation::{Checked, checked_key};
use store::{CommitError, Key, StoreError, Table, Transaction};
use web::{Need, Route, Trigger};

use crate::App;
use crate::conserve::{Progress, step, verify};

/// The consumer.
pub const ROUTE: Route = Route::consumer("check_conservation", Trigger::Schedule).needs(&[
    Need::APP_READ,
    Need::APP_PUT,
    Need::LEDGER_READ,
    Need::LEDGER_QUERY,
    Need::LEDGER_INDEX,
    Need::LEDGER_READ_MANY,
]);

/// How old the last check is when the next begins, in milliseconds.
const EVERY_MS: i64 = 60 * 60 * 1_000;
/// After so long a run keeps what it has and leaves the rest to the next one.
const RUN_SECONDS_MAX: i64 = 200;

/// Who asks.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
pub struct Asked {
    /// The schedule: only when the last check is old enough. By hand: now.
    #[serde(default)]
    pub if_due: bool,
}

/// Where a check under way is kept.
#[must_use]
pub fn progress_key() -> Key {
    Key::new("CONSERVATION", "PROGRESS")
}

/// A check under way, or none.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
struct Kept {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    progress: Option<Progress>,
}

/// Runs the check as asked.
///
/// # Errors
/// [`StoreError`]; Lambda tries again.
pub async fn handle(app: &App, asked: Asked, now: Timestamp) -> Result<(), StoreError> {
    let store = &app.ctx.store;
    let last = store.get::<Checked>(Table::App, &checked_key()).await?;
    let kept = store.get::<Kept>(Table::App, &progress_key()).await?;
    let now_ms = now.as_millisecond();
    let age_ms = last.as_ref().map_or(i64::MAX, |last| now_ms.saturating_sub(last.started_at_ms));
    let progress = match kept.and_then(|kept| kept.progress) {
        Some(progress) => Some(progress),
        None if asked.if_due && age_ms < EVERY_MS => None,
        None => Some(Progress::begin(now_ms)),
    };
    let checked = match progress {
        Some(progress) => go_on(app, progress, now).await?.or(last),
        None => last,
    };
    publish(checked.as_ref(), now);
    Ok(())
}

/// Looks at accounts until all are done or the time is up; the check, if it is finished.
async fn go_on(
    app: &App,
    mut progress: Progress,
    now: Timestamp,
) -> Result<Option<Checked>, StoreError> {
    let store = &app.ctx.store;
    let in_time = || app.ctx.now().as_second().saturating_sub(now.as_second()) < RUN_SECONDS_MAX;
    while !progress.is_through() && in_time() {
        step(store, &mut progress).await?;
    }
    if !progress.is_through() {
        write(app, Transaction::new(), Some(progress)).await?;
        return Ok(None);
    }
    verify(store, &mut progress.figures).await?;
    let (started_at_ms, figures) = (progress.started_at_ms, progress.figures);
    let checked = Checked { started_at_ms, at_ms: app.ctx.now().as_millisecond(), figures };
    let tx = Transaction::new().replace("checked", Table::App, &checked_key(), &checked, None);
    write(app, tx, None).await?;
    Ok(Some(checked))
}

async fn write(app: &App, tx: Transaction, progress: Option<Progress>) -> Result<(), StoreError> {
    let tx = tx.replace("progress", Table::App, &progress_key(), &Kept { progress }, None);
    match app.ctx.store.commit(tx).await {
        Ok(()) => Ok(()),
        Err(CommitError::Store(error)) => Err(error),
        Err(other) => Err(StoreError::Unavailable(other.to_string())),
    }
}

/// The metrics that the alarms watch: of the last finished check, each time, so that silence means that nobody looks.
fn publish(checked: Option<&Checked>, now: Timestamp) {
    let Some(checked) = checked else { return };
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let (figures, sum_minor) = (&checked.figures, checked.figures.worst_sum_minor());
    let age_ms = now.as_millisecond().saturating_sub(checked.at_ms).max(0);
    emit(
        now,
        &[("Handler", ROUTE.id)],
        &[
            ("ConservationSumMinor", sum_minor, Unit::Count),
            ("ConservationDifferences", count(figures.differences_count), Unit::Count),
            ("ConservationAgeSeconds", age_ms / 1_000, Unit::Count),
        ],
    );
    if !figures.conserved() {
        let differences = figures.differences_count;
        tracing::error!(differences, sum_minor, "money is not conserved");
    }
}
