//! Payouts: how much of a host's earnings may leave, and the entries that let it leave once.
//!
//! Reserve -> transfer -> confirm, or reverse (SoulSeer specification 5.11). The cause of all four entries is the payout,
//! so each can happen once.

use std::collections::BTreeMap;

use crate::reasons::{move_value, positive};
use crate::{Account, Entry, EntryError, EntryKey, Money, Reason};

/// The smallest payout, in minor units (SoulSeer specification 5.11).
pub const PAYOUT_MIN_MINOR: i64 = 500;

/// Whole days that must lie between the day on which something was settled and the day on which it is paid out.
pub const PAYOUT_WAIT_DAYS: i64 = 7;

/// The UTC day of an instant, in days since 1970. `at_ms` is in Unix milliseconds.
pub const fn day_of(at_ms: i64) -> i64 {
    at_ms.div_euclid(86_400_000)
}

/// How much may be paid out on the day `today`: the balance without what was earned on the last days, never below zero.
///
/// `earned_by_day` has what was credited on each UTC day, in minor units. The day of the credit has to be over for
/// [`PAYOUT_WAIT_DAYS`] whole days, so nothing leaves before it is seven days old, and everything may once it is eight.
/// Whatever was taken back meanwhile counts against what is older: it can only make a payout smaller.
pub fn payable_minor(available_minor: i64, earned_by_day: &BTreeMap<i64, i64>, today: i64) -> i64 {
    let first_young = today.saturating_sub(PAYOUT_WAIT_DAYS);
    let young = earned_by_day
        .range(first_young..)
        .fold(0_i64, |sum, (_, minor)| sum.saturating_add((*minor).max(0)));
    available_minor.saturating_sub(young).max(0)
}

/// Earnings are set aside for a payout.
///
/// # Errors
/// [`EntryError::NotPositive`].
pub fn payout_reserve(host: &str, payout: &str, amount: Money) -> Result<Entry, EntryError> {
    positive(amount.minor)?;
    let (from, to) = (Account::Earnings(host.into()), Account::Payout(payout.into()));
    move_value(EntryKey::new(payout, "RESERVE"), Reason::PayoutReserve, amount, from, to)
}

/// The transfer was accepted: what was set aside has left.
///
/// # Errors
/// [`EntryError::NotPositive`].
pub fn payout_confirm(payout: &str, amount: Money) -> Result<Entry, EntryError> {
    positive(amount.minor)?;
    let (from, to) = (Account::Payout(payout.into()), Account::Stripe);
    move_value(EntryKey::new(payout, "CONFIRM"), Reason::PayoutConfirm, amount, from, to)
}

/// The transfer was refused: what was set aside is earnings again.
///
/// # Errors
/// [`EntryError::NotPositive`].
pub fn payout_reverse(host: &str, payout: &str, amount: Money) -> Result<Entry, EntryError> {
    positive(amount.minor)?;
    let (from, to) = (Account::Payout(payout.into()), Account::Earnings(host.into()));
    move_value(EntryKey::new(payout, "REVERSE"), Reason::PayoutReverse, amount, from, to)
}

/// A transfer that was accepted came back, as the processor reports it: `cumulative_minor` so far, of which `seen_minor`
/// was known before. `None` if nothing is new.
///
/// # Errors
/// [`EntryError::Money`] for absurd amounts.
pub fn payout_return(
    host: &str,
    payout: &str,
    (seen_minor, cumulative_minor): (i64, i64),
    currency: crate::Currency,
) -> Result<Option<Entry>, EntryError> {
    let increase = cumulative_minor.saturating_sub(seen_minor);
    if increase <= 0 {
        return Ok(None);
    }
    let key = EntryKey::new(payout, format!("RETURN#{cumulative_minor:010}"));
    let (from, to) = (Account::Stripe, Account::Earnings(host.into()));
    let amount = Money::new(increase, currency);
    move_value(key, Reason::PayoutReturn, amount, from, to).map(Some)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::Currency;

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    #[test]
    fn a_payout_ends_in_the_processor_or_where_it_came_from() {
        let (host, held) = (Account::Earnings("h".into()), Account::Payout("p".into()));
        let reserve = payout_reserve("h", "p", usd(4_200)).unwrap();
        let confirm = payout_confirm("p", usd(4_200)).unwrap();
        let reverse = payout_reverse("h", "p", usd(4_200)).unwrap();
        assert_eq!((reserve.effect_on(&host), reserve.effect_on(&held)), (-4_200, 4_200));
        assert_eq!(
            (confirm.effect_on(&held), confirm.effect_on(&Account::Stripe)),
            (-4_200, 4_200)
        );
        assert_eq!((reverse.effect_on(&held), reverse.effect_on(&host)), (-4_200, 4_200));
        assert_eq!(payout_reserve("h", "p", usd(0)), Err(EntryError::NotPositive));
    }

    #[test]
    fn only_the_increase_of_a_return_moves() {
        let back = payout_return("h", "p", (1_000, 4_200), Currency::USD).unwrap().unwrap();
        assert_eq!(back.effect_on(&Account::Earnings("h".into())), 3_200);
        assert_eq!(back.effect_on(&Account::Stripe), -3_200);
        for seen in [4_200, 5_000] {
            assert_eq!(payout_return("h", "p", (seen, 4_200), Currency::USD), Ok(None));
        }
    }

    #[test]
    fn what_was_earned_waits_seven_whole_days() {
        let earned = BTreeMap::from([(100, 4_200), (101, 800)]);
        for (today, payable) in [(100, 0), (107, 0), (108, 4_200), (109, 5_000)] {
            assert_eq!(payable_minor(5_000, &earned, today), payable, "day {today}");
        }
        // A refund of 10.00 is taken from what is old enough, whatever it refunds.
        assert_eq!(payable_minor(4_000, &earned, 108), 3_200);
        assert_eq!(payable_minor(-100, &earned, 120), 0);
    }

    #[test]
    fn days_begin_at_midnight_utc() {
        assert_eq!((day_of(-1), day_of(0), day_of(86_399_999), day_of(86_400_000)), (-1, 0, 0, 1));
    }

    proptest! {
        #[test]
        fn a_payout_never_exceeds_the_balance(
            available in -10_000_i64..1_000_000,
            earned in proptest::collection::btree_map(0_i64..30, 0_i64..100_000, 0..12),
            today in 0_i64..40,
        ) {
            let payable = payable_minor(available, &earned, today);
            prop_assert!(payable >= 0 && payable <= available.max(0));
            prop_assert!(payable <= payable_minor(available, &earned, today + 1), "time only adds");
        }
    }
}
