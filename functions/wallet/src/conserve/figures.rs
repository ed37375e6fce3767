//! What a conservation check found.

use ledger::{Account, Currency};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Differences that are told by name; more are counted.
const DIFFERENCES_MAX: usize = 100;

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

    /// Counts a comparison, and keeps it if it differs.
    pub(super) fn compare(&mut self, compared: Difference) {
        self.accounts_checked = self.accounts_checked.saturating_add(1);
        if compared.balance_minor == compared.postings_minor {
            return;
        }
        self.differences_count = self.differences_count.saturating_add(1);
        if self.differences.len() < DIFFERENCES_MAX {
            self.differences.push(compared);
        }
    }

    /// Counts an entry's currency in a shard.
    pub(super) fn count(&mut self, shard: u32, currency: Currency, entries: u64) {
        self.entries_read = self.entries_read.saturating_add(entries);
        let sum = self.shard(shard, currency);
        sum.entries = sum.entries.saturating_add(entries);
    }

    /// Adds postings of an account.
    pub(super) fn add(&mut self, shard: u32, currency: Currency, account: &Account, minor: i64) {
        let of_shard = self.shard(shard, currency);
        of_shard.sum_minor = of_shard.sum_minor.saturating_add(minor);
        let sums = self.currency(currency);
        let sum = match account {
            Account::Spending(_) => &mut sums.spending_minor,
            Account::Earnings(_) => &mut sums.earnings_minor,
            Account::Held(_) => &mut sums.held_minor,
            Account::Payout(_) => &mut sums.payouts_minor,
            Account::Fees => &mut sums.fees_minor,
            Account::WriteOffs => &mut sums.write_offs_minor,
            Account::Stripe => &mut sums.processor_minor,
        };
        *sum = sum.saturating_add(minor);
        sums.sum_minor = sums.sum_minor.saturating_add(minor);
    }

    fn shard(&mut self, shard: u32, currency: Currency) -> &mut ShardSum {
        let found = self.shards.iter().position(|it| it.shard == shard && it.currency == currency);
        let at = found.unwrap_or_else(|| {
            self.shards.push(ShardSum { shard, currency, entries: 0, sum_minor: 0 });
            self.shards.len() - 1
        });
        &mut self.shards[at]
    }

    fn currency(&mut self, currency: Currency) -> &mut CurrencySums {
        let found = self.currencies.iter().position(|it| it.currency == currency);
        let at = found.unwrap_or_else(|| {
            self.currencies.push(CurrencySums {
                currency,
                spending_minor: 0,
                earnings_minor: 0,
                held_minor: 0,
                payouts_minor: 0,
                fees_minor: 0,
                write_offs_minor: 0,
                processor_minor: 0,
                sum_minor: 0,
            });
            self.currencies.len() - 1
        });
        &mut self.currencies[at]
    }
}
