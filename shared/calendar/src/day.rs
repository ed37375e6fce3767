//! Days: reading a civil date and stepping from it.
//!
//! The calendar of this crate has the years 1 to 9999, as ISO 8601 writes them
//! with four digits. Every step is checked against it, so no function here
//! panics or wraps.

use jiff::civil::{Date, Weekday};

/// A step that would leave the years 1 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{days} days from {from} lies outside the years 1 to 9999")]
pub struct OutOfCalendar {
    /// Where the step began.
    pub from: Date,
    /// The step, in days.
    pub days: i64,
}

/// A text that is not a civil date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    /// The text is not four, two and two digits with hyphens between.
    #[error("is not a date written YYYY-MM-DD")]
    Shape,
    /// The digits name a day that no calendar has, such as 30 February.
    #[error("is not a day of the calendar")]
    NoSuchDay,
}

/// Reads `YYYY-MM-DD` (ISO 8601 extended format, years 0001 to 9999).
///
/// # Errors
/// [`DateError::Shape`] for any other notation, [`DateError::NoSuchDay`] for a
/// day that does not exist.
pub fn parse_date(text: &str) -> Result<Date, DateError> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return Err(DateError::Shape);
    }
    let number = |from: usize, to: usize| {
        bytes[from..to].iter().fold(0_i16, |sum, byte| sum * 10 + i16::from(byte - b'0'))
    };
    let month = i8::try_from(number(5, 7)).map_err(|_| DateError::NoSuchDay)?;
    let day = i8::try_from(number(8, 10)).map_err(|_| DateError::NoSuchDay)?;
    match (number(0, 4), Date::new(number(0, 4), month, day)) {
        (1.., Ok(date)) => Ok(date),
        _ => Err(DateError::NoSuchDay),
    }
}

/// The date `days` after `from` (before it when negative).
///
/// # Errors
/// [`OutOfCalendar`] when the result is not in the years 1 to 9999.
pub fn add_days(from: Date, days: i64) -> Result<Date, OutOfCalendar> {
    let outside = OutOfCalendar { from, days };
    let step = jiff::Span::new().try_days(days).map_err(|_| outside)?;
    match from.checked_add(step) {
        Ok(to) if to.year() >= 1 => Ok(to),
        _ => Err(outside),
    }
}

/// The date `weeks` after `from` (before it when negative): always the same
/// weekday.
///
/// # Errors
/// [`OutOfCalendar`] when the result is not in the years 1 to 9999.
pub fn add_weeks(from: Date, weeks: i64) -> Result<Date, OutOfCalendar> {
    add_days(from, weeks.saturating_mul(7))
}

/// Days from `from` to `to`; negative when `to` is the earlier one.
#[must_use]
pub fn days_between(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

/// The first date that is a `weekday`, not before `from` (it may be `from`).
///
/// # Errors
/// [`OutOfCalendar`] when that date is not in the years 1 to 9999.
pub fn roll_forward(from: Date, weekday: Weekday) -> Result<Date, OutOfCalendar> {
    add_days(from, i64::from(weekday.since(from.weekday())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn only_the_extended_format_is_read() {
        assert_eq!(parse_date("2020-02-29"), Ok(date(2020, 2, 29)));
        assert_eq!(parse_date("0001-01-01"), Ok(date(1, 1, 1)));
        for wrong in ["", "2020-2-9", "20200209", "2020/02/09", "+2020-02-0", "2020-02-09 "] {
            assert_eq!(parse_date(wrong), Err(DateError::Shape), "{wrong}");
        }
        for wrong in ["2021-02-29", "2020-13-01", "2020-00-10", "0000-01-01"] {
            assert_eq!(parse_date(wrong), Err(DateError::NoSuchDay), "{wrong}");
        }
    }

    #[test]
    fn a_step_out_of_the_calendar_is_refused() {
        assert!(add_days(date(9999, 12, 31), 1).is_err());
        assert!(add_days(date(1, 1, 1), -1).is_err());
        assert!(add_weeks(date(2020, 1, 1), i64::MAX).is_err());
        assert!(add_days(date(2020, 1, 1), i64::MIN).is_err());
    }

    #[test]
    fn rolling_forward_may_stay() {
        let thursday = date(2020, 2, 20);
        assert_eq!(roll_forward(thursday, Weekday::Thursday), Ok(thursday));
        assert_eq!(roll_forward(thursday, Weekday::Wednesday), Ok(date(2020, 2, 26)));
    }
}
