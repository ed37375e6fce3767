//! Money as text and as JSON: currencies, amounts, shares, accounts, entries.

use ledger::{Account, Currency, Entry, FeeRule, Money};

/// What is read as money is money: codes of three capitals, whole minor units, balanced entries, shares that sum.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (first, rest) = super::line(text);
    currency(first);
    account(first);
    share(first, rest);
    amount(text);
    entry(text);
}

fn currency(code: &str) {
    let shaped = code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    assert_eq!(Currency::parse(code).is_ok(), shaped);
    assert!(Currency::parse(code).is_ok_and(|read| read.as_str() == code) == shaped);
}

fn account(text: &str) {
    if let Ok(account) = text.parse::<Account>() {
        assert_eq!(account.to_string(), text);
    }
}

fn share(percent: &str, gross: &str) {
    let (Ok(rule), Ok(gross_minor)) = (FeeRule::new("x", percent), gross.parse::<i64>()) else {
        return;
    };
    if let Ok(shares) = rule.split(gross_minor) {
        assert_eq!(shares.share_minor.checked_add(shares.fee_minor), Some(gross_minor));
        let within = |part: i64| (gross_minor.min(0)..=gross_minor.max(0)).contains(&part);
        assert!(within(shares.share_minor) && within(shares.fee_minor), "{rule:?} {shares:?}");
    }
}

fn amount(text: &str) {
    let Ok(money) = serde_json::from_str::<Money>(text) else { return };
    let written = serde_json::to_string(&money).unwrap_or_default();
    assert!(serde_json::from_str::<Money>(&written).is_ok_and(|again| again == money));
    if let Ok(back) = money.negated() {
        assert!(money.plus(back).is_ok_and(|sum| sum.minor == 0));
    }
}

fn entry(text: &str) {
    let Ok(read) = serde_json::from_str::<Entry>(text) else { return };
    if let Ok(entry) = read.checked() {
        let sum: i128 = entry.postings.iter().map(|posting| i128::from(posting.amount_minor)).sum();
        assert!(sum == 0 && entry.postings.len() >= 2, "{entry:?}");
    }
}
