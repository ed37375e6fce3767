//! The ten laws of money, asked of every write at the instant it happens, and of the whole when all is quiet.
//!
//! They have sums of their own, minutes of their own, and what the card processor did; how long a session ran and is paid
//! for they take from `metering`, as the product does. A write costs its own items only, whatever the world holds.

use std::collections::{BTreeMap, BTreeSet};

use ledger::{Account, Reason};
use metering::{Meter, State};
use store::session::SessionItem;
use store::top_up::{EventItem, EventStatus};
use store::wallet::{EarningsItem, EntryItem, WalletItem};
use store::{Item, Table, from_item};
use testkit::Changed;

use crate::payday::{Payout, Purse};
use crate::sockets::Numbered;

/// What the card processor did about one top-up.
#[derive(Clone, Debug, Default)]
pub struct Payment {
    /// What the member paid; zero while they have not.
    pub paid_minor: i64,
    /// Given back on the card so far.
    pub refunded_minor: i64,
    /// Disputes: how each stands; absent while it is open.
    pub disputes: BTreeMap<String, Option<bool>>,
}

/// What the laws remember of a session.
#[derive(Clone, Debug, Default)]
struct Minutes {
    leased: BTreeSet<u32>,
    version: u64,
    state: Option<State>,
    meter: Option<Meter>,
}

/// The laws.
#[derive(Debug, Default)]
pub struct Laws {
    accounts: BTreeMap<Account, i64>,
    held_by: BTreeMap<String, i64>,
    held_of: BTreeMap<String, String>,
    sessions: BTreeMap<String, Minutes>,
    /// By top-up.
    pub payments: BTreeMap<String, Payment>,
    /// What hosts had earned before the world began, from nowhere but the processor.
    pub earned_before: i64,
    /// By payout.
    pub payouts: BTreeMap<String, Payout>,
    /// By host: what payouts may take.
    pub(crate) hosts: BTreeMap<String, Purse>,
    /// By session: its numbered events.
    pub(crate) numbered: BTreeMap<String, Numbered>,
    /// By session: what must become an event.
    pub(crate) happened: BTreeMap<String, BTreeSet<String>>,
    /// What was broken: the law and how.
    pub broken: Vec<String>,
    /// How far an instance's clock may be off.
    pub(crate) skew_ms: i64,
}

pub(crate) fn read<T: serde::de::DeserializeOwned>(item: &Item) -> Result<T, String> {
    from_item(item.clone()).map_err(|error| error.to_string())
}

impl Laws {
    /// Laws of a world whose clocks are off by at most so much.
    #[must_use]
    pub fn new(skew_ms: i64) -> Self {
        Self { skew_ms, ..Self::default() }
    }

    /// Asks the laws of items that were written together.
    pub fn judge(&mut self, changes: &[Changed], now_ms: i64) {
        let mut entries = Vec::new();
        for change in changes.iter().filter(|change| change.table == Table::Ledger) {
            if change.key.sk.starts_with("ENTRY#") {
                entries.extend(self.entry(change));
            }
        }
        let marked = changes.iter().any(|change| self.event(change));
        let moves = changes.iter().any(|change| change.key.sk == "SESSION");
        for entry in &entries {
            self.processor(entry, marked);
            self.payout(entry, marked, now_ms);
            if !moves {
                self.in_time(entry, now_ms);
            }
        }
        for change in changes {
            self.happens(change);
            match (change.table, change.key.sk.as_str()) {
                (Table::Ledger, "WALLET") => self.wallet(change, &entries),
                (Table::Ledger, "EARNINGS") => self.earnings(change, now_ms),
                (Table::App, "SESSION") => self.session(change, now_ms),
                (Table::App, "PAYOUTS") => self.payee(change),
                (Table::App, sk) if sk.starts_with("EVENT#") => self.number(change),
                _ => {}
            }
        }
        let touched = |sk: &str| {
            changes.iter().any(|change| change.table == Table::Ledger && change.key.sk == sk)
        };
        for entry in &entries {
            let of_member =
                |account: &Account| matches!(account, Account::Spending(_) | Account::Held(_));
            let of_member = entry.entry.postings.iter().any(|posting| of_member(&posting.account));
            let balances = [("WALLET", of_member), ("EARNINGS", entry.entry.host().is_some())];
            for (sk, moved) in balances {
                if moved && !touched(sk) {
                    self.fail(6, format!("{} moved value without {sk}", entry.entry.key.id()));
                }
            }
        }
        let sum: i64 = self.accounts.values().sum();
        if sum != 0 {
            self.fail(7, format!("all accounts together are {sum}"));
        }
    }

    /// Records that a law was broken.
    pub fn fail(&mut self, law: u32, how: String) {
        if self.broken.len() < 20 {
            self.broken.push(format!("law {law}: {how}"));
        }
    }

    /// Laws 1 and 5: balanced, immutable, one for each minute. Adds its postings.
    fn entry(&mut self, change: &Changed) -> Option<EntryItem> {
        let key = &change.key.sk;
        let Some(after) = &change.after else {
            self.fail(1, format!("{key} was removed"));
            return None;
        };
        if change.before.is_some() {
            self.fail(5, format!("{key} was written twice"));
            return None;
        }
        let entry: EntryItem = match read(after) {
            Ok(entry) => entry,
            Err(error) => {
                self.fail(1, format!("{key} cannot be read: {error}"));
                return None;
            }
        };
        if let Err(error) = entry.entry.clone().checked() {
            self.fail(1, format!("{key}: {error}"));
        }
        for posting in &entry.entry.postings {
            *self.accounts.entry(posting.account.clone()).or_default() += posting.amount_minor;
            if let Account::Held(session) = &posting.account {
                *self.held_by.entry(entry.member_id.clone()).or_default() += posting.amount_minor;
                self.held_of.insert(session.clone(), entry.member_id.clone());
            }
        }
        if entry.entry.reason == Reason::SessionMinute {
            let (first, count) =
                (entry.notes.minute.unwrap_or(0), entry.notes.minutes.unwrap_or(0));
            let minutes = self.sessions.entry(entry.entry.key.cause.clone()).or_default();
            let next = minutes.leased.last().map_or(1, |last| last + 1);
            let again = (first..first + count).any(|minute| !minutes.leased.insert(minute));
            if again || first != next || count == 0 {
                self.fail(5, format!("{key} leases {count} minutes from {first}, not from {next}"));
            }
        }
        Some(entry)
    }

    /// Law 4: a minute of a clock that runs is leased before it begins, as far as clocks agree.
    fn in_time(&mut self, item: &EntryItem, now_ms: i64) {
        let Some(minutes) = self.sessions.get(&item.entry.key.cause) else { return };
        let count = item.notes.minutes.unwrap_or(0);
        let before = u32::try_from(minutes.leased.len()).unwrap_or(0).saturating_sub(count);
        let paid_until = minutes.meter.as_ref().and_then(|meter| meter.paid_until_ms(before));
        if item.entry.reason == Reason::SessionMinute
            && let Some(paid_until) = paid_until
            && now_ms > paid_until + self.skew_ms
        {
            let late = now_ms - paid_until;
            self.fail(4, format!("{} came {late} ms after its minute began", item.entry.key.id()));
        }
    }

    /// Law 8, the mark: an event becomes applied once. Whether one did.
    fn event(&mut self, change: &Changed) -> bool {
        if change.table != Table::App || change.key.sk != "EVENT" {
            return false;
        }
        let status = |item: &Option<std::sync::Arc<Item>>| {
            let event: Option<EventItem> = item.as_ref().and_then(|item| read(item).ok());
            event.map(|event| event.status)
        };
        let (before, after) = (status(&change.before), status(&change.after));
        if before == Some(EventStatus::Applied) {
            self.fail(8, format!("{} was applied and then changed", change.key.pk));
        }
        after == Some(EventStatus::Applied)
    }

    /// Law 8, the effect: what the processor did and no more, in the transaction that marks its event. What goes back on
    /// a card is the platform's loss only as far as the member has nothing left.
    fn processor(&mut self, item: &EntryItem, marked: bool) {
        let entry = &item.entry;
        let of_processor = matches!(
            entry.reason,
            Reason::TopUp
                | Reason::CardRefund
                | Reason::Dispute
                | Reason::DisputeReversal
                | Reason::WriteOff
        );
        if !of_processor {
            return;
        }
        if !marked {
            self.fail(8, format!("{} without the mark of its event", entry.key.id()));
        }
        let payment = self.payments.get(&entry.key.cause).cloned().unwrap_or_default();
        let moved = entry.effect_on(&Account::Stripe);
        let wanted = match entry.reason {
            Reason::TopUp => moved == -payment.paid_minor,
            Reason::CardRefund => moved > 0 && moved <= payment.refunded_minor,
            Reason::Dispute => moved == payment.paid_minor && !payment.disputes.is_empty(),
            Reason::DisputeReversal => {
                moved == -payment.paid_minor
                    && payment.disputes.values().any(|won| *won == Some(true))
            }
            _ => moved == 0 && payment.disputes.values().any(|won| *won == Some(false)),
        };
        if !wanted {
            self.fail(8, format!("{} moved {moved} at the processor: {payment:?}", entry.key.id()));
        }
        let left = self.sum(&Account::Spending(item.member_id.clone()));
        if entry.reason == Reason::CardRefund
            && entry.effect_on(&Account::WriteOffs) != 0
            && left > 0
        {
            self.fail(2, format!("{} is the platform's loss, {left} is left", entry.key.id()));
        }
    }

    /// Laws 2 and 6 of a wallet. Only a dispute takes a balance below zero, or further below.
    fn wallet(&mut self, change: &Changed, entries: &[EntryItem]) {
        let Some(wallet) = change.after.as_deref().and_then(|item| read::<WalletItem>(item).ok())
        else {
            return self.fail(6, format!("{} is no wallet any more", change.key.pk));
        };
        let before = change.before.as_deref().and_then(|item| read::<WalletItem>(item).ok());
        let had = before.as_ref().map_or(0, |one| one.available_minor);
        if before
            .is_some_and(|one| one.locked.is_some() && wallet.leased_minute > one.leased_minute)
        {
            self.fail(2, format!("{} spends while spending is locked", wallet.member_id));
        }
        let member = &wallet.member_id;
        let spending = self.sum(&Account::Spending(member.clone()));
        let held = self.held_by.get(member).copied().unwrap_or(0);
        let disputes = |one: &EntryItem| one.entry.reason == Reason::Dispute;
        if wallet.available_minor < had.min(0) && !entries.iter().any(disputes) {
            self.fail(2, format!("{member} has {} after {had}", wallet.available_minor));
        }
        if (wallet.available_minor, wallet.held_minor) != (spending, held) {
            let balance = format!("{} and {}", wallet.available_minor, wallet.held_minor);
            self.fail(6, format!("{member} has {balance}, the postings say {spending} and {held}"));
        }
    }

    /// Law 6 of earnings, and that they never go below zero.
    fn earnings(&mut self, change: &Changed, now_ms: i64) {
        let Some(item) = change.after.as_deref().and_then(|item| read::<EarningsItem>(item).ok())
        else {
            return self.fail(6, format!("{} are no earnings any more", change.key.pk));
        };
        let postings = self.sum(&Account::Earnings(item.host_id.clone()));
        if item.available_minor != postings || postings < 0 {
            let balance = item.available_minor;
            self.fail(6, format!("{} has {balance}, the postings say {postings}", item.host_id));
        }
        self.old_enough(&item, now_ms);
    }

    /// Laws 3 and 4: what is stored of a session against what was leased for it.
    fn session(&mut self, change: &Changed, now_ms: i64) {
        let item: SessionItem = match change.after.as_deref().map(read) {
            Some(Ok(item)) => item,
            other => return self.fail(3, format!("{}: {other:?}", change.key.pk)),
        };
        let (id, meter) = (item.session_id.clone(), &item.meter);
        let minutes = self.sessions.entry(id.clone()).or_default();
        let (version, state) = (minutes.version, minutes.state);
        (minutes.version, minutes.state) = (item.version, Some(meter.state));
        minutes.meter = Some(meter.clone());
        let leased = u32::try_from(minutes.leased.len()).unwrap_or(u32::MAX);
        if item.version != version + 1 {
            self.fail(3, format!("{id}: version {} after {version}", item.version));
        }
        if matches!(state, Some(State::Finalized)) {
            self.fail(10, format!("{id} changed after it was settled"));
        }
        if !meter.history.is_sorted_by_key(|line| line.at_ms) {
            self.fail(10, format!("{id}: time ran backwards: {:?}", meter.history));
        }
        // An open interval ends with its lease at the latest, whoever looks.
        let mut end = i64::MIN;
        for interval in &meter.intervals {
            let until = interval.until_ms.unwrap_or(i64::MAX);
            if interval.from_ms < end || until < interval.from_ms {
                self.fail(3, format!("{id}: {interval:?} begins before {end}: time counted twice"));
            }
            if interval.from_ms > now_ms + self.skew_ms
                || interval.until_ms.is_some_and(|until| until > now_ms + self.skew_ms)
            {
                self.fail(3, format!("{id}: {interval:?} is later than {now_ms}"));
            }
            end = until;
        }
        let active = meter.active_ms(meter.intervals.last().map_or(0, |last| last.from_ms));
        let paid = meter.leased_ms(leased);
        let runs = meter.state == State::Active;
        if active > paid || runs && active >= paid {
            self.fail(4, format!("{id}: {active} ms active, {paid} ms leased"));
        }
        if let Some(settled) = &item.settlement {
            let figures = &settled.figures;
            let owed = u32::try_from((active + meter.terms.minute_ms - 1) / meter.terms.minute_ms);
            let owed = owed.unwrap_or(u32::MAX).max(1);
            if figures.minutes != owed || figures.leased != leased {
                self.fail(3, format!("{id}: {figures:?} settled, {owed} of {leased} minutes owed"));
            }
            let held = self.sum(&Account::Held(id.clone()));
            if held != 0 {
                self.fail(3, format!("{id} is settled and still holds {held}"));
            }
        } else if meter.state == State::Finalized {
            self.fail(3, format!("{id} is final without a settlement"));
        }
    }

    /// When all is quiet: nothing held, and the processor's account is what the processor did.
    pub fn at_rest(&mut self) {
        let held: Vec<_> = self
            .accounts
            .iter()
            .filter(|(account, sum)| {
                matches!(account, Account::Held(_) | Account::Payout(_)) && **sum != 0
            })
            .map(|(account, sum)| format!("{account} still has {sum}"))
            .collect();
        let open: Vec<_> = self
            .sessions
            .iter()
            .filter(|(_, one)| one.state.is_some_and(State::is_open))
            .map(|(id, one)| format!("{id} is still {:?}", one.state))
            .collect();
        for how in held.into_iter().chain(open) {
            self.fail(3, how);
        }
        let paid_in: i64 = self.payments.values().map(Payment::at_processor).sum();
        let paid_out: i64 = self.payouts.values().map(Payout::at_processor).sum();
        let expected = paid_in + paid_out - self.earned_before;
        let found = self.sum(&Account::Stripe);
        if found != expected {
            self.fail(8, format!("the processor holds {expected}, the ledger says {found}"));
        }
    }

    pub(crate) fn sum(&self, account: &Account) -> i64 {
        self.accounts.get(account).copied().unwrap_or(0)
    }
}

impl Payment {
    /// What it leaves on the processor's account.
    fn at_processor(&self) -> i64 {
        let disputed = self.disputes.values().filter(|won| **won != Some(true)).count();
        let disputed = i64::try_from(disputed).unwrap_or(0) * self.paid_minor;
        -self.paid_minor + self.refunded_minor + disputed
    }
}
