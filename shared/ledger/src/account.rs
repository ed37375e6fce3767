//! Places where value sits.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An account. Its text form (`member:<id>:spending`) is what entries store.
///
/// Only *spending* and *earnings* have a balance item; the others are sums of entries, so that no row is contended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Account {
    /// What a member may spend.
    Spending(String),
    /// What a host has earned and not been paid.
    Earnings(String),
    /// Money set aside for a session.
    Held(String),
    /// Money set aside for a payout under way.
    Payout(String),
    /// The platform's fees.
    Fees,
    /// Losses that the platform bears.
    WriteOffs,
    /// The card processor: negative while it holds our members' money.
    Stripe,
}

/// The text is not an account.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an account")]
pub struct ParseAccountError(String);

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Spending(member) => write!(f, "member:{member}:spending"),
            Self::Earnings(host) => write!(f, "host:{host}:earnings"),
            Self::Held(session) => write!(f, "session:{session}:held"),
            Self::Payout(payout) => write!(f, "payout:{payout}:held"),
            Self::Fees => f.write_str("platform:fees"),
            Self::WriteOffs => f.write_str("platform:write-offs"),
            Self::Stripe => f.write_str("processor:stripe"),
        }
    }
}

impl FromStr for Account {
    type Err = ParseAccountError;

    fn from_str(text: &str) -> Result<Self, ParseAccountError> {
        let bad = || ParseAccountError(text.to_owned());
        let parts: Vec<_> = text.split(':').collect();
        match parts.as_slice() {
            ["platform", "fees"] => Ok(Self::Fees),
            ["platform", "write-offs"] => Ok(Self::WriteOffs),
            ["processor", "stripe"] => Ok(Self::Stripe),
            ["member", id, "spending"] if !id.is_empty() => Ok(Self::Spending((*id).to_owned())),
            ["host", id, "earnings"] if !id.is_empty() => Ok(Self::Earnings((*id).to_owned())),
            ["session", id, "held"] if !id.is_empty() => Ok(Self::Held((*id).to_owned())),
            ["payout", id, "held"] if !id.is_empty() => Ok(Self::Payout((*id).to_owned())),
            _ => Err(bad()),
        }
    }
}

impl TryFrom<String> for Account {
    type Error = ParseAccountError;

    fn try_from(text: String) -> Result<Self, ParseAccountError> {
        text.parse()
    }
}

impl From<Account> for String {
    fn from(account: Account) -> Self {
        account.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_account_reads_back_from_its_text() {
        for account in [
            Account::Spending("m".into()),
            Account::Earnings("h".into()),
            Account::Held("s".into()),
            Account::Payout("p".into()),
            Account::Fees,
            Account::WriteOffs,
            Account::Stripe,
        ] {
            assert_eq!(account.to_string().parse(), Ok(account));
        }
    }

    #[test]
    fn other_texts_are_no_accounts() {
        for text in
            ["", "member::spending", "member:m:earnings", "platform:other", "member:m:spending:x"]
        {
            assert!(text.parse::<Account>().is_err(), "{text}");
        }
    }
}
