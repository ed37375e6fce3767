//! Hourly schedule: runs the conservation check, publishes the figure as a metric, and keeps it for the admin's page.
//! It never changes a balance.

use jiff::Timestamp;
use runtime::{Unit, emit};
use serde::{Deserialize, Serialize};
use store::{CommitError, Key, StoreError, Table, Transaction};
use web::{Need, Route, Trigger};

use crate::App;
use crate::conserve::{Figures, conserve};

/// The consumer.
pub const ROUTE: Route = Route::consumer("check_conservation", Trigger::Schedule).needs(&[
    Need::LEDGER_READ,
    Need::LEDGER_QUERY,
    Need::LEDGER_INDEX,
    Need::LEDGER_READ_MANY,
    Need::APP_PUT,
]);

/// The last check, as it is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Checked {
    /// When, Unix milliseconds.
    pub at_ms: i64,
    /// The figures.
    pub figures: Figures,
}

/// Where the last check is kept.
pub fn key() -> Key {
    Key::new("CONSERVATION", "LAST")
}

/// Runs the check.
///
/// # Errors
/// [`StoreError`]; Lambda tries again.
pub async fn handle(app: &App, now: Timestamp) -> Result<(), StoreError> {
    let figures = conserve(&app.ctx.store).await?;
    let wrong = i64::try_from(figures.differences.len()).unwrap_or(i64::MAX);
    emit(
        now,
        &[("Handler", ROUTE.id)],
        &[
            ("ConservationSumMinor", figures.sum_minor, Unit::Count),
            ("ConservationDifferences", wrong, Unit::Count),
        ],
    );
    if wrong != 0 || figures.sum_minor != 0 {
        tracing::error!(
            differences = wrong,
            sum_minor = figures.sum_minor,
            "money is not conserved"
        );
    }
    let checked = Checked { at_ms: now.as_millisecond(), figures };
    let tx = Transaction::new().replace("checked", Table::App, &key(), &checked, None);
    match app.ctx.store.commit(tx).await {
        Ok(()) => Ok(()),
        Err(CommitError::Store(error)) => Err(error),
        Err(other) => Err(StoreError::Unavailable(other.to_string())),
    }
}
