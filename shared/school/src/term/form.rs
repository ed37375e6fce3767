//! The admin form for a term (section 3.5, "Admin form").
//!
//! A term that would overlap is refused, with hints and with the values the
//! clean step found. Refusing changes nothing: the break weeks of the term
//! before are part of the suggestion and come with its acceptance (the
//! original raised them while refusing).

use calendar::Date;

use super::clean::{self, Dirty};
use super::plan::{self, Context, NeighbourChange, Plan};
use super::{NameError, TermDraft, TermError, Terms, check_name, defaults};
use crate::settings::Settings;

/// Why a form is refused as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A class could run before the term before has ended.
    OverlapWithPrevious,
    /// A later term begins before this one ends.
    OverlapWithNext,
}

/// What a person can do about an overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// Move the other days after the key day; only when they lie before it.
    MoveOtherDays,
    /// Add a break week.
    AddBreakWeek,
    /// Change the start.
    ChangeStart,
    /// Take fewer weeks.
    Shorten,
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldFault {
    /// The name cannot be used.
    Name(NameError),
    /// Another term has the name.
    NameTaken,
    /// A stored term keeps its name: addresses and neighbours rest on it.
    Renamed,
    /// More weeks than the school allows.
    TooManyWeeks,
    /// More skipped weeks than the school allows.
    TooManySkips,
    /// The term would expire before it is published.
    ExpiresBeforePublish,
}

/// Values that would be accepted, and what comes with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The form refilled. A blank expire date stays blank unless the term had
    /// to jump behind another one.
    pub draft: TermDraft,
    /// Break weeks that the terms before get on acceptance.
    pub neighbours: Vec<NeighbourChange>,
}

/// What the form says to an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Why it is refused; empty when it is not.
    pub refusals: Vec<Refusal>,
    /// Single fields to correct.
    pub field_faults: Vec<FieldFault>,
    /// What could be done.
    pub hints: Vec<Hint>,
    /// The values found by the clean step.
    pub suggestion: Suggestion,
}

impl Verdict {
    /// Whether the entry can be stored as it is.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.refusals.is_empty() && self.field_faults.is_empty()
    }
}

/// Judges the form for a new term (`editing` is `None`) or for the stored one
/// named `editing`.
///
/// # Errors
/// [`TermError`] when a number of weeks is out of range or no dates can be
/// found.
pub fn judge(
    stored: &Terms,
    draft: &TermDraft,
    editing: Option<&str>,
    today: Date,
    settings: &Settings,
) -> Result<Verdict, TermError> {
    let others = editing.map_or_else(|| stored.clone(), |name| stored.without(name));
    let entered = plan::fill_shape(&others, draft, today, settings)?;
    let cleaned = clean::clean(&others, entered, settings)?;
    let refusals = refusals(&others, &entered)?;
    let key_date = cleaned.shape.key_date;
    let publish = cleaned.publish_date.or(draft.publish_date);
    let suggestion = TermDraft {
        name: draft.name.clone(),
        key_date: Some(key_date),
        max_day_shift: Some(cleaned.shape.max_day_shift),
        weeks: Some(cleaned.shape.weeks),
        skip_weeks: Some(cleaned.shape.skip_weeks),
        flip_last_day: Some(cleaned.shape.flip_last_day),
        break_weeks: Some(draft.break_weeks.unwrap_or(0)),
        publish_date: publish
            .or_else(|| Some(defaults::publish_date(&others, key_date, today, settings))),
        expire_date: cleaned.expire_date.or(draft.expire_date),
    };
    Ok(Verdict {
        hints: hints(&refusals, &entered),
        refusals,
        field_faults: field_faults(&others, draft, editing, &entered, settings),
        suggestion: Suggestion { draft: suggestion, neighbours: cleaned.neighbours },
    })
}

/// The plan when the suggestion is accepted: the term is stored with the
/// suggested values, and the break weeks are set.
///
/// # Errors
/// [`TermError`] as for [`plan::insert`] and [`plan::update`].
pub fn accept(
    stored: &Terms,
    suggestion: &Suggestion,
    today: Date,
    settings: &Settings,
) -> Result<Plan, TermError> {
    let context = Context { today, settings, clean: false };
    let after_breaks = stored.with_changes(&suggestion.neighbours);
    let draft = &suggestion.draft;
    let mut plan = match stored.get(&draft.name) {
        Some(_) => plan::update(&after_breaks, draft, &context)?,
        None => plan::insert(&after_breaks, draft, &context)?,
    };
    let mut neighbours = suggestion.neighbours.clone();
    neighbours.append(&mut plan.neighbours);
    plan.neighbours = plan::joined(neighbours);
    Ok(plan)
}

fn refusals(others: &Terms, entered: &Dirty) -> Result<Vec<Refusal>, TermError> {
    let shape = &entered.shape;
    let span = shape.span()?;
    let mut refusals = Vec::new();
    if let Some(before) = others.at_or_before(shape.key_date)
        && before.shape.end()? >= span.first()
    {
        refusals.push(Refusal::OverlapWithPrevious);
    }
    for later in others.iter().filter(|t| t.shape.key_date > shape.key_date) {
        if later.shape.start()? <= span.last() {
            refusals.push(Refusal::OverlapWithNext);
            break;
        }
    }
    Ok(refusals)
}

fn hints(refusals: &[Refusal], entered: &Dirty) -> Vec<Hint> {
    let mut hints = Vec::new();
    if refusals.contains(&Refusal::OverlapWithPrevious) {
        if entered.shape.max_day_shift.days() < 0 {
            hints.push(Hint::MoveOtherDays);
        }
        hints.push(Hint::AddBreakWeek);
    }
    if !refusals.is_empty() {
        hints.push(Hint::ChangeStart);
    }
    if refusals.contains(&Refusal::OverlapWithNext) {
        hints.push(Hint::Shorten);
    }
    hints
}

fn field_faults(
    others: &Terms,
    draft: &TermDraft,
    editing: Option<&str>,
    entered: &Dirty,
    settings: &Settings,
) -> Vec<FieldFault> {
    let mut faults = Vec::new();
    if let Err(error) = check_name(&draft.name) {
        faults.push(FieldFault::Name(error));
    } else if others.get(&draft.name).is_some() {
        faults.push(FieldFault::NameTaken);
    } else if editing.is_some_and(|name| name != draft.name) {
        faults.push(FieldFault::Renamed);
    }
    if entered.shape.weeks > settings.max_weeks() {
        faults.push(FieldFault::TooManyWeeks);
    }
    if entered.shape.skip_weeks > settings.max_skip() {
        faults.push(FieldFault::TooManySkips);
    }
    if let (Some(publish), Some(expire)) = (draft.publish_date, draft.expire_date)
        && publish > expire
    {
        faults.push(FieldFault::ExpiresBeforePublish);
    }
    faults
}
