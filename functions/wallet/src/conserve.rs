//! The conservation check: every balance against the sum of its postings, and all accounts against zero. It reads only.
//!
//! Cost: the list of accounts (16 partitions of a keys-only index) and every member's partition, once. A balance that
//! moves while its entries are summed is read again, three times at most.

use ledger::Account;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use store::wallet::{ACCOUNT_SHARDS, EntryItem, balanced};
use store::{Query, Store, StoreError, Table};

/// How often a moving balance is looked at again.
const LOOKS: u32 = 3;

/// An account whose balance is not the sum of its postings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Difference {
    /// E.g. `member:<id>:spending`.
    pub account: String,
    /// The balance item.
    pub balance_minor: i64,
    /// The sum of postings.
    pub postings_minor: i64,
}

/// The figures of a check, in minor units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Figures {
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
    /// Balance items compared.
    pub accounts_checked: u64,
    /// Where balance and postings differ; empty when all is well.
    pub differences: Vec<Difference>,
}

#[derive(Deserialize)]
struct Listed {
    gsi1sk: String,
}

/// Runs the check.
///
/// # Errors
/// [`StoreError`]; `Shape` also if a stored entry does not balance.
pub async fn conserve(store: &Store) -> Result<Figures, StoreError> {
    let mut figures = Figures::default();
    let mut earned: BTreeMap<String, i64> = BTreeMap::new();
    let mut hosts = Vec::new();
    for shard in 0..ACCOUNT_SHARDS {
        for account in accounts(store, shard).await? {
            match account {
                Account::Spending(member) => {
                    check_member(store, &member, &mut figures, &mut earned).await?;
                }
                Account::Earnings(host) => hosts.push(host),
                _ => {}
            }
        }
    }
    for host in &hosts {
        // A host's payouts are entries beside the host's balance.
        for (account, amount) in sum_partition(store, &format!("HOST#{host}")).await? {
            figures.add(account, amount, &mut earned);
        }
    }
    for host in hosts {
        check_host(store, &host, earned.get(&host).copied().unwrap_or(0), &mut figures).await?;
    }
    figures.sum_minor = [
        figures.spending_minor,
        figures.earnings_minor,
        figures.held_minor,
        figures.payouts_minor,
        figures.fees_minor,
        figures.write_offs_minor,
        figures.processor_minor,
    ]
    .iter()
    .fold(0, |sum: i64, part| sum.saturating_add(*part));
    Ok(figures)
}

async fn accounts(store: &Store, shard: u32) -> Result<Vec<Account>, StoreError> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let query = Query::new(Table::Ledger, format!("ACCOUNTS#{shard:02}"))
            .index("gsi1")
            .limit(1000)
            .after(after.take());
        let page = store.query::<Listed>(query).await?;
        for item in page.items {
            let account = item.gsi1sk.parse();
            found.push(account.map_err(|error| StoreError::Shape(format!("{error}")))?);
        }
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

/// Sums a member's partition by account, and compares spending and held with the wallet.
async fn check_member(
    store: &Store,
    member: &str,
    figures: &mut Figures,
    earned: &mut BTreeMap<String, i64>,
) -> Result<(), StoreError> {
    let mut look = 0;
    loop {
        let before = store.wallet(member).await?;
        let sums = sum_partition(store, &format!("MEMBER#{member}")).await?;
        let after = store.wallet(member).await?;
        look += 1;
        let Some(wallet) = after.clone() else { return Ok(()) };
        let spending = sums.get(&Account::Spending(member.to_owned())).copied().unwrap_or(0);
        let held = sums
            .iter()
            .filter(|(account, _)| matches!(account, Account::Held(_)))
            .fold(0, |sum: i64, (_, amount)| sum.saturating_add(*amount));
        let equal = spending == wallet.available_minor && held == wallet.held_minor;
        if !equal && before != after && look < LOOKS {
            continue;
        }
        figures.compare(&format!("member:{member}:spending"), wallet.available_minor, spending);
        figures.compare(&format!("member:{member}:held"), wallet.held_minor, held);
        for (account, amount) in sums {
            figures.add(account, amount, earned);
        }
        return Ok(());
    }
}

async fn sum_partition(
    store: &Store,
    partition: &str,
) -> Result<BTreeMap<Account, i64>, StoreError> {
    let mut sums: BTreeMap<Account, i64> = BTreeMap::new();
    let mut after = None;
    loop {
        let query = Query::new(Table::Ledger, partition)
            .begins_with("ENTRY#")
            .limit(1000)
            .after(after.take());
        let page = store.query::<EntryItem>(query).await?;
        for item in page.items {
            for posting in balanced(item)?.entry.postings {
                let sum = sums.entry(posting.account).or_default();
                *sum = sum.saturating_add(posting.amount_minor);
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(sums);
        }
    }
}

/// Compares a host's balance with what the members' partitions gave. A settlement that came between makes both differ
/// for a moment, so a difference counts only if the balance stands still while the host's own list says the same.
async fn check_host(
    store: &Store,
    host: &str,
    postings_minor: i64,
    figures: &mut Figures,
) -> Result<(), StoreError> {
    let Some(balance) = store.earnings(host).await? else { return Ok(()) };
    let mut sum = postings_minor;
    let mut seen = balance.available_minor;
    let mut look = 0;
    while seen != sum && look < LOOKS {
        sum = sum_earnings(store, host).await?;
        seen = store.earnings(host).await?.map_or(0, |item| item.available_minor);
        look += 1;
    }
    figures.compare(&format!("host:{host}:earnings"), seen, sum);
    Ok(())
}

async fn sum_earnings(store: &Store, host: &str) -> Result<i64, StoreError> {
    let account = Account::Earnings(host.to_owned());
    let mut sum = 0_i64;
    let mut after = None;
    loop {
        let query = Query::new(Table::Ledger, format!("EARNINGS#{host}"))
            .index("gsi1")
            .limit(100)
            .after(after.take());
        let page = store.query::<store::Key>(query).await?;
        for item in store.get_many::<EntryItem>(Table::Ledger, &page.items, true).await? {
            sum = sum.saturating_add(balanced(item)?.entry.effect_on(&account));
        }
        after = page.next;
        if after.is_none() {
            return Ok(sum);
        }
    }
}

impl Figures {
    /// Whether all accounts sum to zero and no balance differs from its postings.
    #[must_use]
    pub fn conserved(&self) -> bool {
        self.sum_minor == 0 && self.differences.is_empty()
    }

    fn compare(&mut self, account: &str, balance_minor: i64, postings_minor: i64) {
        self.accounts_checked = self.accounts_checked.saturating_add(1);
        if balance_minor != postings_minor {
            let account = account.to_owned();
            self.differences.push(Difference { account, balance_minor, postings_minor });
        }
    }

    fn add(&mut self, account: Account, amount: i64, earned: &mut BTreeMap<String, i64>) {
        let sum = match account {
            Account::Spending(_) => &mut self.spending_minor,
            Account::Held(_) => &mut self.held_minor,
            Account::Payout(_) => &mut self.payouts_minor,
            Account::Fees => &mut self.fees_minor,
            Account::WriteOffs => &mut self.write_offs_minor,
            Account::Stripe => &mut self.processor_minor,
            Account::Earnings(host) => {
                let one = earned.entry(host).or_default();
                *one = one.saturating_add(amount);
                &mut self.earnings_minor
            }
        };
        *sum = sum.saturating_add(amount);
    }
}
