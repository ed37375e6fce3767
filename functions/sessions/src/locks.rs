//! The locks of persons in open sessions, when they refuse a request.

use metering::State;
use store::{CommitError, Store, StoreError};

use crate::settle::settle;
use crate::transition::store_observed;
use live::room::Room;

/// The session that a refused lock (`member_lock`, `host_lock`) belongs to.
pub fn session_of(error: &CommitError, label: &str) -> Option<String> {
    let found = error.refused(label)?.found.as_ref()?;
    found.get("session_id")?.as_s().ok().cloned()
}

/// Stores the end of a session that time has ended without anybody having stored that yet, which frees both its sides.
/// Returns whether it is over.
///
/// # Errors
/// [`CommitError`] other than a refusal.
pub async fn free_if_over(
    store: &Store,
    session_id: &str,
    now_ms: i64,
) -> Result<bool, CommitError> {
    let room = Room::read(store, session_id, now_ms).await?;
    let room = room.ok_or_else(|| StoreError::Shape("a lock without its session".into()))?;
    if room.meter.state.is_open() {
        return Ok(false);
    }
    if room.session.meter.state.is_open() {
        store_observed(store, &room).await?;
    }
    if room.meter.state == State::Ended && room.meter.started_ms().is_some() {
        settle(store, session_id, now_ms).await?;
    }
    Ok(true)
}
