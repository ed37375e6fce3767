//! The stored terms and who stands before and after whom (section 3.2).

use calendar::Date;

use super::Term;
use super::plan::NeighbourChange;
use crate::settings::Settings;

/// Two terms with one name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("two terms are named {0:?}")]
pub struct TermsError(pub String);

/// The stored terms of a school, each with a name of its own. Among terms with
/// one key date the one given first stands for all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Terms(Vec<Term>);

impl Terms {
    /// These terms.
    ///
    /// # Errors
    /// [`TermsError`] when two have the same name.
    pub fn new(terms: Vec<Term>) -> Result<Self, TermsError> {
        let mut names: Vec<&str> = terms.iter().map(|term| term.name.as_str()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => Err(TermsError(pair[0].to_owned())),
            None => Ok(Self(terms)),
        }
    }

    /// Every term, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &Term> {
        self.0.iter()
    }

    /// The term with this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Term> {
        self.0.iter().find(|term| term.name == name)
    }

    /// All but the term with this name.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let others = self.0.iter().filter(|term| term.name != name);
        Self(others.cloned().collect())
    }

    /// These terms with `term` stored: in place of the one with its name, else
    /// at the end.
    #[must_use]
    pub fn with(&self, term: Term) -> Self {
        let mut terms = self.0.clone();
        match terms.iter_mut().find(|stored| stored.name == term.name) {
            Some(stored) => *stored = term,
            None => terms.push(term),
        }
        Self(terms)
    }

    /// These terms with the changes made; changes say what a value becomes, so
    /// making them again changes nothing.
    #[must_use]
    pub fn with_changes(&self, changes: &[NeighbourChange]) -> Self {
        let mut terms = self.0.clone();
        for change in changes {
            for term in terms.iter_mut().filter(|term| term.name == change.name) {
                term.break_weeks = change.break_weeks.unwrap_or(term.break_weeks);
                term.publish_date = change.publish_date.unwrap_or(term.publish_date);
            }
        }
        Self(terms)
    }

    /// The term with the greatest key date strictly before `key_date`, short
    /// ones included.
    #[must_use]
    pub fn previous(&self, key_date: Date) -> Option<&Term> {
        self.last_where(|key| key < key_date)
    }

    /// The term with the greatest key date not after `key_date`.
    #[must_use]
    pub fn at_or_before(&self, key_date: Date) -> Option<&Term> {
        self.last_where(|key| key <= key_date)
    }

    /// The term with the greatest key date of all.
    #[must_use]
    pub fn latest(&self) -> Option<&Term> {
        self.last_where(|_| true)
    }

    /// The term with the smallest key date strictly after `key_date`, among
    /// those that are full (more weeks than [`Settings::low_weeks`]).
    #[must_use]
    pub fn next(&self, key_date: Date, settings: &Settings) -> Option<&Term> {
        let later =
            |term: &&Term| term.shape.key_date > key_date && settings.is_full(term.shape.weeks);
        self.0.iter().filter(later).min_by_key(|term| term.shape.key_date)
    }

    /// The term from which others take their dates (3.3): `from`, or the first
    /// one before it that is not too short to be a base.
    #[must_use]
    pub fn base<'a>(&'a self, from: Option<&'a Term>, settings: &Settings) -> Option<&'a Term> {
        let mut base = from?;
        while !settings.is_base(base.shape.weeks) {
            base = self.previous(base.shape.key_date)?;
        }
        Some(base)
    }

    fn last_where(&self, wanted: impl Fn(Date) -> bool) -> Option<&Term> {
        let mut best: Option<&Term> = None;
        for term in self.0.iter().filter(|term| wanted(term.shape.key_date)) {
            if best.is_none_or(|found| term.shape.key_date > found.shape.key_date) {
                best = Some(term);
            }
        }
        best
    }
}
