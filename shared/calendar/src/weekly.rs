//! A weekly run: the same weekday for a number of weeks, some weeks skipped.
//!
//! A skipped week moves the end, never the number of class days: "The student
//! still gets the class days of the term" (school specification, 2.3).

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::day::{OutOfCalendar, add_weeks};
use crate::span::Span;

/// A class day each week, with `skipped` weeks off somewhere between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct WeeklyRun {
    /// The first class day.
    pub first: Date,
    /// How many class days there are (at least one).
    pub class_days: u16,
    /// How many weeks between the first and the last class day are off.
    pub skipped: u16,
}

/// Why the class days of a run cannot be listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The run does not fit the calendar.
    #[error(transparent)]
    OutOfCalendar(#[from] OutOfCalendar),
    /// A day named as skipped is not a day of the run, or is its first or last.
    #[error("{0} is not a day of the run that could be skipped")]
    NotInRun(Date),
    /// The number of days named is not the number of weeks skipped.
    #[error("the run skips {expected} weeks, but {named} days are named")]
    Count {
        /// Weeks skipped according to the run.
        expected: u16,
        /// Days named by the caller.
        named: usize,
    },
}

impl WeeklyRun {
    /// The last class day: `first + 7 * (class_days - 1 + skipped)` days.
    ///
    /// # Errors
    /// [`OutOfCalendar`] when it lies beyond the year 9999.
    pub fn last(&self) -> Result<Date, OutOfCalendar> {
        let weeks = i64::from(self.class_days) - 1 + i64::from(self.skipped);
        add_weeks(self.first, weeks.max(0))
    }

    /// First to last class day.
    ///
    /// # Errors
    /// [`OutOfCalendar`] when the last day lies beyond the year 9999.
    pub fn span(&self) -> Result<Span, OutOfCalendar> {
        Ok(Span::covering(self.first, self.last()?))
    }

    /// Every class day in order, leaving out the days in `off`: always
    /// `class_days` dates, the last one being [`WeeklyRun::last`].
    ///
    /// # Errors
    /// [`RunError`] when `off` does not name exactly `skipped` days of the run,
    /// or names its first or last day (a run cannot begin or end on a day off).
    pub fn class_days(&self, off: &BTreeSet<Date>) -> Result<Vec<Date>, RunError> {
        if off.len() != usize::from(self.skipped) {
            return Err(RunError::Count { expected: self.skipped, named: off.len() });
        }
        let last = self.last()?;
        let weeks = i64::from(self.class_days.max(1)) + i64::from(self.skipped);
        let mut all = BTreeSet::new();
        for week in 0..weeks {
            all.insert(add_weeks(self.first, week)?);
        }
        let stray = |day: &&Date| !all.contains(day) || **day == self.first || **day == last;
        if let Some(stray) = off.iter().find(stray) {
            return Err(RunError::NotInRun(*stray));
        }
        Ok(all.difference(off).copied().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn run() -> WeeklyRun {
        WeeklyRun { first: date(2020, 12, 8), class_days: 5, skipped: 2 }
    }

    #[test]
    fn weeks_off_lengthen_the_run_and_keep_the_class_days() {
        let off = BTreeSet::from([date(2020, 12, 22), date(2020, 12, 29)]);
        let days = run().class_days(&off).unwrap();
        assert_eq!(days.len(), 5);
        assert_eq!(days.last(), Some(&date(2021, 1, 19)));
    }

    #[test]
    fn a_day_off_must_be_a_day_of_the_run() {
        let monday = BTreeSet::from([date(2020, 12, 22), date(2020, 12, 28)]);
        assert_eq!(run().class_days(&monday), Err(RunError::NotInRun(date(2020, 12, 28))));
        let last = BTreeSet::from([date(2020, 12, 22), date(2021, 1, 19)]);
        assert!(run().class_days(&last).is_err());
        let first = BTreeSet::from([date(2020, 12, 22), date(2020, 12, 8)]);
        assert!(run().class_days(&first).is_err());
        assert!(run().class_days(&BTreeSet::new()).is_err());
    }
}
