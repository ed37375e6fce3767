//! `cargo x bench`: builds what is measured as it is released, and runs the benches of `bench/`.

use std::process::Command;

use anyhow::Result;
use clap::Args;

use crate::beside;
use crate::functions::{self, cargo};
use crate::paths;
use crate::process;
use crate::steps::step;
use crate::tools::Tools;

/// What `cargo x bench` takes.
#[derive(Args)]
#[command(disable_help_flag = true)]
pub struct Options {
    /// The bench and its options, e.g. `tick --sessions 1000 --lease 5 --json`; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
    arguments: Vec<String>,
}

/// Builds and runs a bench.
///
/// # Errors
/// The build or the bench fails.
pub fn run(options: &Options) -> Result<()> {
    if options.arguments.first().is_some_and(|bench| bench == beside::NAME) {
        return beside::run(&options.arguments);
    }
    let mut command = built()?;
    command.args(&options.arguments);
    let help = options.arguments.iter().any(|word| word == "--help" || word == "-h");
    if options.arguments.first().is_some_and(|bench| bench == "cold") && !help {
        let tools = Tools::ready()?;
        for (binary, archive) in functions::build_for_aws(&tools, functions::HERE)? {
            command.arg("--domain").arg(format!("{}:{}", binary.display(), archive.display()));
        }
    }
    process::run_without_metrics(&mut command)
}

/// The benches' program, released.
///
/// # Errors
/// It cannot be built.
pub fn built() -> Result<Command> {
    step("build the benches (the first time takes minutes)", || {
        process::run(cargo().args(["build", "--quiet", "--release", "--package", "parlor-bench"]))
    })?;
    let mut command = Command::new(paths::target().join("release/parlor-bench"));
    command.current_dir(paths::root());
    Ok(command)
}
