//! A clock that stands until it is moved.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use runtime::Clock;

/// A clock that stands still.
#[derive(Debug)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// A clock that stands at `now`.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Moves it to `now`, also backwards.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Moves it on by so many seconds.
    pub fn advance(&self, seconds: i64) {
        self.set(self.now() + SignedDuration::from_secs(seconds));
    }

    /// Moves it on by so many milliseconds.
    pub fn advance_ms(&self, milliseconds: i64) {
        self.set(self.now() + SignedDuration::from_millis(milliseconds));
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
