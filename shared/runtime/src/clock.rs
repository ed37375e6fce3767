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
    #[cfg(feature = "seeded")]
    if let Some(random) = seeded::bytes() {
        let milliseconds = u64::try_from(now.as_millisecond()).unwrap_or(0);
        return uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid();
    }
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let nanoseconds = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
    Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanoseconds))
}

/// Ids that come again with the same seed.
#[cfg(feature = "seeded")]
pub mod seeded {
    use std::cell::Cell;

    thread_local! {
        static STATE: Cell<Option<u64>> = const { Cell::new(None) };
    }

    /// From now on, ids made on this thread follow from `seed`; without one they are random again. Gives what there was.
    pub fn ids(seed: Option<u64>) -> Option<u64> {
        STATE.replace(seed)
    }

    /// Whether ids follow from a seed on this thread.
    pub(crate) fn is_set() -> bool {
        STATE.get().is_some()
    }

    /// The random bits of the next id, if there is a seed (SplitMix64).
    pub(super) fn bytes() -> Option<[u8; 10]> {
        let mut bytes = [0; 10];
        for (part, salt) in bytes.chunks_mut(8).zip([0_u64, 1]) {
            let state = STATE.get()?.wrapping_add(0x9E37_79B9_7F4A_7C15);
            STATE.set(Some(state));
            let mixed = (state ^ salt ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            part.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes()[..part.len()]);
        }
        Some(bytes)
    }
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
