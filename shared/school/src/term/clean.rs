//! The clean step: moving a term out of the way of those before it (3.5).
//!
//! Two remedies, tried in this order for as long as there is an overlap:
//!
//! 1. *Turn the shift.* If only the class days before the key day collide,
//!    hold them after it (-2 becomes 5).
//! 2. *Move a week.* The term before gets a break week. If the new key date
//!    runs into yet another term, jump: continue after that one.
//!
//! Departures from the original, all named in 3.5: a stored term does not find
//! itself in its way (b); an equal key date is an overlap (c); and a turned
//! shift is turned back when the week is moved (a). The last holds only for a
//! key date that somebody entered: where the key date was a default, and in a
//! jump, vectors without a note and scenario 11 keep the turned shift.

use calendar::{Date, OutOfCalendar, add_weeks};

use super::defaults::following_key_date;
use super::plan::NeighbourChange;
use super::{Term, TermError, TermShape, Terms};
use crate::settings::Settings;

/// Steps after which the search ends: more than a chain of the longest terms
/// and breaks can need.
const MAX_STEPS: usize = 10_000;

/// What the clean step starts from.
#[derive(Debug, Clone, Copy)]
pub struct Dirty {
    /// The term as entered, key date filled.
    pub shape: TermShape,
    /// Whether somebody entered the key date (it is not a default).
    pub key_date_entered: bool,
}

/// What the clean step found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The term without overlap with those before it.
    pub shape: TermShape,
    /// The publish date, when the term jumped behind another one.
    pub publish_date: Option<Date>,
    /// The expire date, when the term jumped behind another one.
    pub expire_date: Option<Date>,
    /// Break weeks that the terms before get.
    pub neighbours: Vec<NeighbourChange>,
}

struct Search<'a> {
    settings: &'a Settings,
    entered: TermShape,
    may_turn_back: bool,
    stored: Terms,
    shape: TermShape,
    /// The name of the term in the way.
    before: String,
    /// The expire date of the last term jumped behind.
    publish_date: Option<Date>,
    breaks: Vec<String>,
}

/// Moves `dirty` until it overlaps none of the terms before it. `others` are
/// the stored terms without the one that is cleaned.
///
/// # Errors
/// [`TermError::OutOfCalendar`] when there is no such place before the year
/// 9999, [`TermError::NoRoom`] when the search does not end.
pub fn clean(others: &Terms, dirty: Dirty, settings: &Settings) -> Result<Cleaned, TermError> {
    let mut found = Cleaned {
        shape: dirty.shape,
        publish_date: None,
        expire_date: None,
        neighbours: Vec::new(),
    };
    if let Some(before) = others.at_or_before(dirty.shape.key_date) {
        let mut search = Search {
            settings,
            entered: dirty.shape,
            may_turn_back: dirty.key_date_entered,
            stored: others.clone(),
            shape: dirty.shape,
            before: before.name.clone(),
            publish_date: None,
            breaks: Vec::new(),
        };
        search.run()?;
        found.shape = search.shape;
        found.publish_date = search.publish_date;
        found.neighbours = search.break_changes();
    }
    // Without a skipped week there is no last day to flip.
    found.shape.flip_last_day = found.shape.is_flipped();
    if found.publish_date.is_some() {
        found.expire_date = Some(found.shape.default_expire(settings)?);
    }
    Ok(found)
}

impl Search<'_> {
    fn run(&mut self) -> Result<(), TermError> {
        for _ in 0..MAX_STEPS {
            let Some(before) = self.stored.get(&self.before).cloned() else {
                return Ok(());
            };
            let end = before.shape.end()?;
            if end < self.shape.start()? {
                if self.follow_nearest() {
                    continue;
                }
                return Ok(());
            }
            if self.turning_helps(end)? {
                self.turn();
            } else {
                self.move_a_week(&before)?;
            }
        }
        Err(TermError::NoRoom)
    }

    /// A jump may land behind a third term; that one is looked at next. `false`
    /// when the nearest term before has been looked at.
    fn follow_nearest(&mut self) -> bool {
        match self.stored.at_or_before(self.shape.key_date) {
            Some(nearest) if nearest.name != self.before => {
                self.before.clone_from(&nearest.name);
                true
            }
            _ => false,
        }
    }

    /// Whether the days before the key day, held a week later, come after
    /// `end`.
    fn turning_helps(&self, end: Date) -> Result<bool, OutOfCalendar> {
        let early = self.shape.start()?;
        Ok(early < self.shape.key_date && add_weeks(early, 1)? > end)
    }

    fn turn(&mut self) {
        self.shape.max_day_shift = self.shape.max_day_shift.turned_after();
        if self.shape.skip_weeks > 0 {
            self.shape.flip_last_day = false;
        }
    }

    fn move_a_week(&mut self, before: &Term) -> Result<(), TermError> {
        let key_date = add_weeks(self.shape.key_date, 1)?;
        let reached = self.stored.at_or_before(key_date).cloned();
        match reached {
            Some(reached) if reached.name != before.name => self.jump_behind(&reached, key_date),
            _ => {
                self.shape.key_date = key_date;
                if self.may_turn_back {
                    self.shape.max_day_shift = self.entered.max_day_shift;
                    self.shape.flip_last_day = self.entered.flip_last_day;
                }
                self.add_break(before);
                Ok(())
            }
        }
    }

    fn add_break(&mut self, before: &Term) {
        let mut longer = before.clone();
        longer.break_weeks = longer.break_weeks.saturating_add(1);
        self.stored = self.stored.with(longer);
        if !self.breaks.contains(&before.name) {
            self.breaks.push(before.name.clone());
        }
    }

    /// Continues behind `reached`, from the term that is its base, or a week
    /// later where that would lead back. Every step leads on, so the search
    /// ends.
    fn jump_behind(&mut self, reached: &Term, key_date: Date) -> Result<(), TermError> {
        let continued = match self.stored.base(Some(reached), self.settings) {
            Some(base) => following_key_date(base)?,
            None => key_date,
        };
        self.shape.key_date = if continued > self.shape.key_date { continued } else { key_date };
        self.before.clone_from(&reached.name);
        self.may_turn_back = false;
        self.publish_date = Some(reached.expire_date);
        Ok(())
    }

    fn break_changes(&self) -> Vec<NeighbourChange> {
        let changed = self.breaks.iter().filter_map(|name| self.stored.get(name));
        changed
            .map(|term| NeighbourChange {
                name: term.name.clone(),
                break_weeks: Some(term.break_weeks),
                publish_date: None,
            })
            .collect()
    }
}
