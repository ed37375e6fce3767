//! The books of a world: every entry read from the ledger, checked and summed.

use std::collections::BTreeMap;

use serde_json::Value;
use testkit::Kit;

/// Sums of postings by account, after all laws were checked.
#[derive(Debug)]
pub struct Books {
    accounts: BTreeMap<String, i64>,
    entries: Vec<Value>,
}

impl Books {
    /// Reads the whole ledger.
    ///
    /// Every entry balances; every balance is the sum of its postings; what a wallet holds is what its sessions hold;
    /// all accounts together are zero; no spendable balance is below zero.
    pub fn of(kit: &Kit) -> Self {
        let books = Self::in_dispute(kit);
        for (account, sum) in &books.accounts {
            assert!(!account.ends_with(":spending") || *sum >= 0, "{account} has {sum}");
        }
        books
    }

    /// As [`Books::of`] while a dispute may have left a member in debt.
    pub fn in_dispute(kit: &Kit) -> Self {
        let items = kit.items("ledger", "");
        let (mut accounts, mut held_by): (BTreeMap<String, i64>, BTreeMap<String, i64>) =
            (BTreeMap::new(), BTreeMap::new());
        let mut entries = Vec::new();
        for item in items.iter().filter(|item| text(item, "sk").starts_with("ENTRY#")) {
            let mut sum = 0;
            for posting in item["postings"]["L"].as_array().unwrap() {
                let posting = &posting["M"];
                let (account, amount) = (text(posting, "account"), number(posting, "amount_minor"));
                sum += amount;
                if account.starts_with("session:") {
                    *held_by.entry(text(item, "member_id")).or_default() += amount;
                }
                *accounts.entry(account).or_default() += amount;
            }
            assert_eq!(sum, 0, "an entry does not balance: {item}");
            entries.push(item.clone());
        }
        assert_eq!(accounts.values().sum::<i64>(), 0, "value was made or lost: {accounts:?}");
        let books = Self { accounts, entries };
        for wallet in items.iter().filter(|item| text(item, "sk") == "WALLET") {
            let member = text(wallet, "member_id");
            let available = number(wallet, "available_minor");
            assert_eq!(available, books.spending(&member), "{wallet}");
            let held = held_by.get(&member).copied().unwrap_or(0);
            assert_eq!(number(wallet, "held_minor"), held, "{wallet}");
        }
        for earnings in items.iter().filter(|item| text(item, "sk") == "EARNINGS") {
            let host = text(earnings, "host_id");
            assert_eq!(number(earnings, "available_minor"), books.earnings(&host), "{earnings}");
        }
        books
    }

    /// What a member may spend.
    pub fn spending(&self, member: &str) -> i64 {
        self.account(&format!("member:{member}:spending"))
    }

    /// What a host has earned.
    pub fn earnings(&self, host: &str) -> i64 {
        self.account(&format!("host:{host}:earnings"))
    }

    /// The platform's fees.
    pub fn fees(&self) -> i64 {
        self.account("platform:fees")
    }

    /// What the platform has lost, negative.
    pub fn write_offs(&self) -> i64 {
        self.account("platform:write-offs")
    }

    /// What all sessions hold.
    pub fn held(&self) -> i64 {
        self.sum_of("session:")
    }

    /// What is set aside for payouts under way.
    pub fn payouts(&self) -> i64 {
        self.sum_of("payout:")
    }

    /// The card processor's account: negative while it holds our members' money.
    pub fn processor(&self) -> i64 {
        self.account("processor:stripe")
    }

    /// The lines of a session's entries, such as `MINUTE#00001`, in order.
    pub fn lines(&self, session_id: &str) -> Vec<String> {
        let prefix = format!("ENTRY#{session_id}#");
        let sorts = self.entries.iter().map(|entry| text(entry, "sk"));
        let mut lines: Vec<_> =
            sorts.filter_map(|sk| sk.strip_prefix(&prefix).map(str::to_owned)).collect();
        lines.sort();
        lines
    }

    fn sum_of(&self, prefix: &str) -> i64 {
        let accounts = self.accounts.iter().filter(|(account, _)| account.starts_with(prefix));
        accounts.map(|(_, sum)| sum).sum()
    }

    fn account(&self, name: &str) -> i64 {
        self.accounts.get(name).copied().unwrap_or(0)
    }
}

fn text(item: &Value, name: &str) -> String {
    item[name]["S"].as_str().unwrap_or_default().to_owned()
}

fn number(item: &Value, name: &str) -> i64 {
    item[name]["N"].as_str().and_then(|number| number.parse().ok()).unwrap_or_default()
}
