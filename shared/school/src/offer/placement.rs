//! On which side of the key day a class day lies (section 3.6).

use calendar::{Weekday, weekday};

use crate::term::DayShift;

/// Days from the key date to the first class on `class_day`, -6 to 6.
///
/// The weekday is first taken within the key date's week (Monday to Sunday)
/// and then moved by a week where the term's range of days, `0..=shift` or
/// `shift..=0`, asks for it. A day within the range always lands in it; the
/// original compared strictly, so that the day exactly at the end of the range
/// came out on the wrong side. A day outside the range keeps the side that the
/// rule gives it; the offer is then not within the term.
#[must_use]
pub fn days_from_key(key_day: Weekday, shift: DayShift, class_day: Weekday) -> i64 {
    let d = weekday::number(class_day) - weekday::number(key_day);
    let sh = shift.days();
    let too_early = (sh < 0 && d < sh) || sh >= d + 7;
    let too_late = (sh > 0 && d > sh) || sh <= d - 7;
    match d {
        0 => 0,
        _ if too_early => d + 7,
        _ if too_late => d - 7,
        _ => d,
    }
}
