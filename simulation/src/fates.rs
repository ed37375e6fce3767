//! What the model of DynamoDB, the clocks and the driver share: chance, time, faults, laws.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use runtime::Clock;
use store::Write;
use testkit::{Changed, Fate, Fault, Verb};

use crate::history::History;
use crate::laws::Laws;
use crate::mutations::Mutation;
use crate::rng::Rng;
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
    /// The laws, asked at each write.
    pub laws: Laws,
    /// What happened.
    pub history: History,
    /// A planted bug.
    pub mutation: Option<Mutation>,
}

impl Core {
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
    }
}
