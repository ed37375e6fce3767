//! Levels of difficulty and versions of a subject (section 2.2).

use rust_decimal::Decimal;

/// A level of the school's teaching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// `Beg`, Beginning.
    Beginning,
    /// `L2`, Lindy 2.
    Lindy2,
    /// `L3`, Lindy 3.
    Lindy3,
    /// `Spec`, Special Focus; the default.
    SpecialFocus,
    /// `WS`, Workshop.
    Workshop,
    /// `Priv`, Private Lesson.
    PrivateLesson,
    /// `PrivSet`, several private lessons.
    PrivateSet,
    /// `Other`.
    Other,
    /// `L4`: has an order, but cannot be chosen for a new subject.
    Lindy4,
}

/// The levels in the order of the school's list. The first
/// [`Settings::common_levels`](crate::Settings) of them always run.
pub const LEVELS: [Level; 8] = [
    Level::Beginning,
    Level::Lindy2,
    Level::Lindy3,
    Level::SpecialFocus,
    Level::Workshop,
    Level::PrivateLesson,
    Level::PrivateSet,
    Level::Other,
];

impl Level {
    /// The level with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        LEVELS.into_iter().chain([Self::Lindy4]).find(|level| level.code() == code)
    }

    /// The code, as in labels: `Beg`, `L2`, ...
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Beginning => "Beg",
            Self::Lindy2 => "L2",
            Self::Lindy3 => "L3",
            Self::Lindy4 => "L4",
            Self::SpecialFocus => "Spec",
            Self::Workshop => "WS",
            Self::PrivateLesson => "Priv",
            Self::PrivateSet => "PrivSet",
            Self::Other => "Other",
        }
    }

    /// The name for people: `Beginning`, `Lindy 2`, ...
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Beginning => "Beginning",
            Self::Lindy2 => "Lindy 2",
            Self::Lindy3 => "Lindy 3",
            Self::Lindy4 => "Lindy 4",
            Self::SpecialFocus => "Special Focus",
            Self::Workshop => "Workshop",
            Self::PrivateLesson => "Private Lesson",
            Self::PrivateSet => "Private Lessons",
            Self::Other => "Other",
        }
    }

    /// Whether a new subject may have this level.
    #[must_use]
    pub fn is_selectable(self) -> bool {
        self != Self::Lindy4
    }

    /// Whether the level is one of the first `common_levels` of the list.
    #[must_use]
    pub fn is_common(self, common_levels: u8) -> bool {
        LEVELS.into_iter().take(usize::from(common_levels)).any(|level| level == self)
    }

    /// The order of the level; `None` when it has none (private lessons,
    /// other).
    #[must_use]
    pub fn order(self) -> Option<Decimal> {
        let tenths = match self {
            Self::Beginning => 10,
            Self::Lindy2 => 20,
            Self::Workshop => 25,
            Self::Lindy3 => 30,
            Self::SpecialFocus => 35,
            Self::Lindy4 => 40,
            Self::PrivateLesson | Self::PrivateSet | Self::Other => return None,
        };
        Some(Decimal::new(tenths, 1).normalize())
    }

    /// The level number of a subject: its order, 0 when it has none.
    #[must_use]
    pub fn number(self) -> Decimal {
        self.order().unwrap_or_default()
    }

    /// The whole number by which the original sorts offers: the order without
    /// its decimals, and 104 (100 + the highest) when there is none.
    #[must_use]
    pub fn offer_number(self) -> i64 {
        self.order().and_then(|order| i64::try_from(order.trunc()).ok()).unwrap_or(104)
    }

    /// A key that sorts offers as section 2.2 wants it: by the decimal order,
    /// levels without one last, and those in the order of the list.
    #[must_use]
    pub fn sort_key(self) -> (bool, Decimal, Self) {
        (self.order().is_none(), self.number(), self)
    }
}

/// A version of a subject. All versions of a level are equally difficult.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// Version A; the default.
    A,
    /// Version B.
    B,
    /// Version C.
    C,
    /// Version D.
    D,
    /// No version: `N` in labels, "NA" for people.
    None,
}

impl Version {
    /// The version with this letter.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::A, Self::B, Self::C, Self::D, Self::None]
            .into_iter()
            .find(|version| version.code() == code)
    }

    /// The letter in labels.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
            Self::D => "D",
            Self::None => "N",
        }
    }

    /// What people see: the letter, or "NA".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "NA",
            other => other.code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offers_sort_by_decimal_order_with_the_unordered_last() {
        let mut levels = LEVELS.to_vec();
        levels.reverse();
        levels.sort_by_key(|level| level.sort_key());
        let codes: Vec<_> = levels.into_iter().map(Level::code).collect();
        assert_eq!(codes, ["Beg", "L2", "WS", "L3", "Spec", "Priv", "PrivSet", "Other"]);
    }

    #[test]
    fn every_code_names_its_level() {
        for level in LEVELS.into_iter().chain([Level::Lindy4]) {
            assert_eq!(Level::from_code(level.code()), Some(level));
        }
        assert_eq!(Level::from_code("beg"), None);
        assert!(!Level::Lindy4.is_selectable());
    }
}
