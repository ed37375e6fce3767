//! Consumer of the schedule `rate(1 minute)`: asks for the billing of every shard.
//!
//! One message a shard, however many sessions there are: constant work. A tick that fails is tried again by Lambda, and
//! one that runs twice does no harm.

use jiff::Timestamp;
use store::session::SESSION_SHARDS;
use web::{Need, Route, Trigger};

use crate::queue::{Queue, QueueError, Work};

/// The consumer.
pub const ROUTE: Route =
    Route::consumer("billing_tick", Trigger::Schedule).needs(&[Need::BILLING_SEND]);

/// Sends one message for each shard.
///
/// # Errors
/// [`QueueError::Send`].
pub async fn handle(queue: &Queue, now: Timestamp) -> Result<(), QueueError> {
    let work: Vec<_> =
        (0..SESSION_SHARDS).map(|shard| Work { shard, after: None, tick_at: now }).collect();
    queue.send(&work).await
}
