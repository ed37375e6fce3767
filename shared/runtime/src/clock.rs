//! The clock. Time is an argument everywhere else: handlers ask the clock of their context once
//! and pass the instant down.

use jiff::Timestamp;
use uuid::Uuid;

/// Where the present instant comes from.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, UTC.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// A new UUID v7 (RFC 9562) of the instant `now`: ids sort by creation time. Instants before 1970
/// count as 1970.
#[must_use]
pub fn new_id(now: Timestamp) -> Uuid {
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanoseconds))
}

#[cfg(test)]
mod tests {
    use super::new_id;

    #[test]
    fn an_id_carries_the_instant_it_was_made_at() {
        let now: jiff::Timestamp = "2026-11-20T15:00:00.123Z".parse().unwrap();
        let (seconds, nanoseconds) = new_id(now).get_timestamp().unwrap().to_unix();
        assert_eq!(seconds, 1_795_186_800);
        assert_eq!(nanoseconds, 123_000_000);
        assert_ne!(new_id(now), new_id(now));
    }
}
