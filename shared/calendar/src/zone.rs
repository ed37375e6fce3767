//! Time zones: the only way from an instant to a civil date and back.
//!
//! The rules come from the IANA database compiled into the program, so that
//! the same question has the same answer on every machine.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// A zone of the IANA time zone database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A name that the IANA database does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time zone of the IANA database, such as America/Los_Angeles")]
pub struct UnknownZone(pub String);

/// A date so near the end of the calendar that no instant stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is too near the end of the calendar to be an instant")]
pub struct NoInstant(pub Date);

impl Zone {
    /// The zone with this IANA name.
    ///
    /// # Errors
    /// [`UnknownZone`] when there is none.
    pub fn named(name: &str) -> Result<Self, UnknownZone> {
        TimeZoneDatabase::bundled().get(name).map(Self).map_err(|_| UnknownZone(name.to_owned()))
    }

    /// The civil date on the wall at `instant`.
    #[must_use]
    pub fn date_at(&self, instant: Timestamp) -> Date {
        self.wall_at(instant).date()
    }

    /// Date and time of day on the wall at `instant`.
    #[must_use]
    pub fn wall_at(&self, instant: Timestamp) -> DateTime {
        self.0.to_datetime(instant)
    }

    /// The instant at which the wall shows `date` and `time`.
    ///
    /// A time that is skipped when the clocks go forward is read with the
    /// offset from before the change (02:30 becomes 03:30); a time that comes
    /// twice when they go back is the first of the two (RFC 5545, 3.3.5).
    ///
    /// # Errors
    /// [`NoInstant`] in the last days of the year 9999.
    pub fn instant(&self, date: Date, time: Time) -> Result<Timestamp, NoInstant> {
        self.0
            .to_ambiguous_timestamp(date.to_datetime(time))
            .compatible()
            .map_err(|_| NoInstant(date))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, time};

    #[test]
    fn the_date_is_the_one_on_the_wall_not_the_one_in_utc() {
        let zone = Zone::named("America/Los_Angeles").unwrap();
        let evening: Timestamp = "2020-01-10T03:00:00Z".parse().unwrap();
        assert_eq!(zone.date_at(evening), date(2020, 1, 9));
    }

    #[test]
    fn a_skipped_hour_moves_on_and_a_repeated_one_is_the_first() {
        let zone = Zone::named("America/Los_Angeles").unwrap();
        let skipped = zone.instant(date(2020, 3, 8), time(2, 30, 0, 0)).unwrap();
        assert_eq!(zone.wall_at(skipped).time(), time(3, 30, 0, 0));
        let twice = zone.instant(date(2020, 11, 1), time(1, 30, 0, 0)).unwrap();
        assert_eq!(twice.to_string(), "2020-11-01T08:30:00Z");
    }

    #[test]
    fn the_last_day_of_the_calendar_has_no_instant() {
        let zone = Zone::named("America/Los_Angeles").unwrap();
        let last = date(9999, 12, 31);
        assert_eq!(zone.instant(last, time(23, 0, 0, 0)), Err(NoInstant(last)));
    }

    #[test]
    fn an_unknown_zone_is_named_in_the_error() {
        let error = Zone::named("America/Atlantis").unwrap_err();
        assert!(error.to_string().contains("Atlantis"));
    }
}
