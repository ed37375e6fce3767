//! Which level a student has reached (section 3.11, "beaten" levels).

use rust_decimal::Decimal;

use crate::level::{Level, Version};

/// One class that was taken.
pub type Taken = (Level, Version);

/// How far a student is with one level: for each required version, in order,
/// how many more times than needed it was taken. The list ends at the first
/// version that is missing (-1), which is then its last entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// The required versions and the surplus of each.
    pub surplus: Vec<(Version, i64)>,
    /// Whether none is missing.
    pub done: bool,
}

/// The versions that complete a level; those in one group stand for each
/// other.
const BEGINNING: [&[Version]; 2] = [&[Version::A, Version::C], &[Version::B, Version::D]];
const LINDY: [&[Version]; 4] = [&[Version::A], &[Version::B], &[Version::C], &[Version::D]];

/// How far the student is with `level`.
///
/// Beginning is done with (A or C) and (B or D); the Lindy levels with A, B, C
/// and D. NA never counts. A level without such a rule (`None`) is never done.
#[must_use]
pub fn progress(taken: &[Taken], level: Level) -> Option<Progress> {
    let groups: &[&[Version]] = match level {
        Level::Beginning => &BEGINNING,
        Level::Lindy2 | Level::Lindy3 => &LINDY,
        _ => return None,
    };
    let mut surplus = Vec::new();
    let mut done = true;
    for group in groups {
        let times =
            taken.iter().filter(|(l, version)| *l == level && group.contains(version)).count();
        let extra = i64::try_from(times).unwrap_or(i64::MAX) - 1;
        surplus.push((group[0], extra));
        if extra < 0 {
            done = false;
            break;
        }
    }
    Some(Progress { surplus, done })
}

impl Progress {
    /// Whether every required version was taken at least twice.
    #[must_use]
    pub fn is_done_twice(&self) -> bool {
        self.done && self.surplus.iter().all(|(_, extra)| *extra > 0)
    }
}

/// The level of a student who has taken these classes, in steps of a half.
///
/// 0 with nothing taken; with Lindy 3 done 4 if every version was taken twice,
/// else 3.5; with Lindy 2 done 3 or 2.5 likewise; with Beginning done 2; 1
/// with any Beginning class; else 0. The half is kept: the original cut it off
/// when storing (3.11). Pass only finished classes, and compute the level anew
/// at each registration.
#[must_use]
pub fn level(taken: &[Taken]) -> Decimal {
    let half = |twice: bool, tenths: i64| {
        let more = if twice { 5 } else { 0 };
        Decimal::new(tenths + more, 1).normalize()
    };
    let done = |level| progress(taken, level).filter(|progress| progress.done);
    if let Some(lindy3) = done(Level::Lindy3) {
        half(lindy3.is_done_twice(), 35)
    } else if let Some(lindy2) = done(Level::Lindy2) {
        half(lindy2.is_done_twice(), 25)
    } else if done(Level::Beginning).is_some() {
        Decimal::from(2)
    } else if taken.iter().any(|(level, _)| *level == Level::Beginning) {
        Decimal::ONE
    } else {
        Decimal::ZERO
    }
}

/// The greatest level number among the classes taken, and which of them have
/// it, in the order taken; `None` with nothing taken.
#[must_use]
pub fn highest(taken: &[Taken]) -> Option<(Decimal, Vec<Taken>)> {
    let number = taken.iter().map(|(level, _)| level.number()).max()?;
    let those = taken.iter().filter(|(level, _)| level.number() == number);
    Some((number, those.copied().collect()))
}
