//! Entries: balanced, immutable, keyed.

use serde::{Deserialize, Serialize};

use crate::{Account, Currency, MoneyError, Reason};

/// One signed line of an entry: positive adds to the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posting {
    /// Whose balance changes.
    pub account: Account,
    /// By how much, in minor units of the entry's currency.
    pub amount_minor: i64,
}

/// What makes an entry unique for ever: the thing that caused it, and which line of it this is.
///
/// `cause` is a UUID v7 (session, top-up, refund), so entries of a member sort by the time of their cause.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntryKey {
    /// The session, top-up or refund.
    pub cause: String,
    /// E.g. `MINUTE#00001`, `SETTLEMENT`, `CREDIT`.
    pub line: String,
}

impl EntryKey {
    /// A key of its two parts.
    pub fn new(cause: impl Into<String>, line: impl Into<String>) -> Self {
        Self { cause: cause.into(), line: line.into() }
    }

    /// The key as one public text, `<cause>:<line>`.
    pub fn id(&self) -> String {
        format!("{}:{}", self.cause, self.line)
    }
}

/// An atomic, balanced set of postings. Built only through [`Entry::new`], read only through [`Entry::checked`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Unique for ever.
    pub key: EntryKey,
    /// Why value moved.
    pub reason: Reason,
    /// Of all postings.
    pub currency: Currency,
    /// At least two; their amounts sum to zero.
    pub postings: Vec<Posting>,
}

/// Why an entry is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// The postings do not sum to zero.
    #[error("the postings do not sum to zero")]
    Unbalanced,
    /// Fewer than two postings move anything.
    #[error("an entry needs two postings")]
    TooFewPostings,
    /// An amount that must be positive is not.
    #[error("the amount must be positive")]
    NotPositive,
    /// More is given back than was taken.
    #[error("the amount exceeds what remains")]
    ExceedsRemaining,
    /// The arithmetic does not fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl Entry {
    /// Builds an entry; postings of zero are dropped.
    ///
    /// # Errors
    /// [`EntryError::Unbalanced`], [`EntryError::TooFewPostings`], [`EntryError::Money`].
    pub fn new(
        key: EntryKey,
        reason: Reason,
        currency: Currency,
        postings: impl IntoIterator<Item = (Account, i64)>,
    ) -> Result<Self, EntryError> {
        let postings = postings
            .into_iter()
            .filter(|(_, amount_minor)| *amount_minor != 0)
            .map(|(account, amount_minor)| Posting { account, amount_minor })
            .collect();
        Self { key, reason, currency, postings }.checked()
    }

    /// The entry, if it keeps the law: postings sum to zero. Asked when it is built, written and read.
    ///
    /// # Errors
    /// As [`Entry::new`].
    pub fn checked(self) -> Result<Self, EntryError> {
        if self.postings.len() < 2 {
            return Err(EntryError::TooFewPostings);
        }
        let mut sum = 0_i64;
        for posting in &self.postings {
            sum = sum.checked_add(posting.amount_minor).ok_or(MoneyError::Overflow)?;
        }
        if sum == 0 { Ok(self) } else { Err(EntryError::Unbalanced) }
    }

    /// The signed effect on an account, zero if it is not touched. Saturates.
    pub fn effect_on(&self, account: &Account) -> i64 {
        self.postings
            .iter()
            .filter(|posting| posting.account == *account)
            .fold(0_i64, |sum, posting| sum.saturating_add(posting.amount_minor))
    }

    /// The host whose earnings it touches, if any.
    pub fn host(&self) -> Option<&str> {
        self.postings.iter().find_map(|posting| match &posting.account {
            Account::Earnings(host) => Some(host.as_str()),
            _ => None,
        })
    }
}
