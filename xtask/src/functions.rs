//! The functions: one binary per domain, packed as `target/lambda/<domain>.zip`.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::paths;
use crate::process::{run, run_logged};
use crate::steps::{Mark, marks, step};
use crate::tools::Tools;

/// The domains; each is a folder in `functions/` and an archive in the template.
pub const DOMAINS: [&str; 7] =
    ["identity", "hosts", "wallet", "proofs", "sessions", "realtime", "rooms"];

/// The profile of what is deployed.
const PROFILE: &str = "deploy";

/// A panic ends the process (`panic = "abort"`), so nothing ever unwinds: the tables for it are left out.
const FLAGS: &str = "-C force-unwind-tables=no";

/// This machine's processor, by the name that Lambda has for it.
pub const HERE: &str = if cfg!(target_arch = "aarch64") { "arm64" } else { "x86_64" };

/// The mark over what the archives were packed from: one name, as the local and the deployed ones lie in one place.
const PACKED: &str = "packed";

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
    let mark = Mark::of(&marks(), PACKED, &binaries, &["here"])?;
    if mark.is_set() && archives.iter().all(|archive| archive.exists()) {
        return Ok(());
    }
    step("pack the functions", || {
        pack(tools, "--strip", &binaries, &archives)?;
        mark.set()
    })
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

/// Builds and packs the functions for AWS, for `arm64` or `x86_64`, as small as they get. Gives binary and archive of
/// each domain.
///
/// # Errors
/// The cross-compilation fails; its messages are on the terminal.
pub fn build_for_aws(tools: &Tools, architecture: &str) -> Result<Vec<(PathBuf, PathBuf)>> {
    step(&format!("build the functions for AWS ({architecture}; minutes a domain)"), || {
        let out = paths::target().join("lambda").join(architecture);
        let mut command = tools.command("cargo-lambda");
        command
            .args(["lambda", "build", "--profile", PROFILE, "--lambda-dir"])
            .arg(&out)
            .arg(if architecture == "arm64" { "--arm64" } else { "--x86-64" })
            .env("RUSTFLAGS", FLAGS);
        for domain in DOMAINS {
            command.args(["--package", domain, "--bin", domain]);
        }
        run(&mut command)?;
        let binaries = DOMAINS.map(|domain| out.join(domain).join("bootstrap"));
        let archives = archives();
        pack(tools, "--smallest", &binaries, &archives)?;
        Mark::of(&marks(), PACKED, &binaries, &[architecture])?.set()?;
        Ok(binaries.into_iter().zip(archives).collect())
    })
}
