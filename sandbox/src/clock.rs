//! The sandbox's clock: the machine's, plus an offset that tests may move forward.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;

/// A clock that can be advanced, so that a day of idempotency or a minute of a code needs no waiting.
#[derive(Debug, Default)]
pub struct Clock {
    offset_seconds: AtomicI64,
}

/// The machine's own time: what webhooks are sent and signed by, since the product compares it with its own clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the sandbox is a process of its own and this is the one place where it reads the clock"
)]
pub(crate) fn machine_now() -> Timestamp {
    Timestamp::now()
}

/// Furthest the clock may be moved in all, in seconds (ten years).
const OFFSET_SECONDS_MAX: i64 = 10 * 366 * 86_400;

impl Clock {
    /// The sandbox's time in Unix seconds.
    pub fn now_unix(&self) -> i64 {
        machine_now().as_second().saturating_add(self.offset_seconds.load(Ordering::Relaxed))
    }

    /// Moves the clock forward and returns the offset; backwards or too far moves are limited.
    pub fn advance(&self, seconds: i64) -> i64 {
        let moved = self
            .offset_seconds
            .load(Ordering::Relaxed)
            .saturating_add(seconds.max(0))
            .min(OFFSET_SECONDS_MAX);
        self.offset_seconds.store(moved, Ordering::Relaxed);
        moved
    }
}
