//! Civil time: days, spans of days, weekly runs, wall clocks and zones.
//!
//! Nothing here reads a clock, a file or an environment variable: "today", the
//! instant and the zone are always arguments. A *civil date* is a square on a
//! wall calendar and knows nothing of zones; an *instant* becomes a date, and
//! a date with a wall clock becomes an instant, only through a [`Zone`].
//!
//! | Module | What it knows |
//! |---|---|
//! | [`day`] | reading a date, adding days and weeks without leaving the calendar |
//! | [`weekday`] | weekday numbers (Monday = 0) and names |
//! | [`span`] | inclusive spans of days: contains, encloses, overlaps |
//! | [`weekly`] | a run of class days, once a week, some weeks skipped |
//! | [`clock`] | wall-clock times: reading, ends, how a person says them |
//! | [`zone`] | instants to dates and back, through DST changes |

pub mod clock;
pub mod day;
pub mod span;
pub mod weekday;
pub mod weekly;
pub mod zone;

pub use day::{DateError, OutOfCalendar, add_days, add_weeks, days_between, parse_date};
pub use jiff::Timestamp;
pub use jiff::civil::{Date, DateTime, Time, Weekday};
pub use span::{Backwards, Span};
pub use weekly::{RunError, WeeklyRun};
pub use zone::{NoInstant, UnknownZone, Zone};
