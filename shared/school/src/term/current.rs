//! Which terms the public sees (section 3.9).

use calendar::Date;

use super::{Term, Terms};

/// What a visitor asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// The terms shown on a date; today when nobody names one.
    On(Date),
    /// Every term.
    All,
    /// The terms with these names.
    Named(Vec<String>),
}

/// Names and a date asked for at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("ask for terms by name or by date, not both")]
pub struct NameAndDate;

/// Reads the two filters of the class list: `names` is `all` or a comma list
/// of term names, `date` a day. Without either the question is about `today`.
///
/// # Errors
/// [`NameAndDate`] when both are given.
pub fn question(
    names: Option<&str>,
    date: Option<Date>,
    today: Date,
) -> Result<Question, NameAndDate> {
    match (names.map(str::trim).filter(|names| !names.is_empty()), date) {
        (Some(_), Some(_)) => Err(NameAndDate),
        (Some("all"), None) => Ok(Question::All),
        (Some(names), None) => {
            let names = names.split(',').map(str::trim);
            let named = names.filter(|name| !name.is_empty());
            Ok(Question::Named(named.map(str::to_owned).collect()))
        }
        (None, date) => Ok(Question::On(date.unwrap_or(today))),
    }
}

/// The terms that answer `question`, latest key date first.
///
/// On a date these are all with `publish <= date <= expire`, both days
/// included, so two on the day one hands over to the next. If there is none,
/// the one with the greatest key date among those published by then; if there
/// is none of those either, none.
#[must_use]
pub fn shown<'a>(stored: &'a Terms, question: &Question) -> Vec<&'a Term> {
    let mut terms: Vec<&Term> = match question {
        Question::All => stored.iter().collect(),
        Question::Named(names) => stored.iter().filter(|t| names.contains(&t.name)).collect(),
        Question::On(date) => on(stored, *date),
    };
    terms.sort_by_key(|term| std::cmp::Reverse(term.shape.key_date));
    terms
}

fn on(stored: &Terms, date: Date) -> Vec<&Term> {
    let published = || stored.iter().filter(move |term| term.publish_date <= date);
    let live: Vec<&Term> = published().filter(|t| date <= t.expire_date).collect();
    if live.is_empty() {
        let last = published().max_by_key(|term| term.shape.key_date);
        return last.into_iter().collect();
    }
    live
}
