//! Weeks of payouts: ISO 8601 weeks in UTC, which begin on Monday.

use jiff::civil::{ISOWeekDate, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use uuid::{Builder, Uuid};

/// A week in which each host is paid at most once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Such as `2026-W48`.
    pub label: String,
    /// Monday, 00:00 UTC.
    pub starts_at: Timestamp,
}

impl Period {
    /// The week of an instant.
    ///
    /// # Errors
    /// [`jiff::Error`] at the ends of time.
    pub fn of(now: Timestamp) -> Result<Self, jiff::Error> {
        let day = now.to_zoned(TimeZone::UTC).date();
        let week = day.iso_week_date();
        let monday = ISOWeekDate::new(week.year(), week.week(), Weekday::Monday)?.date();
        Ok(Self {
            label: format!("{}-W{:02}", week.year(), week.week()),
            starts_at: monday.to_zoned(TimeZone::UTC)?.timestamp(),
        })
    }

    /// The Monday after.
    ///
    /// # Errors
    /// [`jiff::Error`] at the end of time.
    pub fn next_starts_at(&self) -> Result<Timestamp, jiff::Error> {
        self.starts_at.checked_add(SignedDuration::from_hours(7 * 24))
    }

    /// The id of a host's payout: the same each time it is asked for, and in the order of weeks among other causes.
    /// A UUID v7 whose time is the week's beginning and whose random part is the host's with the attempt in it.
    #[must_use]
    pub fn payout_id(&self, host_id: Uuid, attempt: u32) -> Uuid {
        let mut random = [0_u8; 10];
        random.copy_from_slice(&host_id.as_bytes()[6..]);
        for (byte, part) in random.iter_mut().rev().zip(attempt.to_le_bytes()) {
            *byte ^= part;
        }
        let at_ms = u64::try_from(self.starts_at.as_millisecond()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(at_ms, &random).into_uuid()
    }

    /// The key under which the transfer happens once.
    #[must_use]
    pub fn transfer_key(&self, host_id: Uuid, attempt: u32) -> String {
        let again = if attempt > 1 { format!("_{attempt}") } else { String::new() };
        format!("payout_{host_id}_{}{again}", self.label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(at: &str) -> Period {
        Period::of(at.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_week_begins_on_monday_in_utc() {
        let week = period("2026-11-29T23:59:59Z");
        assert_eq!(
            (week.label.as_str(), week.starts_at.to_string()),
            ("2026-W48", "2026-11-23T00:00:00Z".into())
        );
        assert_eq!(week.next_starts_at().unwrap().to_string(), "2026-11-30T00:00:00Z");
        assert_eq!(period("2026-11-30T00:00:00Z").label, "2026-W49");
        // The first days of 2027 belong to the last week of 2026.
        assert_eq!(period("2027-01-01T12:00:00Z").label, "2026-W53");
    }

    #[test]
    fn a_payout_has_one_id_a_host_week_and_attempt() {
        let (week, next) = (period("2026-11-24T00:00:00Z"), period("2026-12-01T00:00:00Z"));
        let (one, other) = (Uuid::from_u128(7 << 80 | 1), Uuid::from_u128(7 << 80 | 4));
        let first = week.payout_id(one, 1);
        assert_eq!(first, week.payout_id(one, 1));
        assert_eq!(first.get_version_num(), 7);
        assert!(first < next.payout_id(one, 1));
        for different in [week.payout_id(other, 1), week.payout_id(one, 2), next.payout_id(one, 1)]
        {
            assert_ne!(first, different);
        }
        assert!(week.transfer_key(one, 1).ends_with("_2026-W48"));
        assert!(week.transfer_key(one, 2).ends_with("_2026-W48_2"));
    }
}
