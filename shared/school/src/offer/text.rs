//! What is said about an offer: day, time and label (section 2.3).

use calendar::clock::{self, ClockEnd};
use calendar::{Time, Weekday, weekday};

use crate::settings::Settings;
use crate::subject::Subject;

/// The day for the public: "Thursdays", or "Thursday" for a subject of one
/// week.
#[must_use]
pub fn day_name(class_day: Weekday, subject_weeks: u16) -> String {
    let plural = if subject_weeks > 1 { "s" } else { "" };
    format!("{}{plural}", weekday::name(class_day))
}

/// The day in short: "Thu(s)", or "Thu" for a subject of one week.
#[must_use]
pub fn short_day(class_day: Weekday, subject_weeks: u16) -> String {
    let plural = if subject_weeks > 1 { "(s)" } else { "" };
    format!("{}{plural}", weekday::short_name(class_day))
}

/// When a class that starts at `start` ends: the subject's minutes later,
/// wrapping past midnight. The original had no marker for the next day;
/// [`ClockEnd::days_later`] is one.
#[must_use]
pub fn class_end(start: Time, subject: &Subject) -> ClockEnd {
    clock::end_after(start, subject.class_minutes)
}

/// "7pm - 8pm", or "10:00am - 11:30am" when either end is not on the hour.
#[must_use]
pub fn time_text(start: Time, subject: &Subject) -> String {
    clock::spoken_range(start, class_end(start, subject).time)
}

/// "subject label - term name": `BegA - Jan`.
#[must_use]
pub fn label(subject: &Subject, term_name: &str, settings: &Settings) -> String {
    format!("{} - {term_name}", subject.label(settings))
}
