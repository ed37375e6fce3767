//! How long a worker goes on with what a busy table has left.
//!
//! A table that is full, and another transaction that holds an item, are no failures: a moment later there is room again.
//! A message that fails comes again after five minutes, later than the next tick, so the worker tries again by itself as
//! long as its time allows.

use web::Ctx;

/// How long a worker begins something new for the messages of one event, in milliseconds. The function is ended after 50
/// seconds (`Timeout`), so that what was begun last has ten for its own tries.
pub const WORK_MS: i64 = 40_000;
/// Pauses at most, should the clock stand still or go back.
const PAUSES_MAX: u32 = 96;
/// The first pause is as long as the one after so many tries of a commit: those have been made.
const FIRST: u32 = 4;

/// What is left of a worker's time.
pub struct Patience<'a> {
    ctx: &'a Ctx,
    until_ms: i64,
    pauses: u32,
}

impl<'a> Patience<'a> {
    /// Until an instant, in Unix milliseconds.
    pub fn until(ctx: &'a Ctx, until_ms: i64) -> Self {
        Self { ctx, until_ms, pauses: 0 }
    }

    /// Whether nothing new may be begun.
    pub fn is_over(&self) -> bool {
        self.ctx.now().as_millisecond() >= self.until_ms
    }

    /// Pauses before a further try, longer each time, up to 0.64 seconds. `false` when there is no time for one.
    pub async fn pause(&mut self) -> bool {
        if self.is_over() || self.pauses >= PAUSES_MAX {
            return false;
        }
        self.ctx.store.pause(FIRST.saturating_add(self.pauses)).await;
        self.pauses = self.pauses.saturating_add(1);
        !self.is_over()
    }
}
