//! Rate limits.

use jiff::Timestamp;

use crate::{Ctx, Kind, Problem};

/// Counts a hit and refuses it when the window already had `max`. One write, whatever the outcome.
///
/// # Errors
/// `too-many-requests` with the seconds until the window ends; `busy` when it cannot be counted.
pub async fn limit(
    ctx: &Ctx,
    kind: &str,
    key: &str,
    max: u64,
    window_seconds: u32,
    now: Timestamp,
) -> Result<(), Problem> {
    let hits = store::limit::hit(&ctx.store, kind, key, window_seconds, now).await?;
    if hits <= max {
        return Ok(());
    }
    let length = i64::from(window_seconds.max(1));
    let wait = u32::try_from(length - now.as_second().rem_euclid(length)).unwrap_or(window_seconds);
    Err(Problem::new(Kind::TooManyRequests)
        .detail(format!("Please wait {wait} seconds and try again."))
        .retry_after(wait)
        .cause(kind))
}
