//! Dates nobody entered: key date and publish date (section 3.3).

use calendar::{Date, OutOfCalendar, add_weeks, day};

use super::{Term, Terms};
use crate::settings::Settings;

/// The key date of a new term: right after the latest term that is long
/// enough to be a base; without one, the first key day from today on.
///
/// Section 1 wants the very first key date on the school's key day; the
/// original took today, whatever its weekday.
///
/// # Errors
/// [`OutOfCalendar`] after the year 9999.
pub fn key_date(stored: &Terms, today: Date, settings: &Settings) -> Result<Date, OutOfCalendar> {
    match stored.base(stored.latest(), settings) {
        Some(base) => following_key_date(base),
        None => day::roll_forward(today, settings.key_day),
    }
}

/// The key date that continues right after `base`:
/// `key + 7 * (weeks + skip + break)` days, one week less when the skipped
/// week hit only days that are not the key day (3.3).
///
/// It is one week less however many weeks were skipped, so with three of them
/// the date may still overlap `base`; the clean step repairs that. Vectors
/// without a note fix this.
///
/// # Errors
/// [`OutOfCalendar`] after the year 9999.
pub fn following_key_date(base: &Term) -> Result<Date, OutOfCalendar> {
    let shape = &base.shape;
    let mut weeks =
        i64::from(shape.weeks) + i64::from(shape.skip_weeks) + i64::from(base.break_weeks);
    if shape.skip_weeks > 0 && shape.flip_last_day != (shape.max_day_shift.days() > 0) {
        weeks -= 1;
    }
    add_weeks(shape.key_date, weeks)
}

/// The publish date of a term with `key_date`: the day on which the term
/// before it expires (too short ones passed over), or today without one.
///
/// 3.3: the original took the latest term of all, so that a term inserted
/// between two others was published after it had expired.
#[must_use]
pub fn publish_date(stored: &Terms, key_date: Date, today: Date, settings: &Settings) -> Date {
    stored.base(stored.at_or_before(key_date), settings).map_or(today, |base| base.expire_date)
}
