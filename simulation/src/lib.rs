//! The whole back end in one process, driven by one seed, with everything that can go wrong going wrong.
//!
//! Routers, tick, charge workers, webhooks, consumers of streams and the conservation check are the product's own, on
//! instances with clocks of their own; tables, streams, queue, sockets and card processor are models. One number decides
//! who does what, which handler goes on at which await, what is lost, late, doubled or killed. The ten laws of money are
//! asked of every write, and again when all has come to rest. See `docs/simulation.md`.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a simulation stops when its own assumptions fail"
)]

pub mod mutations;

mod audit;
mod browsers;
mod cluster;
mod fates;
mod history;
mod laws;
mod payday;
mod people;
mod processor;
mod rivals;
mod rng;
mod schedule;
mod sockets;
mod streams;
mod tasks;
mod vendor;
mod weather;
mod world;

use mutations::Mutation;
use world::World;

/// Each seed goes on until it had so many operations.
pub const OPERATIONS_MIN: u64 = 600;
/// And so many faults.
pub const FAULTS_MIN: u64 = 50;

/// What became of a seed.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which.
    pub seed: u64,
    /// Requests, messages, events and ticks that reached a handler.
    pub operations: u64,
    /// Faults that struck.
    pub faults: u64,
    /// Which laws were broken, and how.
    pub violations: Vec<String>,
    /// How much time passed in the world.
    pub simulated_seconds: u64,
    /// What happened, in one number: the same for each run of the seed.
    pub digest: u64,
    /// What happened, as a table, if it was asked for.
    pub history: String,
}

/// Runs a seed.
///
/// # Panics
/// When the simulation itself is broken.
#[must_use]
pub fn run(seed: u64, keep_history: bool, mutation: Option<Mutation>) -> Outcome {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    }
    // Tokio's budget for a poll depends on what was polled before, so it must not decide who goes on.
    let played = tokio::task::unconstrained(play(seed, keep_history, mutation));
    RUNTIME.with(|runtime| runtime.block_on(played))
}

async fn play(seed: u64, keep_history: bool, mutation: Option<Mutation>) -> Outcome {
    let mut world = World::new(seed, keep_history, mutation).await;
    world.run(OPERATIONS_MIN, FAULTS_MIN).await;
    world.rest().await;
    world.audit().await;
    runtime::seeded::ids(None);
    let passed_ms = world.now_ms() - cluster::start_ms();
    let core = world.shared.lock();
    Outcome {
        seed,
        operations: world.operations,
        faults: core.faults,
        violations: core.laws.broken.clone(),
        simulated_seconds: u64::try_from(passed_ms / 1_000).unwrap_or(0),
        digest: core.history.digest(),
        history: core.history.table(),
    }
}
