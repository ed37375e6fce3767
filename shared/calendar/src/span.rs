//! Inclusive spans of days.

use jiff::civil::Date;

/// The days from `first` to `last`, both included; never empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    first: Date,
    last: Date,
}

/// A span whose last day would come before its first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a span cannot end on {last}, before it begins on {first}")]
pub struct Backwards {
    /// The first day asked for.
    pub first: Date,
    /// The last day asked for.
    pub last: Date,
}

impl Span {
    /// The span of days from `first` to `last`.
    ///
    /// # Errors
    /// [`Backwards`] when `last` is before `first`.
    pub fn new(first: Date, last: Date) -> Result<Self, Backwards> {
        if last < first {
            return Err(Backwards { first, last });
        }
        Ok(Self { first, last })
    }

    /// The span from the earlier to the later of two days.
    #[must_use]
    pub fn covering(one: Date, other: Date) -> Self {
        Self { first: one.min(other), last: one.max(other) }
    }

    /// The first day.
    #[must_use]
    pub fn first(&self) -> Date {
        self.first
    }

    /// The last day.
    #[must_use]
    pub fn last(&self) -> Date {
        self.last
    }

    /// Whether `date` is one of the days.
    #[must_use]
    pub fn contains(&self, date: Date) -> bool {
        self.first <= date && date <= self.last
    }

    /// Whether every day of `inner` is one of the days.
    #[must_use]
    pub fn encloses(&self, inner: &Self) -> bool {
        self.first <= inner.first && inner.last <= self.last
    }

    /// Whether the two have a day in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn both_ends_belong_to_a_span() {
        let jan = Span::new(date(2020, 1, 7), date(2020, 2, 6)).unwrap();
        let feb = Span::new(date(2020, 2, 6), date(2020, 3, 5)).unwrap();
        let mar = Span::new(date(2020, 3, 6), date(2020, 4, 2)).unwrap();
        assert!(jan.contains(date(2020, 1, 7)) && jan.contains(date(2020, 2, 6)));
        assert!(jan.overlaps(&feb) && feb.overlaps(&jan));
        assert!(!feb.overlaps(&mar) && !mar.overlaps(&feb));
        assert!(jan.encloses(&jan) && !jan.encloses(&feb));
        assert!(Span::new(jan.last(), jan.first()).is_err());
        assert_eq!(Span::covering(jan.last(), jan.first()), jan);
    }
}
