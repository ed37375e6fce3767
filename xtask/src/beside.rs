//! `cargo x bench beside`: our tick and the baseline's (`bench/baseline/tick.py`, Django on PostgreSQL), in turn on the same
//! machine, and how many times as much ours does.

use std::process::Command;

use anyhow::{Context, Result};
use clap::Parser;
use serde::Serialize;
use serde_json::Value;

use crate::bench;
use crate::paths;
use crate::process::{go_on, output};
use crate::steps::step;
use crate::tools::Tools;

/// What it is called.
pub const NAME: &str = "beside";

#[derive(Parser)]
#[command(name = "cargo x bench beside")]
struct Options {
    /// Active sessions of each.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    sessions: u32,
    /// Our workers, and processes of the baseline when it has as many.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=16))]
    workers: u32,
    /// How often each has its turn; the best of each counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    rounds: u32,
    /// Let both wait for the disk with each commit.
    #[arg(long)]
    sync: bool,
    /// One line of JSON at the end.
    #[arg(long)]
    json: bool,
}

/// Charges a second, best of all rounds.
#[derive(Serialize)]
struct Report {
    sessions: u32,
    workers: u32,
    charges_per_second: f64,
    /// A tick as a scheduler starts it: one process, and PostgreSQL's own beside it.
    baseline_charges_per_second: f64,
    ratio: f64,
    /// The sessions shared out among as many processes as we have workers.
    baseline_of_as_many_processes: f64,
    ratio_of_as_many_processes: f64,
    /// Ours, the baseline's of one process and of as many, round by round.
    rounds: Vec<[f64; 3]>,
    django: Value,
    postgresql: Value,
}

/// Runs them in turn.
///
/// # Errors
/// One of them cannot be built or run, or charged something not exactly once.
pub fn run(arguments: &[String]) -> Result<()> {
    let options = Options::parse_from(arguments);
    let tools = Tools::for_baseline()?;
    let mut ours = bench::built()?;
    ours.arg("tick").arg("--json");
    let mut ours = with(&options, ours, options.workers);
    let baseline = |processes| {
        let mut command = tools.command("python");
        command.arg(paths::root().join("bench/baseline/tick.py"));
        with(&options, command, processes)
    };
    let (mut rounds, mut last) = (Vec::new(), Value::Null);
    for round in 1..=options.rounds {
        go_on()?;
        step(&format!("round {round} of {}", options.rounds), || {
            let one = per_second(&report(&mut baseline(1))?)?;
            last = report(&mut baseline(options.workers))?;
            rounds.push([per_second(&report(&mut ours)?)?, one, per_second(&last)?]);
            Ok(())
        })?;
    }
    let best =
        |of: usize| rounds.iter().filter_map(|round| round.get(of)).copied().fold(0.0, f64::max);
    let (ours, one, many) = (best(0), best(1), best(2));
    let ratio = |theirs: f64| (ours / theirs * 10.0).round() / 10.0;
    let report = Report {
        sessions: options.sessions,
        workers: options.workers,
        charges_per_second: ours,
        baseline_charges_per_second: one,
        ratio: ratio(one),
        baseline_of_as_many_processes: many,
        ratio_of_as_many_processes: ratio(many),
        django: last["django"].clone(),
        postgresql: last["postgresql"].clone(),
        rounds,
    };
    if options.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        println!("{}", serde_json::to_string_pretty(&report)?);
    }
    Ok(())
}

fn with(options: &Options, mut command: Command, workers: u32) -> Command {
    command.args(["--sessions", &options.sessions.to_string()]);
    command.args(["--workers", &workers.to_string()]);
    command.args(options.sync.then_some("--sync"));
    command
}

/// The last line that a bench prints.
fn report(command: &mut Command) -> Result<Value> {
    let printed = output(command)?;
    let line = printed.lines().last().context("the bench printed nothing")?;
    Ok(serde_json::from_str(line)?)
}

fn per_second(report: &Value) -> Result<f64> {
    report["charges_per_second"].as_f64().context("the bench gave no charges a second")
}
