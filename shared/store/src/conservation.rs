//! The last conservation check: every balance against the sum of its postings, and all accounts against zero.
//!
//! `proofs` makes it and shows it; `wallet` pays nobody out while something differs.

use ledger::Currency;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Key;

/// The last check, as it is kept.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Checked {
    /// When it began, Unix milliseconds.
    pub started_at_ms: i64,
    /// When it ended, Unix milliseconds.
    pub at_ms: i64,
    /// The figures.
    pub figures: Figures,
}

/// Where the last check is kept.
#[must_use]
pub fn checked_key() -> Key {
    Key::new("CONSERVATION", "LAST")
}

/// An account whose balance is not the sum of its postings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Difference {
    /// `member:<id>:spending`, `member:<id>:held` (what the wallet holds for all its sessions), or `host:<id>:earnings`.
    pub account: String,
    /// ISO 4217.
    #[schema(value_type = String, example = "USD")]
    pub currency: Currency,
    /// The balance item, in minor units.
    pub balance_minor: i64,
    /// The sum of postings, in minor units.
    pub postings_minor: i64,
}

/// All postings of a currency, by sort of account, in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CurrencySums {
    /// ISO 4217.
    #[schema(value_type = String, example = "USD")]
    pub currency: Currency,
    /// All members' spendable money.
    pub spending_minor: i64,
    /// All hosts' earnings.
    pub earnings_minor: i64,
    /// Set aside for sessions.
    pub held_minor: i64,
    /// Set aside for payouts under way.
    pub payouts_minor: i64,
    /// The platform's fees.
    pub fees_minor: i64,
    /// What the platform lost.
    pub write_offs_minor: i64,
    /// The card processor's account.
    pub processor_minor: i64,
    /// The sum of all of them: zero.
    pub sum_minor: i64,
}

/// The part of the journal that belongs to one shard of the accounts' list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShardSum {
    /// From 0.
    pub shard: u32,
    /// ISO 4217.
    #[schema(value_type = String, example = "USD")]
    pub currency: Currency,
    /// Entries read.
    pub entries: u64,
    /// The sum of their postings, in minor units: zero.
    pub sum_minor: i64,
}

/// The figures of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Figures {
    /// Balances compared.
    pub accounts_checked: u64,
    /// Entries read.
    pub entries_read: u64,
    /// By currency.
    pub currencies: Vec<CurrencySums>,
    /// By shard and currency.
    pub shards: Vec<ShardSum>,
    /// How many balances differ: zero.
    pub differences_count: u64,
    /// The first hundred of them.
    pub differences: Vec<Difference>,
}

impl Figures {
    /// Whether everything sums to zero and no balance differs from its postings.
    #[must_use]
    pub fn conserved(&self) -> bool {
        self.differences_count == 0
            && self.currencies.iter().all(|sums| sums.sum_minor == 0)
            && self.shards.iter().all(|shard| shard.sum_minor == 0)
    }

    /// The sum that is farthest from zero, of any currency or shard, in minor units.
    #[must_use]
    pub fn worst_sum_minor(&self) -> i64 {
        let currencies = self.currencies.iter().map(|sums| sums.sum_minor);
        let shards = self.shards.iter().map(|shard| shard.sum_minor);
        currencies.chain(shards).max_by_key(|sum| sum.unsigned_abs()).unwrap_or(0)
    }
}
