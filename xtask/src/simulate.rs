//! `cargo x simulate`: the whole back end in one process, seed by seed (`docs/simulation.md`).

use anyhow::Result;
use clap::Args;

use crate::functions::cargo;
use crate::process::run;

/// What `cargo x simulate` takes.
#[derive(Args)]
pub struct Options {
    /// How many seeds.
    #[arg(long, default_value_t = 100)]
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
}

/// Builds the simulation with its own profile, the first time in minutes, and runs it.
///
/// # Errors
/// It cannot be built, or a law was broken.
pub fn simulate(options: &Options) -> Result<()> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--profile", "simulate", "--package", "simulation", "--"]);
    command.args(["--seeds", &options.seeds.to_string(), "--seed", &options.seed.to_string()]);
    command.args(options.json.then_some("--json"));
    command.args(options.history.then_some("--history"));
    if let Some(threads) = options.threads {
        command.args(["--threads", &threads.to_string()]);
    }
    run(&mut command)
}
