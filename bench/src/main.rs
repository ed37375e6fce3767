//! The benches' command line; `cargo x bench` builds and runs it.

use clap::{Parser, Subcommand};
use parlor_bench::report::show;
use parlor_bench::{cold, core, scale, tick};

#[derive(Parser)]
#[command(
    name = "cargo x bench",
    about = "What Parlor costs and how fast it is",
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
    /// One line of JSON at the end.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Subcommand)]
enum Bench {
    /// Charges a second, their cost and latency: the real worker and SDK over an in-process DynamoDB on a file.
    Tick(tick::Options),
    /// Pure decisions a second on one core.
    Core(core::Options),
    /// A tick over a million sessions in seconds and dollars: the real worker over a model of the tables.
    Scale(scale::Options),
    /// From the start of each domain's process to its first request for an event.
    Cold(cold::Options),
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    match arguments.bench {
        Bench::Tick(options) => show(&tick::run(&options)?, arguments.json),
        Bench::Core(options) => show(&core::run(&options)?, arguments.json),
        Bench::Scale(options) => show(&scale::run(&options)?, arguments.json),
        Bench::Cold(options) => show(&cold::run(&options)?, arguments.json),
    }
}
