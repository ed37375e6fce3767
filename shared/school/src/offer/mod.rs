//! Class offers: one subject in one term (sections 2.3, 3.6).
//!
//! [`placement`] finds the day of the first class, [`text`] what is said about
//! an offer; this file joins both with the term.

pub mod placement;
pub mod text;

use calendar::{OutOfCalendar, Weekday, WeeklyRun};

use crate::term::TermShape;

/// What decides when the classes of an offer run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferShape {
    /// The weekday of its classes.
    pub class_day: Weekday,
    /// Weeks this class skips; the term's skipped weeks do not matter.
    pub skip_weeks: u16,
    /// Weeks of the subject, when there is one.
    pub subject_weeks: Option<u16>,
}

/// When the classes of an offer run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OfferDates {
    /// Days from the term's key date to the first class, -6 to 6.
    pub days_from_key: i64,
    /// First class, number of class days, skipped weeks.
    pub run: WeeklyRun,
    /// Whether every class day lies within the term. `false` is the flag to
    /// warn about: the day is outside the range of the term's shift, or the
    /// class skips weeks that the term does not know of.
    pub within_term: bool,
}

/// The class days of an offer (3.6): from the key date and the placement, as
/// many as the term has weeks, or as the subject has if those are fewer.
///
/// The original always took the term's weeks; 3.6 lets a shorter subject win.
///
/// # Errors
/// [`OutOfCalendar`] when a class or the term leaves the calendar.
pub fn dates(term: &TermShape, offer: &OfferShape) -> Result<OfferDates, OutOfCalendar> {
    let key_day = term.key_date.weekday();
    let days_from_key = placement::days_from_key(key_day, term.max_day_shift, offer.class_day);
    let class_days = offer.subject_weeks.unwrap_or(term.weeks).min(term.weeks);
    let run = WeeklyRun {
        first: calendar::add_days(term.key_date, days_from_key)?,
        class_days: class_days.max(1),
        skipped: offer.skip_weeks,
    };
    Ok(OfferDates { days_from_key, run, within_term: term.span()?.encloses(&run.span()?) })
}
