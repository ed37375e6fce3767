//! Wall-clock times of a day: reading them, when something ends, and how a
//! person says them.

use jiff::civil::Time;

/// Minutes in a day.
const DAY_MINUTES: i64 = 24 * 60;

/// A text that is not a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not a time of day written HH:MM")]
pub struct TimeError;

/// Where on the clock something ends, and how many midnights lie between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockEnd {
    /// The time of day of the end.
    pub time: Time,
    /// Days after the day of the start; 0 unless midnight was passed.
    pub days_later: i64,
}

/// Reads `HH:MM`, or `HH:MM:00`, on the 24-hour clock.
///
/// # Errors
/// [`TimeError`] for anything else.
pub fn parse_time(text: &str) -> Result<Time, TimeError> {
    let minutes = text.strip_suffix(":00").filter(|rest| rest.len() == 5);
    let bytes = minutes.unwrap_or(text).as_bytes();
    let [h1, h2, b':', m1, m2] = bytes else {
        return Err(TimeError);
    };
    if ![h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()) {
        return Err(TimeError);
    }
    let two = |tens: &u8, ones: &u8| i8::try_from((tens - b'0') * 10 + (ones - b'0'));
    let (Ok(hour), Ok(minute)) = (two(h1, h2), two(m1, m2)) else {
        return Err(TimeError);
    };
    Time::new(hour, minute, 0, 0).map_err(|_| TimeError)
}

/// The time of day `minutes` after `start`, wrapping past midnight.
#[must_use]
pub fn end_after(start: Time, minutes: u32) -> ClockEnd {
    let total = i64::from(start.hour()) * 60 + i64::from(start.minute()) + i64::from(minutes);
    let of_day = total.rem_euclid(DAY_MINUTES);
    let hour = i8::try_from(of_day / 60).unwrap_or_default();
    let minute = i8::try_from(of_day % 60).unwrap_or_default();
    ClockEnd {
        time: Time::new(hour, minute, 0, 0).unwrap_or_default(),
        days_later: total / DAY_MINUTES,
    }
}

/// `HH:MM` on the 24-hour clock.
#[must_use]
pub fn written(time: Time) -> String {
    format!("{:02}:{:02}", time.hour(), time.minute())
}

/// "7pm - 8pm". Both ends get their minutes when either is not on the hour:
/// "10:00am - 11:30am". Noon is 12pm, midnight 12am.
#[must_use]
pub fn spoken_range(start: Time, end: Time) -> String {
    let with_minutes = start.minute() != 0 || end.minute() != 0;
    format!("{} - {}", spoken(start, with_minutes), spoken(end, with_minutes))
}

fn spoken(time: Time, with_minutes: bool) -> String {
    let half = if time.hour() < 12 { "am" } else { "pm" };
    let hour = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    if with_minutes {
        format!("{hour}:{:02}{half}", time.minute())
    } else {
        format!("{hour}{half}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    #[test]
    fn a_person_says_minutes_only_when_there_are_some() {
        let said = |from: (i8, i8), to: (i8, i8)| {
            spoken_range(time(from.0, from.1, 0, 0), time(to.0, to.1, 0, 0))
        };
        assert_eq!(said((19, 0), (20, 0)), "7pm - 8pm");
        assert_eq!(said((10, 0), (11, 30)), "10:00am - 11:30am");
        assert_eq!(said((12, 0), (13, 0)), "12pm - 1pm");
        assert_eq!(said((23, 0), (0, 0)), "11pm - 12am");
    }

    #[test]
    fn an_end_past_midnight_counts_the_days() {
        let end = end_after(time(23, 30, 0, 0), 90);
        assert_eq!((written(end.time).as_str(), end.days_later), ("01:00", 1));
        assert_eq!(end_after(time(0, 0, 0, 0), 0).days_later, 0);
        assert_eq!(end_after(time(19, 0, 0, 0), 60 * 48).days_later, 2);
    }

    #[test]
    fn only_hours_and_minutes_are_read() {
        assert_eq!(parse_time("19:00"), Ok(time(19, 0, 0, 0)));
        assert_eq!(parse_time("19:05:00"), Ok(time(19, 5, 0, 0)));
        for wrong in ["", "7pm", "24:00", "19:60", "19:00:30", "9:00", "19-00"] {
            assert_eq!(parse_time(wrong), Err(TimeError), "{wrong}");
        }
    }
}
