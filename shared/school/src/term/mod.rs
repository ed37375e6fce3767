//! Terms: the periods in which classes run (sections 2.1, 3.1-3.5, 3.7, 3.9).
//!
//! | Module | Rule |
//! |---|---|
//! | [`shape`] | start, end and default expiry of one term |
//! | [`list`] | the stored terms: previous, next, base |
//! | [`defaults`] | key date and publish date nobody entered |
//! | [`clean`] | moving a term out of the way of those before it |
//! | [`plan`] | what storing a term means, for it and its neighbours |
//! | [`form`] | the admin form: refusals with a suggestion, no writes |
//! | [`current`] | which terms the public sees |
//!
//! The engine identifies a term by its name, so names are unique within
//! [`list::Terms`].

pub mod clean;
pub mod current;
pub mod defaults;
pub mod form;
pub mod list;
pub mod plan;
pub mod shape;

use calendar::{Date, OutOfCalendar};

pub use list::{Terms, TermsError};
pub use plan::{NeighbourChange, Plan, Warning};
pub use shape::{DayShift, ShiftError, TermShape};

/// A stored term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Its unique name, part of addresses; see [`check_name`].
    pub name: String,
    /// When its classes run.
    pub shape: TermShape,
    /// Weeks off after this term.
    pub break_weeks: u16,
    /// The first day on which the public sees it.
    pub publish_date: Date,
    /// The last day on which the public sees it.
    pub expire_date: Date,
}

/// A term as somebody enters it: what is `None` is filled by default (2.1,
/// 3.3, 3.4).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TermDraft {
    /// The name.
    pub name: String,
    /// The key date; default: see [`defaults::key_date`].
    pub key_date: Option<Date>,
    /// Default: the school's shift.
    pub max_day_shift: Option<DayShift>,
    /// Class weeks; default: the school's weeks.
    pub weeks: Option<u16>,
    /// Weeks skipped; default 0.
    pub skip_weeks: Option<u16>,
    /// Whether skipping moves the last class day; default no.
    pub flip_last_day: Option<bool>,
    /// Weeks off afterwards; default 0.
    pub break_weeks: Option<u16>,
    /// Default: see [`defaults::publish_date`].
    pub publish_date: Option<Date>,
    /// Default: see [`TermShape::default_expire`].
    pub expire_date: Option<Date>,
}

impl From<&Term> for TermDraft {
    fn from(term: &Term) -> Self {
        Self {
            name: term.name.clone(),
            key_date: Some(term.shape.key_date),
            max_day_shift: Some(term.shape.max_day_shift),
            weeks: Some(term.shape.weeks),
            skip_weeks: Some(term.shape.skip_weeks),
            flip_last_day: Some(term.shape.flip_last_day),
            break_weeks: Some(term.break_weeks),
            publish_date: Some(term.publish_date),
            expire_date: Some(term.expire_date),
        }
    }
}

/// Why the dates of a term cannot be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TermError {
    /// A date would leave the calendar.
    #[error(transparent)]
    OutOfCalendar(#[from] OutOfCalendar),
    /// Another term has the name already.
    #[error("there is a term named {0:?} already")]
    NameTaken(String),
    /// No term has the name.
    #[error("there is no term named {0:?}")]
    NoSuchTerm(String),
    /// A number of weeks is out of range.
    #[error("{field} must be from {least} to {most} weeks")]
    Weeks {
        /// Which number.
        field: &'static str,
        /// The least it may be.
        least: u16,
        /// The most it may be.
        most: u16,
    },
    /// The clean step found no free place.
    #[error("there is no room for the term after the ones that it overlaps")]
    NoRoom,
}

/// Why a text cannot be the name of a term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The text is empty.
    #[error("a term needs a name")]
    Empty,
    /// The text has more than 15 characters.
    #[error("the name of a term has at most 15 characters")]
    TooLong,
    /// The text could not be told apart in an address or a comma list.
    #[error(
        "the name of a term has letters, digits, hyphens, underscores and dots, and is not \"all\""
    )]
    NotASlug,
}

/// Whether `name` can stand in an address and in a comma list (2.1: at most 15
/// characters, used in addresses, names with blanks or commas refused).
///
/// # Errors
/// [`NameError`] says what is wrong.
pub fn check_name(name: &str) -> Result<(), NameError> {
    let allowed = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    match name.chars().count() {
        0 => Err(NameError::Empty),
        1..=15 if name.chars().all(allowed) && !name.eq_ignore_ascii_case("all") => Ok(()),
        1..=15 => Err(NameError::NotASlug),
        _ => Err(NameError::TooLong),
    }
}
