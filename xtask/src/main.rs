//! `cargo x`: everything one does with this repository, in one command each.
//!
//! Each module does one thing; the subcommands put them together. What AWS must be asked, SAM and
//! `tools/publish.py` ask: this crate stays small so that it compiles in seconds.

mod bench;
mod beside;
mod check;
mod deploy;
mod dev;
mod functions;
mod fuzz;
mod http;
mod local;
mod paths;
mod process;
mod redrive;
mod room;
mod schemathesis;
mod simulate;
mod site;
mod steps;
mod test;
mod tools;
mod wasm;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo x", about = "Parlor's chores", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Run everything on this machine: functions, API, tables, mail, site, with a demo in it.
    Dev(dev::Options),
    /// Run every check and test there is, as continuous integration does.
    Test(test::Options),
    /// The quick part of `test`: no stack, no browser.
    Check,
    /// Measure speed and cost: `cargo x bench tick`, `beside`, `core`, `scale`, `cold`.
    Bench(bench::Options),
    /// Simulate the whole back end, seed by seed, and ask the laws of money of every write.
    Simulate(simulate::Options),
    /// Build what is deployed: the functions for AWS and the site.
    Build(deploy::BuildOptions),
    /// Deploy to AWS with SAM: `cargo x deploy --env staging`.
    Deploy(deploy::DeployOptions),
    /// Run a fuzz target: `cargo x fuzz jwt --runs 10000000`.
    Fuzz(fuzz::Options),
    /// Send requests that a machine makes up from openapi.json through the whole API.
    Schemathesis(schemathesis::Options),
    /// Call one function of the running local stack with its file in events/.
    Invoke(dev::InvokeOptions),
    /// Say what carries a brand's sessions: `cargo x room soulseer whereby`.
    Room(room::Options),
    /// Show the dead letters, and send those of billing back to work.
    Redrive(redrive::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> anyhow::Result<()> {
    process::watch_signals()?;
    match task {
        Task::Dev(options) => dev::run(&options),
        Task::Test(options) => test::run(&options),
        Task::Check => check::run(),
        Task::Bench(options) => bench::run(&options),
        Task::Simulate(options) => simulate::simulate(&options),
        Task::Build(options) => deploy::build(&options),
        Task::Deploy(options) => deploy::run(&options),
        Task::Fuzz(options) => fuzz::run_target(&options),
        Task::Schemathesis(options) => schemathesis::send(&options),
        Task::Invoke(options) => dev::invoke(&options),
        Task::Room(options) => room::run(&options),
        Task::Redrive(options) => redrive::run(&options),
    }
}
