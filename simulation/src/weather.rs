//! What goes wrong, how often, and how often it did.

use testkit::{Fault, Verb};

use crate::rng::Rng;

/// How often things go wrong in one seed, per thousand. Each seed has its own weather, so that some are stormy in one
/// respect alone.
#[derive(Clone, Debug, Default)]
pub struct Weather {
    /// A call fails in one of the ways that a network or a shared table fails.
    pub call: u64,
    /// A write shows late in an index.
    pub index_lag: u64,
    /// A batch leaves keys unprocessed.
    pub unprocessed: u64,
    /// A handler is killed at an await.
    pub crash: u64,
    /// A handler stalls for seconds while the world goes on.
    pub stall: u64,
    /// A handler stops between its decision and its write, until another write meets the same item or seconds have passed.
    pub hold: u64,
    /// A request to the card processor is lost, refused or fails.
    pub processor: u64,
    /// A queue message comes twice.
    pub duplicate: u64,
    /// A queue message is late.
    pub late: u64,
    /// A tick does not happen, or happens twice.
    pub tick: u64,
    /// A webhook comes twice, hours late, or with an old signature.
    pub webhook: u64,
    /// A browser vanishes.
    pub vanish: u64,
    /// A person sends a request twice.
    pub twice: u64,
}

impl Weather {
    /// The weather of a seed.
    #[must_use]
    pub fn of(rng: &mut Rng) -> Self {
        let mut some = |low: u64, high: u64| {
            let calm = rng.chance(250);
            let much = low + rng.next() % (high - low + 1);
            if calm { low / 4 } else { much }
        };
        Self {
            call: some(5, 60),
            index_lag: some(20, 300),
            unprocessed: some(10, 150),
            crash: some(10, 120),
            stall: some(10, 80),
            hold: some(20, 400),
            processor: some(20, 350),
            duplicate: some(20, 200),
            late: some(20, 200),
            tick: some(20, 200),
            webhook: some(50, 400),
            vanish: some(5, 60),
            twice: some(5, 80),
        }
    }

    /// What goes wrong with a call.
    pub fn fault(&self, verb: Verb, rng: &mut Rng) -> Fault {
        if !rng.chance(self.call) {
            return Fault::None;
        }
        let reads = [Fault::LostRequest, Fault::Throttle, Fault::Broken];
        let writes = [
            Fault::LostReply,
            Fault::LostReply,
            Fault::LostReply,
            Fault::LostRequest,
            Fault::Conflict,
            Fault::Conflict,
            Fault::Throttle,
            Fault::Broken,
        ];
        match verb {
            Verb::Transact | Verb::Update => *rng.pick(&writes),
            Verb::Get | Verb::GetMany | Verb::Query { .. } => *rng.pick(&reads),
        }
    }
}
