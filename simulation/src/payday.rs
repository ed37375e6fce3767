//! What the laws ask of payouts: no more leaves than is old enough, nothing while it is held back (law 2), and the
//! processor pays each payout once, which is confirmed or comes back (law 8).

use std::collections::BTreeMap;

use ledger::{Account, PAYOUT_MIN_MINOR, PAYOUT_WAIT_DAYS, Reason, day_of};
use store::payout::PayeeItem;
use store::wallet::{EarningsItem, EntryItem};
use testkit::Changed;

use crate::laws::{Laws, read};

/// What the processor did about one payout, and what is known of it.
#[derive(Clone, Debug, Default)]
pub struct Payout {
    /// What was transferred.
    transferred_minor: i64,
    /// What came back since.
    pub came_back_minor: i64,
    /// What the books have of that.
    returned_minor: i64,
    reversed: bool,
    confirmed: bool,
}

/// What a host earned on each UTC day, what payouts took of it, and whether they may.
#[derive(Clone, Debug, Default)]
pub(crate) struct Purse {
    earned: BTreeMap<i64, i64>,
    taken_minor: i64,
    blocked: bool,
}

impl Payout {
    /// What it leaves on the processor's account.
    pub(crate) fn at_processor(&self) -> i64 {
        self.transferred_minor - self.came_back_minor
    }

    /// It was transferred, and the books do not say so yet.
    pub(crate) fn is_between(&self) -> bool {
        self.transferred_minor > 0 && !self.confirmed
    }
}

impl Laws {
    /// The processor made a transfer.
    pub fn transferred(&mut self, payout_id: &str, amount_minor: i64) {
        let reserved = self.sum(&Account::Payout(payout_id.to_owned()));
        let payout = self.payouts.entry(payout_id.to_owned()).or_default();
        let before = std::mem::replace(&mut payout.transferred_minor, amount_minor);
        if before != 0 {
            self.fail(8, format!("payout {payout_id} was transferred twice"));
        } else if reserved != amount_minor {
            self.fail(
                8,
                format!("payout {payout_id} of {reserved} was transferred as {amount_minor}"),
            );
        }
    }

    /// What is stored of where a host is paid.
    pub(crate) fn payee(&mut self, change: &Changed) {
        let payee = change.after.as_deref().and_then(|item| read::<PayeeItem>(item).ok());
        let Some(payee) = payee else {
            return self.fail(2, format!("{} is no payee any more", change.key.pk));
        };
        let blocked = payee.hold.is_some() || !payee.payouts_enabled;
        self.hosts.entry(payee.host_id).or_default().blocked = blocked;
    }

    /// An entry of a payout, or of earnings that will be one.
    pub(crate) fn payout(&mut self, item: &EntryItem, marked: bool, now_ms: i64) {
        let entry = &item.entry;
        let id = &entry.key.cause;
        let moved = entry.effect_on(&Account::Payout(id.clone()));
        let payout = self.payouts.get(id).cloned().unwrap_or_default();
        match entry.reason {
            Reason::Settlement => self.earned(item),
            Reason::PayoutReserve => self.reserve(item, moved, now_ms),
            Reason::PayoutConfirm => {
                if moved != -payout.transferred_minor {
                    self.fail(8, format!("payout {id} of {moved} is confirmed: {payout:?}"));
                }
                self.payouts.entry(id.clone()).or_default().confirmed = true;
            }
            Reason::PayoutReverse => {
                if payout.transferred_minor != 0 {
                    self.fail(8, format!("payout {id} is reversed: {payout:?}"));
                }
                self.payouts.entry(id.clone()).or_default().reversed = true;
                self.take(item, moved);
            }
            Reason::PayoutReturn => {
                let back = -entry.effect_on(&Account::Stripe);
                let known = payout.returned_minor + back;
                if !marked || back <= 0 || known > payout.came_back_minor {
                    self.fail(8, format!("{back} of payout {id} came back: {payout:?}"));
                }
                self.payouts.entry(id.clone()).or_default().returned_minor = known;
                self.take(item, -back);
            }
            _ => return,
        }
        let left = self.sum(&Account::Payout(id.clone()));
        if left < 0 {
            self.fail(8, format!("payout {id} has {left}"));
        }
    }

    fn earned(&mut self, item: &EntryItem) {
        let Some(host) = item.entry.host() else { return };
        let earned = item.entry.effect_on(&Account::Earnings(host.to_owned()));
        let day = day_of(item.at_ms);
        *self.hosts.entry(host.to_owned()).or_default().earned.entry(day).or_default() += earned;
    }

    fn take(&mut self, item: &EntryItem, amount_minor: i64) {
        let host = item.entry.host().unwrap_or_default().to_owned();
        self.hosts.entry(host).or_default().taken_minor += amount_minor;
    }

    /// A host's purse, and how much of what was earned is old enough on a day.
    fn purse(&self, host: &str, today: i64) -> (Purse, i64) {
        let purse = self.hosts.get(host).cloned().unwrap_or_default();
        let old = purse.earned.range(..today - PAYOUT_WAIT_DAYS).map(|(_, minor)| minor).sum();
        (purse, old)
    }

    /// What the item says may leave is not more than what is old enough and has not left.
    pub(crate) fn old_enough(&mut self, item: &EarningsItem, now_ms: i64) {
        let today = day_of(now_ms);
        let (purse, old) = self.purse(&item.host_id, today);
        let (says, left) = (item.payable_minor(today), (old - purse.taken_minor).max(0));
        if says > left {
            self.fail(2, format!("{} may take {says}, only {left} is old enough", item.host_id));
        }
    }

    fn reserve(&mut self, item: &EntryItem, amount_minor: i64, now_ms: i64) {
        self.take(item, amount_minor);
        let id = &item.entry.key.cause;
        let host = item.entry.host().unwrap_or_default();
        // By the clock that is furthest ahead.
        let (purse, old) = self.purse(host, day_of(now_ms + self.skew_ms));
        if amount_minor < PAYOUT_MIN_MINOR {
            self.fail(2, format!("payout {id} is {amount_minor}"));
        }
        if purse.taken_minor > old {
            let taken = purse.taken_minor;
            self.fail(2, format!("payout {id} takes {taken} in all, {old} is old enough"));
        }
        if purse.blocked {
            self.fail(2, format!("payout {id} was set aside while it was held back"));
        }
    }
}
