//! Looking at one account: its balance items and its part of the journal.

use std::collections::BTreeMap;

use ledger::{Account, Currency};
use store::conservation::{Difference, Figures};
use store::wallet::{EntryItem, WalletItem, balanced};
use store::{Key, Query, Store, StoreError, Table};

use super::tally::Tally;

/// How often a moving balance is looked at again at once.
const LOOKS: u32 = 3;

/// The postings of a partition, and how many entries they are of.
struct Journal {
    sums: BTreeMap<(Currency, Account), i64>,
    entries: BTreeMap<Currency, u64>,
}

/// Looks at an account of the list, and at the part of the journal that lies beside it.
pub(super) async fn at(
    store: &Store,
    shard: u32,
    account: &Account,
    figures: &mut Figures,
) -> Result<(), StoreError> {
    let (journal, compared) = match account {
        Account::Spending(member) => member_of(store, member).await?,
        Account::Earnings(host) => host_of(store, host).await?,
        _ => return Ok(()),
    };
    for (currency, entries) in journal.entries {
        figures.count(shard, currency, entries);
    }
    for ((currency, account), minor) in journal.sums {
        figures.add(shard, currency, &account, minor);
    }
    for one in compared {
        figures.compare(one);
    }
    Ok(())
}

/// Looks once more at what differed.
pub(super) async fn again(
    store: &Store,
    suspect: &Difference,
) -> Result<Option<Difference>, StoreError> {
    let parts: Vec<_> = suspect.account.split(':').collect();
    let (_, compared) = match parts.as_slice() {
        ["member", member, _] => member_of(store, member).await?,
        ["host", host, _] => host_of(store, host).await?,
        _ => return Ok(Some(suspect.clone())),
    };
    let same = |one: &Difference| {
        one.account == suspect.account
            && one.currency == suspect.currency
            && one.balance_minor != one.postings_minor
    };
    Ok(compared.into_iter().find(same))
}

/// A member's partition, and spending and held of each currency beside the wallet.
async fn member_of(store: &Store, member: &str) -> Result<(Journal, Vec<Difference>), StoreError> {
    let mut look = 0;
    loop {
        let before = store.wallet(member).await?;
        let journal = journal(store, &format!("MEMBER#{member}")).await?;
        let after = store.wallet(member).await?;
        look += 1;
        let compared = after.as_ref().map_or_else(Vec::new, |wallet| wallet_of(wallet, &journal));
        let equal = compared.iter().all(|one| one.balance_minor == one.postings_minor);
        if equal || before == after || look >= LOOKS {
            return Ok((journal, compared));
        }
    }
}

fn wallet_of(wallet: &WalletItem, journal: &Journal) -> Vec<Difference> {
    let member = &wallet.member_id;
    let own = Account::Spending(member.clone());
    let mut sums: BTreeMap<Currency, (i64, i64)> = BTreeMap::from([(wallet.currency, (0, 0))]);
    for ((currency, account), minor) in &journal.sums {
        let (spending, held) = sums.entry(*currency).or_default();
        if *account == own {
            *spending = spending.saturating_add(*minor);
        } else if matches!(account, Account::Held(_)) {
            *held = held.saturating_add(*minor);
        }
    }
    sums.into_iter()
        .flat_map(|(currency, (spending, held))| {
            // A balance has one currency: entries of another must cancel out.
            let ours = currency == wallet.currency;
            let balance = |minor| if ours { minor } else { 0 };
            [
                Difference {
                    account: own.to_string(),
                    currency,
                    balance_minor: balance(wallet.available_minor),
                    postings_minor: spending,
                },
                Difference {
                    account: format!("member:{member}:held"),
                    currency,
                    balance_minor: balance(wallet.held_minor),
                    postings_minor: held,
                },
            ]
        })
        .collect()
}

/// A host's own partition (payouts), and the earnings beside everything that touches them.
async fn host_of(store: &Store, host: &str) -> Result<(Journal, Vec<Difference>), StoreError> {
    let journal = journal(store, &format!("HOST#{host}")).await?;
    let account = Account::Earnings(host.to_owned());
    let mut look = 0;
    loop {
        let before = store.earnings(host).await?;
        let mut sums = touching(store, host, &account).await?;
        let after = store.earnings(host).await?;
        look += 1;
        let Some(balance) = after.clone() else { return Ok((journal, Vec::new())) };
        sums.entry(balance.currency).or_default();
        let compared: Vec<_> = sums
            .into_iter()
            .map(|(currency, postings_minor)| Difference {
                account: account.to_string(),
                currency,
                balance_minor: if currency == balance.currency {
                    balance.available_minor
                } else {
                    0
                },
                postings_minor,
            })
            .collect();
        let equal = compared.iter().all(|one| one.balance_minor == one.postings_minor);
        if equal || look >= LOOKS || (before == after && look > 1) {
            return Ok((journal, compared));
        }
    }
}

/// The sums of a partition's entries.
async fn journal(store: &Store, partition: &str) -> Result<Journal, StoreError> {
    let mut journal = Journal { sums: BTreeMap::new(), entries: BTreeMap::new() };
    let mut after = None;
    loop {
        let query = Query::new(Table::Ledger, partition)
            .begins_with("ENTRY#")
            .limit(1000)
            .after(after.take());
        let page = store.query::<EntryItem>(query).await?;
        for item in page.items {
            let entry = balanced(item)?.entry;
            let entries = journal.entries.entry(entry.currency).or_default();
            *entries = entries.saturating_add(1);
            for posting in entry.postings {
                let sum = journal.sums.entry((entry.currency, posting.account)).or_default();
                *sum = sum.saturating_add(posting.amount_minor);
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(journal);
        }
    }
}

/// What all entries together did to a host's earnings, found by the index of what touches them.
async fn touching(
    store: &Store,
    host: &str,
    account: &Account,
) -> Result<BTreeMap<Currency, i64>, StoreError> {
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    let mut after = None;
    loop {
        let query = Query::new(Table::Ledger, format!("EARNINGS#{host}"))
            .index("gsi1")
            .limit(100)
            .after(after.take());
        let page = store.query::<Key>(query).await?;
        for item in store.get_many::<EntryItem>(Table::Ledger, &page.items, true).await? {
            let entry = balanced(item)?.entry;
            let sum = sums.entry(entry.currency).or_default();
            *sum = sum.saturating_add(entry.effect_on(account));
        }
        after = page.next;
        if after.is_none() {
            return Ok(sums);
        }
    }
}
