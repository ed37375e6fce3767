//! The functions: one binary per domain, packed as `target/lambda/<domain>.zip`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::paths;
use crate::process::{run, run_logged};
use crate::steps::{Mark, marks, step};
use crate::tools::Tools;

/// The domains; each is a folder in `functions/` and an archive in the template.
pub const DOMAINS: [&str; 5] = ["identity", "hosts", "wallet", "sessions", "realtime"];

/// The profile of what is deployed.
const PROFILE: &str = "deploy";

/// A panic ends the process (`panic = "abort"`), so nothing ever unwinds: the tables for it are left out.
const FLAGS: &str = "-C force-unwind-tables=no";

/// `cargo` in the repository.
pub fn cargo() -> Command {
    let mut command = Command::new(paths::variable("CARGO").unwrap_or_else(|| "cargo".to_owned()));
    command.current_dir(paths::root());
    command
}

/// Builds every binary for this machine. The tests use the same build graph: what one has
/// compiled, the other finds.
///
/// # Errors
/// The build fails.
pub fn build_for_here() -> Result<()> {
    step("build the functions (the first time takes minutes)", || {
        let log = paths::scratch().join("logs/build.log");
        run_logged(cargo().args(["build", "--workspace", "--bins"]), &log)
    })
}

/// Packs what [`build_for_here`] built, where it changed.
///
/// # Errors
/// A binary is missing or cannot be packed.
pub fn pack_for_here(tools: &Tools) -> Result<()> {
    let binaries = DOMAINS.map(|domain| paths::target().join("debug").join(domain));
    let archives = archives();
    let mark = Mark::of(&marks(), "packed", &binaries, &["here"])?;
    if mark.is_set() && archives.iter().all(|archive| archive.exists()) {
        return Ok(());
    }
    step("pack the functions", || {
        pack(tools, "--strip", &binaries, &archives)?;
        mark.set()
    })
}

/// Builds and packs the functions as they are deployed, but for this machine: what the benches start.
///
/// # Errors
/// The build fails.
pub fn build_deployed_for_here(tools: &Tools) -> Result<()> {
    step("build the functions as they are deployed (the first time takes many minutes)", || {
        let mut command = cargo();
        command.args(["build", "--bins", "--profile", PROFILE]).env("RUSTFLAGS", FLAGS);
        for domain in DOMAINS {
            command.args(["--package", domain]);
        }
        run_logged(&mut command, &paths::scratch().join("logs/build-deployed.log"))?;
        let (binaries, archives): (Vec<_>, Vec<_>) = deployed_for_here().into_iter().unzip();
        pack(tools, "--smallest", &binaries, &archives)
    })
}

/// Binary and archive of each domain as [`build_deployed_for_here`] makes them.
pub fn deployed_for_here() -> [(PathBuf, PathBuf); DOMAINS.len()] {
    let folder = paths::target().join(PROFILE);
    DOMAINS.map(|domain| (folder.join(domain), folder.join(format!("{domain}.zip"))))
}

/// The archives of the domains, where the template looks for them.
fn archives() -> [PathBuf; DOMAINS.len()] {
    DOMAINS.map(|domain| paths::archives().join(format!("{domain}.zip")))
}

/// Packs binaries into archives.
fn pack(tools: &Tools, option: &str, binaries: &[PathBuf], archives: &[PathBuf]) -> Result<()> {
    let mut command = tools.script("pack.py");
    command.arg(option);
    for (binary, archive) in binaries.iter().zip(archives) {
        command.arg(binary).arg(archive);
    }
    run(&mut command)
}

/// Builds and packs the functions for AWS: release, for `arm64` or `x86_64`.
///
/// # Errors
/// The cross-compilation fails; its messages are on the terminal.
pub fn build_for_aws(tools: &Tools, architecture: &str) -> Result<()> {
    step(&format!("build the functions for AWS ({architecture})"), || {
        let out = paths::target().join("lambda");
        let mut command = tools.command("cargo-lambda");
        command
            .args(["lambda", "build", "--release", "--output-format", "zip", "--lambda-dir"])
            .arg(&out);
        if architecture == "arm64" {
            command.arg("--arm64");
        }
        for domain in DOMAINS {
            command.args(["--package", domain, "--bin", domain]);
        }
        run(&mut command)?;
        for (domain, archive) in DOMAINS.iter().zip(archives()) {
            std::fs::create_dir_all(paths::archives())?;
            std::fs::copy(out.join(domain).join("bootstrap.zip"), archive)?;
        }
        Ok(())
    })
}
