//! Laws of the entries.

use proptest::prelude::*;

use super::*;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn rule() -> FeeRule {
    FeeRule::new("soulseer", "30").unwrap()
}

#[test]
fn settlement_pays_what_began_and_gives_the_rest_back() {
    let entry = settlement("m", "h", "s", (4, 3), usd(300), &rule()).unwrap();
    assert_eq!(entry.effect_on(&Account::Held("s".into())), -1200);
    assert_eq!(entry.effect_on(&Account::Earnings("h".into())), 630);
    assert_eq!(entry.effect_on(&Account::Fees), 270);
    assert_eq!(entry.effect_on(&Account::Spending("m".into())), 300);
    assert_eq!(entry.host(), Some("h"));
}

#[test]
fn more_minutes_than_leased_are_never_settled() {
    let refused = settlement("m", "h", "s", (2, 3), usd(300), &rule());
    assert_eq!(refused, Err(EntryError::ExceedsRemaining));
}

#[test]
fn a_refund_claws_back_both_shares_and_never_exceeds_the_minute() {
    let mut refund = MinuteRefund {
        member: "m",
        host: "h",
        session: "s",
        minute: 2,
        rate: usd(300),
        amount_minor: 300,
        funding: RefundFunding::Shares,
    };
    let entry = minute_refund(&refund, &rule()).unwrap();
    assert_eq!(entry.effect_on(&Account::Spending("m".into())), 300);
    assert_eq!(entry.effect_on(&Account::Earnings("h".into())), -210);
    assert_eq!(entry.effect_on(&Account::Fees), -90);
    refund.amount_minor = 301;
    assert_eq!(minute_refund(&refund, &rule()), Err(EntryError::ExceedsRemaining));
    refund.amount_minor = 0;
    assert_eq!(minute_refund(&refund, &rule()), Err(EntryError::NotPositive));
}

#[test]
fn a_card_refund_moves_only_the_increase_and_the_platform_bears_what_is_spent() {
    let mut report = CardRefund {
        member: "m",
        top_up: "t",
        cumulative_minor: 1000,
        seen_minor: 0,
        available_minor: 1600,
        currency: Currency::USD,
    };
    let first = card_refund(&report).unwrap().unwrap();
    assert_eq!(first.effect_on(&Account::Spending("m".into())), -1000);
    report.seen_minor = 1000;
    assert_eq!(card_refund(&report), Ok(None));
    (report.cumulative_minor, report.available_minor) = (1500, 200);
    let second = card_refund(&report).unwrap().unwrap();
    assert_eq!(second.effect_on(&Account::Spending("m".into())), -200);
    assert_eq!(second.effect_on(&Account::WriteOffs), -300);
    assert_eq!(second.effect_on(&Account::Stripe), 500);
}

#[test]
fn an_unbalanced_entry_is_refused_when_built_and_when_read() {
    let key = EntryKey::new("c", "l");
    let postings = [(Account::Fees, 1), (Account::Stripe, -2)];
    let refused = Entry::new(key, Reason::TopUp, Currency::USD, postings);
    assert_eq!(refused, Err(EntryError::Unbalanced));
}

proptest! {
    #[test]
    fn every_settlement_balances(leased in 1_u32..10_000, part in 0_u32..=100, rate in 50_i64..10_000) {
        let owed = leased * part / 100;
        let entry = settlement("m", "h", "s", (leased, owed), usd(rate), &rule()).unwrap();
        let sum: i64 = entry.postings.iter().map(|posting| posting.amount_minor).sum();
        prop_assert_eq!(sum, 0);
        prop_assert_eq!(entry.effect_on(&Account::Held("s".into())), -i64::from(leased) * rate);
    }
}
