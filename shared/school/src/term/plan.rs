//! What storing a term means: the term with every blank filled, and what
//! becomes of its neighbours (section 3.4, "save side effects").
//!
//! Nothing is written. A [`Plan`] says what each value becomes; the caller
//! commits all of it in one transaction, or none.

use calendar::{Date, OutOfCalendar};

use super::clean::{self, Cleaned, Dirty};
use super::shape::check_weeks;
use super::{Term, TermDraft, TermError, TermShape, Terms, defaults};
use crate::settings::Settings;

/// What a neighbouring term's values become; `None` leaves a value as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NeighbourChange {
    /// The neighbour's name.
    pub name: String,
    /// Its break weeks from now on.
    pub break_weeks: Option<u16>,
    /// Its publish date from now on.
    pub publish_date: Option<Date>,
}

/// Something a person should look at before storing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// The term shares days with another one, earlier or later.
    Overlaps(String),
    /// A term, this one or a neighbour, is published after it has expired.
    PublishedAfterExpire(String),
    /// The last class day is said to be flipped, but no week is skipped.
    FlipWithoutSkip,
    /// More weeks than [`Settings::max_weeks`].
    TooManyWeeks,
    /// More skipped weeks than [`Settings::max_skip`].
    TooManySkips,
}

/// A term to store and what must change with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The term, complete.
    pub term: Term,
    /// Neighbours whose values change; no entry without a change.
    pub neighbours: Vec<NeighbourChange>,
    /// What a person should know.
    pub warnings: Vec<Warning>,
}

/// What a plan depends on besides the terms.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Today in the school's zone.
    pub today: Date,
    /// The school's settings.
    pub settings: &'a Settings,
    /// Whether the clean step (3.5) runs first.
    pub clean: bool,
}

impl Plan {
    /// The stored terms after this plan is carried out.
    #[must_use]
    pub fn apply(&self, stored: &Terms) -> Terms {
        stored.with_changes(&self.neighbours).with(self.term.clone())
    }
}

/// The plan for a new term.
///
/// # Errors
/// [`TermError`] when the name is taken, a number of weeks is out of range, or
/// no dates can be found.
pub fn insert(stored: &Terms, draft: &TermDraft, context: &Context<'_>) -> Result<Plan, TermError> {
    if stored.get(&draft.name).is_some() {
        return Err(TermError::NameTaken(draft.name.clone()));
    }
    store(stored, draft, context)
}

/// The plan for storing the term named `draft.name` again. Blank fields are
/// filled as for a new term; a stored expire date is kept when the key date
/// moves, unless it is blanked.
///
/// # Errors
/// [`TermError`] when there is no such term, a number of weeks is out of
/// range, or no dates can be found.
pub fn update(stored: &Terms, draft: &TermDraft, context: &Context<'_>) -> Result<Plan, TermError> {
    if stored.get(&draft.name).is_none() {
        return Err(TermError::NoSuchTerm(draft.name.clone()));
    }
    store(&stored.without(&draft.name), draft, context)
}

fn store(others: &Terms, draft: &TermDraft, context: &Context<'_>) -> Result<Plan, TermError> {
    let settings = context.settings;
    let dirty = fill_shape(others, draft, context.today, settings)?;
    let cleaned =
        if context.clean { clean::clean(others, dirty, settings)? } else { untouched(dirty) };
    let shape = cleaned.shape;
    let publish_date = cleaned.publish_date.or(draft.publish_date);
    let expire_date = match cleaned.expire_date.or(draft.expire_date) {
        Some(date) => date,
        None => shape.default_expire(settings)?,
    };
    let term = Term {
        name: draft.name.clone(),
        shape,
        break_weeks: draft.break_weeks.unwrap_or(0),
        publish_date: publish_date.unwrap_or_else(|| {
            defaults::publish_date(others, shape.key_date, context.today, settings)
        }),
        expire_date,
    };
    let mut neighbours = cleaned.neighbours;
    neighbours.extend(hand_over(others, &term, settings));
    let neighbours = joined(neighbours);
    let warnings = warnings(&others.with_changes(&neighbours), &term, settings)?;
    Ok(Plan { term, neighbours, warnings })
}

/// The shape of a draft, blanks filled and numbers checked.
///
/// # Errors
/// [`TermError`] when a number of weeks is out of range or the default key
/// date leaves the calendar.
pub(super) fn fill_shape(
    others: &Terms,
    draft: &TermDraft,
    today: Date,
    settings: &Settings,
) -> Result<Dirty, TermError> {
    let key_date = match draft.key_date {
        Some(date) => date,
        None => defaults::key_date(others, today, settings)?,
    };
    let shape = TermShape {
        key_date,
        max_day_shift: draft.max_day_shift.unwrap_or(settings.max_day_shift),
        weeks: draft.weeks.unwrap_or(settings.term_weeks),
        skip_weeks: draft.skip_weeks.unwrap_or(0),
        flip_last_day: draft.flip_last_day.unwrap_or(false),
    };
    shape.check()?;
    check_weeks("break_weeks", draft.break_weeks.unwrap_or(0), 0)?;
    Ok(Dirty { shape, key_date_entered: draft.key_date.is_some() })
}

fn untouched(dirty: Dirty) -> Cleaned {
    Cleaned { shape: dirty.shape, publish_date: None, expire_date: None, neighbours: Vec::new() }
}

/// The next term is published on the day this one expires (3.4). A term too
/// short to be a base does not count as this one: the original let it, so that
/// a one-day workshop cut the next term's announcement.
fn hand_over(others: &Terms, term: &Term, settings: &Settings) -> Option<NeighbourChange> {
    if !settings.is_base(term.shape.weeks) {
        return None;
    }
    let next = others.next(term.shape.key_date, settings)?;
    (next.publish_date != term.expire_date).then(|| NeighbourChange {
        name: next.name.clone(),
        break_weeks: None,
        publish_date: Some(term.expire_date),
    })
}

/// One entry per neighbour.
pub(super) fn joined(changes: Vec<NeighbourChange>) -> Vec<NeighbourChange> {
    let mut by_name: Vec<NeighbourChange> = Vec::new();
    for change in changes {
        match by_name.iter_mut().find(|known| known.name == change.name) {
            Some(known) => {
                known.break_weeks = change.break_weeks.or(known.break_weeks);
                known.publish_date = change.publish_date.or(known.publish_date);
            }
            None => by_name.push(change),
        }
    }
    by_name
}

fn warnings(
    others: &Terms,
    term: &Term,
    settings: &Settings,
) -> Result<Vec<Warning>, OutOfCalendar> {
    let mut warnings = Vec::new();
    let span = term.shape.span()?;
    for other in others.iter() {
        if other.shape.span()?.overlaps(&span) {
            warnings.push(Warning::Overlaps(other.name.clone()));
        }
    }
    let next = others.next(term.shape.key_date, settings);
    for late in [Some(term), next].into_iter().flatten() {
        if late.publish_date > late.expire_date {
            warnings.push(Warning::PublishedAfterExpire(late.name.clone()));
        }
    }
    let shape = &term.shape;
    if shape.flip_last_day && !shape.is_flipped() {
        warnings.push(Warning::FlipWithoutSkip);
    }
    if shape.weeks > settings.max_weeks() {
        warnings.push(Warning::TooManyWeeks);
    }
    if shape.skip_weeks > settings.max_skip() {
        warnings.push(Warning::TooManySkips);
    }
    Ok(warnings)
}
