//! How a check's figures grow.

use ledger::{Account, Currency};
use store::conservation::{CurrencySums, Difference, Figures, ShardSum};

/// Differences that are told by name; more are counted.
const DIFFERENCES_MAX: usize = 100;

/// Adds up what a check sees.
pub(super) trait Tally {
    /// Counts a comparison, and keeps it if it differs.
    fn compare(&mut self, compared: Difference);

    /// Counts an entry's currency in a shard.
    fn count(&mut self, shard: u32, currency: Currency, entries: u64);

    /// Adds postings of an account.
    fn add(&mut self, shard: u32, currency: Currency, account: &Account, minor: i64);
}

impl Tally for Figures {
    fn compare(&mut self, compared: Difference) {
        self.accounts_checked = self.accounts_checked.saturating_add(1);
        if compared.balance_minor == compared.postings_minor {
            return;
        }
        self.differences_count = self.differences_count.saturating_add(1);
        if self.differences.len() < DIFFERENCES_MAX {
            self.differences.push(compared);
        }
    }

    fn count(&mut self, shard: u32, currency: Currency, entries: u64) {
        self.entries_read = self.entries_read.saturating_add(entries);
        let sum = of_shard(self, shard, currency);
        sum.entries = sum.entries.saturating_add(entries);
    }

    fn add(&mut self, shard: u32, currency: Currency, account: &Account, minor: i64) {
        let part = of_shard(self, shard, currency);
        part.sum_minor = part.sum_minor.saturating_add(minor);
        let sums = of_currency(self, currency);
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
}

fn of_shard(figures: &mut Figures, shard: u32, currency: Currency) -> &mut ShardSum {
    let found = figures.shards.iter().position(|it| it.shard == shard && it.currency == currency);
    let at = found.unwrap_or_else(|| {
        figures.shards.push(ShardSum { shard, currency, entries: 0, sum_minor: 0 });
        figures.shards.len() - 1
    });
    &mut figures.shards[at]
}

fn of_currency(figures: &mut Figures, currency: Currency) -> &mut CurrencySums {
    let found = figures.currencies.iter().position(|it| it.currency == currency);
    let at = found.unwrap_or_else(|| {
        figures.currencies.push(CurrencySums {
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
        figures.currencies.len() - 1
    });
    &mut figures.currencies[at]
}
