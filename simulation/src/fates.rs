//! What the model of DynamoDB, the clocks and the driver share: chance, time, faults, laws.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use runtime::Clock;
use store::payout::{PayoutItem, PayoutStatus};
use store::{Key, Table, Write};
use testkit::{Changed, Fate, Fault, Verb};

use crate::history::History;
use crate::laws::Laws;
use crate::mutations::Mutation;
use crate::rng::Rng;
use crate::streams::{Written, record};
use crate::vendor::Vendor;
use crate::weather::Weather;

/// The true time, Unix milliseconds.
pub type Time = Arc<AtomicI64>;

/// The clock of one instance: the true time and its skew.
#[derive(Debug)]
pub struct SkewedClock {
    /// The true time.
    pub time: Time,
    /// How far this clock is ahead, in milliseconds.
    pub skew_ms: AtomicI64,
}

impl Clock for SkewedClock {
    fn now(&self) -> Timestamp {
        let ms = self.time.load(Ordering::Relaxed) + self.skew_ms.load(Ordering::Relaxed);
        Timestamp::from_millisecond(ms).unwrap_or_default()
    }
}

/// Items on which a decision may be overtaken.
const RIVALLED: [&str; 5] = ["WALLET", "EARNINGS", "SESSION", "PAYOUT", "PAYOUTS"];

/// An item.
pub type Place = (Table, Key);

/// What is shared.
pub struct Core {
    /// Chance.
    pub rng: Rng,
    /// The true time.
    pub time: Time,
    /// How often things go wrong; nothing does while `calm`.
    pub weather: Weather,
    /// Nothing goes wrong any more.
    pub calm: bool,
    /// What went wrong so far.
    pub faults: u64,
    /// The card processor.
    pub vendor: Vendor,
    /// What the handler that goes on now has decided to write, if it is to be held before it does.
    pub held: Option<Vec<Place>>,
    /// What was written since the driver looked last.
    pub written: Vec<Place>,
    /// What the streams have to tell since then.
    pub streamed: Vec<Written>,
    /// Whether there are streams.
    pub streams: bool,
    /// How many records there were.
    pub records: u64,
    /// Pages whose top-up is stored: their address may be known now, whether or not the reply arrives.
    pub payable: Vec<usize>,
    /// Payouts that were refused.
    pub refused: Vec<String>,
    /// The laws, asked at each write.
    pub laws: Laws,
    /// What happened.
    pub history: History,
    /// A planted bug.
    pub mutation: Option<Mutation>,
}

impl Core {
    /// What people and admins may do next about something that was written.
    fn notice(&mut self, change: &Changed) {
        let Some(after) = &change.after else { return };
        match change.key.sk.as_str() {
            "TOPUP" if change.before.is_none() => {
                let id = change.key.pk.trim_start_matches("TOPUP#");
                let page = self.vendor.pages.iter().position(|page| page.top_up_id == id);
                self.payable.extend(page);
            }
            "PAYOUT" => {
                let payout = store::from_item::<PayoutItem>(after.as_ref().clone());
                if let Ok(payout) = payout
                    && payout.status == PayoutStatus::Failed
                {
                    self.refused.push(payout.payout_id);
                }
            }
            _ => {}
        }
    }

    /// The true time.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.time.load(Ordering::Relaxed)
    }

    /// Something of this kind goes wrong now, and is counted.
    pub fn strikes(&mut self, kind: impl Fn(&Weather) -> u64) -> bool {
        let strikes = !self.calm && self.rng.chance(kind(&self.weather));
        self.faults += u64::from(strikes);
        strikes
    }
}

/// The core, shared.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<Core>>);

impl Shared {
    /// Shares a core.
    #[must_use]
    pub fn new(core: Core) -> Self {
        Self(Arc::new(Mutex::new(core)))
    }

    /// The core. Never held over a call to the store.
    pub fn lock(&self) -> MutexGuard<'_, Core> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Fate for Shared {
    fn decide(&mut self, verb: Verb) -> Fault {
        let core = &mut *self.lock();
        if core.calm {
            return Fault::None;
        }
        let fault = core.weather.fault(verb, &mut core.rng);
        if fault != Fault::None {
            core.faults += 1;
            core.history.fault(core.time.load(Ordering::Relaxed), verb, fault);
        }
        fault
    }

    fn index_lag(&mut self) -> u64 {
        let mut core = self.lock();
        if core.strikes(|weather| weather.index_lag) { 1 + core.rng.next() % 40 } else { 0 }
    }

    fn unprocessed(&mut self, keys: usize) -> usize {
        let mut core = self.lock();
        if core.strikes(|weather| weather.unprocessed) { 1 + core.rng.below(keys) } else { 0 }
    }

    fn decided(&mut self, writes: &[Write]) {
        let bears = |write: &&Write| {
            let sk = write.key.sk.as_str();
            RIVALLED.contains(&sk) || sk.starts_with("EVENT#")
        };
        if !writes.iter().any(|write| bears(&write)) {
            return;
        }
        let core = &mut *self.lock();
        if core.held.is_none() && core.strikes(|weather| weather.hold) {
            let places = writes.iter().filter(bears);
            core.held = Some(places.map(|write| (write.table, write.key.clone())).collect());
        }
    }

    fn sends_late(&mut self) -> bool {
        self.lock().mutation == Some(Mutation::LeaseLate)
    }

    fn rewrite(&mut self, writes: &[Write]) -> Option<Vec<Write>> {
        self.lock().mutation?.rewrite(writes)
    }

    fn believes(&mut self, fault: Fault) -> bool {
        fault == Fault::LostRequest && self.lock().mutation == Some(Mutation::SwallowUnknownOutcome)
    }

    fn wrote(&mut self, changes: &[Changed]) {
        let core = &mut *self.lock();
        let now_ms = core.time.load(Ordering::Relaxed);
        core.history.wrote(now_ms, changes);
        core.laws.judge(changes, now_ms);
        for change in changes {
            core.written.push((change.table, change.key.clone()));
            core.records += 1;
            if core.streams {
                core.streamed.extend(record(change, core.records));
            }
            core.notice(change);
        }
    }
}
