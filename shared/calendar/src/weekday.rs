//! Weekdays as numbers, Monday = 0 to Sunday = 6, and their English names.

use jiff::civil::Weekday;

/// The weekday with this number (Monday = 0 .. Sunday = 6); `None` for any
/// other number.
#[must_use]
pub fn from_number(number: i64) -> Option<Weekday> {
    let offset = i8::try_from(number).ok()?;
    Weekday::from_monday_zero_offset(offset).ok()
}

/// The number of a weekday, Monday = 0 .. Sunday = 6.
#[must_use]
pub fn number(weekday: Weekday) -> i64 {
    i64::from(weekday.to_monday_zero_offset())
}

/// The full English name, such as `Thursday`.
#[must_use]
pub fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

/// The name in three letters, such as `Thu`.
#[must_use]
pub fn short_name(weekday: Weekday) -> &'static str {
    &name(weekday)[..3]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_begin_on_monday() {
        assert_eq!(from_number(0), Some(Weekday::Monday));
        assert_eq!(from_number(6), Some(Weekday::Sunday));
        for wrong in [-1, 7, i64::MAX, i64::MIN] {
            assert_eq!(from_number(wrong), None);
        }
        for right in 0..7 {
            assert_eq!(from_number(right).map(number), Some(right));
        }
        assert_eq!(short_name(Weekday::Wednesday), "Wed");
    }
}
