//! `cargo x simulate`: runs seeds and says what they came to.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use clap::Parser;
use serde_json::json;
use simulation::mutations::Mutation;
use simulation::{Outcome, run};

/// How many failing seeds are shown with their history.
const SHOWN_MAX: usize = 3;

/// The largest first seed: so many can follow it.
const LAST_SEED: u64 = u64::MAX / 2;

#[derive(Parser)]
#[command(name = "simulate", about = "Runs seeds of the simulated back end")]
struct Arguments {
    /// How many seeds.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(..=LAST_SEED))]
    seed: u64,
    /// Print the sums as one line of JSON, last.
    #[arg(long)]
    json: bool,
    /// Print the history of each seed, also of those that keep the laws.
    #[arg(long)]
    history: bool,
    /// Plant this bug, to see whether it is found.
    #[arg(long)]
    planted: Option<Mutation>,
    /// How many at once; all processors if absent.
    #[arg(long)]
    threads: Option<NonZeroUsize>,
}

#[derive(Default)]
struct Sums {
    seeds: u64,
    operations: u64,
    faults: u64,
    violations: usize,
    simulated_seconds: u64,
    failed: Vec<Outcome>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let started = Instant::now();
    let next = AtomicU64::new(0);
    let sums = Mutex::new(Sums::default());
    let all = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..arguments.threads.map_or(all, NonZeroUsize::get) {
            scope.spawn(|| work(&arguments, &next, &sums));
        }
    });
    let sums = sums.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    report(&arguments, &sums, started.elapsed().as_secs_f64());
    if sums.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn work(arguments: &Arguments, next: &AtomicU64, sums: &Mutex<Sums>) {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= arguments.seeds {
            return;
        }
        let outcome = run(arguments.seed + number, arguments.history, arguments.planted);
        if arguments.history {
            println!("seed {}\n{}", outcome.seed, outcome.history);
        }
        let mut sums = sums.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        sums.seeds += 1;
        sums.operations += outcome.operations;
        sums.faults += outcome.faults;
        sums.violations += outcome.violations.len();
        sums.simulated_seconds += outcome.simulated_seconds;
        if !outcome.violations.is_empty() {
            eprintln!("seed {}: {}", outcome.seed, outcome.violations.join("; "));
            sums.failed.push(outcome);
        }
        if sums.seeds.is_multiple_of(1_000) {
            eprintln!("{} seeds, {} failed", sums.seeds, sums.failed.len());
        }
    }
}

fn report(arguments: &Arguments, sums: &Sums, wall_seconds: f64) {
    for failed in sums.failed.iter().take(SHOWN_MAX) {
        let again = run(failed.seed, true, arguments.planted);
        println!("\nseed {} broke:", failed.seed);
        for violation in &again.violations {
            println!("  {violation}");
        }
        let same = again.digest == failed.digest;
        println!(
            "{}\n{}",
            if same { "It came again exactly:" } else { "It did NOT come again exactly:" },
            again.history
        );
    }
    let per_second = |count: u64| count as f64 / wall_seconds.max(0.001);
    println!(
        "{} seeds, {} operations ({:.0}/s), {} faults, {} violations, {:.1} s ({:.1} seeds/s)",
        sums.seeds,
        sums.operations,
        per_second(sums.operations),
        sums.faults,
        sums.violations,
        wall_seconds,
        per_second(sums.seeds),
    );
    if arguments.json {
        let line = json!({
            "seeds": sums.seeds,
            "operations": sums.operations,
            "faults_injected": sums.faults,
            "violations": sums.violations,
            "simulated_seconds": sums.simulated_seconds,
            "wall_seconds": wall_seconds,
        });
        println!("{line}");
    }
}
