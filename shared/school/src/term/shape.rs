//! One term by itself: start, end and default expiry (sections 3.1, 3.4).

use calendar::{Date, OutOfCalendar, Span, add_days};

use super::TermError;
use crate::settings::{MAX_WEEKS, Settings};

/// How many days the other class days may lie before (negative) or after
/// (positive) the key day: -6 to 6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DayShift(i8);

/// A shift of a week or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the class days lie at most 6 days before or after the key day, not {0}")]
pub struct ShiftError(pub i64);

impl DayShift {
    /// The shift that the program knows without settings: two days before.
    pub const DEFAULT: Self = Self(-2);

    /// A shift of `days`.
    ///
    /// # Errors
    /// [`ShiftError`] unless `days` is from -6 to 6: a week has no more days.
    pub fn new(days: i64) -> Result<Self, ShiftError> {
        match i8::try_from(days) {
            Ok(small @ -6..=6) => Ok(Self(small)),
            _ => Err(ShiftError(days)),
        }
    }

    /// The shift in days.
    #[must_use]
    pub fn days(self) -> i64 {
        i64::from(self.0)
    }

    /// Days from the key date to the first possible class day: 0 or negative.
    #[must_use]
    pub fn days_before(self) -> i64 {
        self.days().min(0)
    }

    /// Days from the key date to the last possible class day: 0 or positive.
    #[must_use]
    pub fn days_after(self) -> i64 {
        self.days().max(0)
    }

    /// The same weekdays held after the key day instead of before it: -2
    /// becomes 5. A shift that is not negative stays.
    #[must_use]
    pub fn turned_after(self) -> Self {
        if self.0 < 0 { Self(self.0 + 7) } else { self }
    }
}

/// What decides when the classes of a term run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TermShape {
    /// The first key day.
    pub key_date: Date,
    /// Where the other class days lie.
    pub max_day_shift: DayShift,
    /// Class weeks, at least 1.
    pub weeks: u16,
    /// Weeks skipped on some weekdays.
    pub skip_weeks: u16,
    /// Whether the skipping moves the last class day from the key day to
    /// another one, or back.
    pub flip_last_day: bool,
}

impl TermShape {
    /// Whether the numbers of weeks are in range.
    ///
    /// # Errors
    /// [`TermError::Weeks`] names the first that is not.
    pub fn check(&self) -> Result<(), TermError> {
        check_weeks("num_weeks", self.weeks, 1)?;
        check_weeks("skip_weeks", self.skip_weeks, 0)
    }

    /// Whether the last class day is moved. Without a skipped week there is
    /// nothing that could move it, so the flag counts for nothing (3.1: the
    /// original moved the end all the same).
    #[must_use]
    pub fn is_flipped(&self) -> bool {
        self.flip_last_day && self.skip_weeks > 0
    }

    /// The first day on which a class may run: `key + min(shift, 0)` (3.1).
    ///
    /// # Errors
    /// [`OutOfCalendar`] before the year 1.
    pub fn start(&self) -> Result<Date, OutOfCalendar> {
        add_days(self.key_date, self.max_day_shift.days_before())
    }

    /// The last day on which a class may run (3.1):
    /// `key + 7 * (weeks + skip - 1)` days, and the shift on top when a
    /// negative one is flipped or a positive one is not. Break weeks do not
    /// matter.
    ///
    /// # Errors
    /// [`OutOfCalendar`] after the year 9999.
    pub fn end(&self) -> Result<Date, OutOfCalendar> {
        let weeks = i64::from(self.weeks) + i64::from(self.skip_weeks) - 1;
        let shift = self.max_day_shift.days();
        let on_other_day = if shift < 0 { self.is_flipped() } else { !self.is_flipped() };
        let extra = if on_other_day { shift } else { 0 };
        add_days(self.key_date, 7 * weeks.max(0) + extra)
    }

    /// First to last possible class day; the end is never before the start.
    ///
    /// # Errors
    /// [`OutOfCalendar`] when either end is outside the calendar.
    pub fn span(&self) -> Result<Span, OutOfCalendar> {
        Ok(Span::covering(self.start()?, self.end()?))
    }

    /// The day on which the term stops being published, unless another was
    /// entered (3.4): `key + max(shift, 0)` and the days of a full or a short
    /// term. Skipped weeks do not matter.
    ///
    /// # Errors
    /// [`OutOfCalendar`] after the year 9999.
    pub fn default_expire(&self, settings: &Settings) -> Result<Date, OutOfCalendar> {
        let days = if settings.is_full(self.weeks) {
            settings.expire_days
        } else {
            settings.short_expire_days
        };
        let after = self.max_day_shift.days_after() + i64::from(days);
        add_days(self.key_date, after)
    }
}

/// Whether a number of weeks is from `least` to [`MAX_WEEKS`].
pub(super) fn check_weeks(field: &'static str, weeks: u16, least: u16) -> Result<(), TermError> {
    if (least..=MAX_WEEKS).contains(&weeks) {
        return Ok(());
    }
    Err(TermError::Weeks { field, least, most: MAX_WEEKS })
}
