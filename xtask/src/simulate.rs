//! `cargo x simulate`: the whole back end in one process, seed by seed (`docs/simulation.md`).

use anyhow::Result;
use clap::Args;

use std::process::Command;

use crate::functions::cargo;
use crate::paths;
use crate::process::{run, run_without_metrics};
use crate::steps::step;

/// What a seed spends its time in: ours, and what reads items and tokens for it.
const OPTIMISED: [&str; 18] = [
    "calendar",
    "jsonwebtoken",
    "ledger",
    "live",
    "metering",
    "payments",
    "proofs",
    "realtime",
    "runtime",
    "sandbox",
    "school",
    "serde_dynamo",
    "sessions",
    "simulation",
    "store",
    "testkit",
    "wallet",
    "web",
];

/// What `cargo x simulate` takes.
#[derive(Args)]
pub struct Options {
    /// How many seeds.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print the sums as one line of JSON, last.
    #[arg(long)]
    json: bool,
    /// Print the history of each seed, also of those that keep the laws.
    #[arg(long)]
    history: bool,
    /// How many seeds at once; all processors if absent.
    #[arg(long)]
    threads: Option<usize>,
    /// Plant a bug of `simulation/src/mutations.rs`, such as `settle-twice`, to see whether it is found (`docs/simulation.md`).
    #[arg(long)]
    planted: Option<String>,
}

/// Builds the simulation and runs it.
///
/// # Errors
/// It cannot be built, or a law was broken.
pub fn simulate(options: &Options) -> Result<()> {
    let mut command = built()?;
    command.args(["--seeds", &options.seeds.to_string(), "--seed", &options.seed.to_string()]);
    command.args(options.json.then_some("--json"));
    command.args(options.history.then_some("--history"));
    if let Some(threads) = options.threads {
        command.args(["--threads", &threads.to_string()]);
    }
    if let Some(planted) = &options.planted {
        command.args(["--planted", planted]);
    }
    run_without_metrics(&mut command)
}

/// The simulation's program: ours optimised, with every check of the development build, on the dependencies that tests
/// and local stack have compiled already. The whole workspace is named so that they have the same features.
fn built() -> Result<Command> {
    step("build the simulation (optimised; the first time takes minutes)", || {
        let mut build = cargo();
        build.args(["build", "--quiet", "--workspace", "--bin", "simulation"]);
        for package in OPTIMISED {
            for setting in ["opt-level=2", "codegen-units=16"] {
                build.args(["--config", &format!("profile.dev.package.{package}.{setting}")]);
            }
        }
        // Units that are compiled again in parts cannot be inlined into each other.
        run(build.env("CARGO_INCREMENTAL", "0"))
    })?;
    let mut command = Command::new(paths::target().join("debug/simulation"));
    command.current_dir(paths::root());
    Ok(command)
}
