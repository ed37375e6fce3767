//! `cargo x fuzz <target> --runs N`: a fuzz target of `fuzz/` under libFuzzer, on the stable compiler.
//!
//! What `cargo fuzz run --sanitizer none` would do, without cargo-fuzz: our crates and all they stand on are compiled
//! with LLVM's coverage counters (stable flags), and libFuzzer itself comes from crates.io. No address sanitizer: it
//! needs a nightly compiler, and our code is `forbid(unsafe_code)`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::functions::cargo;
use crate::process::{output, run, run_logged};
use crate::steps::step;
use crate::{paths, process};

/// LLVM's coverage for libFuzzer, as cargo-fuzz sets it.
const FLAGS: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg=fuzzing",
    "-Ccodegen-units=4",
];

/// What the repository keeps of one target, bytes: the six stay within the 64 KiB that `tests/src/corpora.rs` allows.
const KEPT_BYTES_MAX: u64 = 10 * 1024;

/// What `cargo x fuzz` takes.
#[derive(Args)]
pub struct Options {
    /// The target: a file of fuzz/fuzz_targets/.
    target: String,
    /// How many executions.
    #[arg(long, default_value_t = 1_000_000)]
    runs: u64,
    /// Stop after so many seconds even so; 0 for never.
    #[arg(long, default_value_t = 0)]
    seconds: u64,
    /// Afterwards keep inputs that cover what was found, the smallest first and 10 KiB at most, as fuzz/corpus/TARGET.
    #[arg(long)]
    minimise: bool,
}

/// Fuzzes one target.
pub fn run_target(options: &Options) -> Result<()> {
    let (name, folder) = (&options.target, paths::root().join("fuzz"));
    if !folder.join("fuzz_targets").join(format!("{name}.rs")).exists() {
        bail!(
            "there is no target `{name}`; the targets are cursor, jwt, money, problem, queue and stripe (fuzz/fuzz_targets/)"
        );
    }
    let binary = build(&folder, name)?;
    let (found, kept) = (scratch().join("found").join(name), folder.join("corpus").join(name));
    fs::create_dir_all(&found)?;
    fs::create_dir_all(&kept)?;
    let mut fuzz = Command::new(&binary);
    fuzz.arg(format!("-runs={}", options.runs));
    fuzz.arg(format!("-max_total_time={}", options.seconds));
    fuzz.args(["-max_len=4096", "-timeout=10", "-rss_limit_mb=4096", "-print_final_stats=1"]);
    fuzz.arg(format!("-artifact_prefix={}/{name}-", scratch().display()));
    run(fuzz.arg(&found).arg(&kept))
        .context("what failed was written to .parlor/fuzz/; run the target's binary with that file, then make a test of it")?;
    process::go_on()?;
    if options.minimise { minimise(&binary, &found, &kept) } else { Ok(()) }
}

fn scratch() -> PathBuf {
    paths::scratch().join("fuzz")
}

/// Builds a target's binary, instrumented. The folder is no member of the workspace and takes its lock file.
fn build(folder: &Path, name: &str) -> Result<PathBuf> {
    fs::copy(paths::root().join("Cargo.lock"), folder.join("Cargo.lock"))?;
    let version = output(Command::new("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not name its host")?.to_owned();
    let log = paths::scratch().join("logs/fuzz.log");
    step("build the fuzz target (all crates anew the first time: minutes)", || {
        let mut build = cargo();
        // With `--target` the flags do not reach build scripts and macros.
        build.args(["build", "--release", "--target", &host, "--bin", name, "--manifest-path"]);
        build.arg(folder.join("Cargo.toml"));
        build.env("RUSTFLAGS", FLAGS.join(" ")).env("CARGO_TARGET_DIR", scratch());
        build.env_remove("CARGO_BUILD_BUILD_DIR");
        run_logged(&mut build, &log)
    })?;
    Ok(scratch().join(host).join("release").join(name))
}

/// Replaces the kept inputs by few that cover what was reached, the smallest first.
fn minimise(binary: &Path, found: &Path, kept: &Path) -> Result<()> {
    let merged = scratch().join("merged").join(kept.file_name().unwrap_or_default());
    if merged.exists() {
        fs::remove_dir_all(&merged)?;
    }
    fs::create_dir_all(&merged)?;
    let mut merge = Command::new(binary);
    merge.args(["-set_cover_merge=1", "-max_len=4096"]).arg(&merged).arg(kept).arg(found);
    step("find the smallest inputs that cover what was found", || {
        run_logged(&mut merge, &paths::scratch().join("logs/fuzz-merge.log"))
    })?;
    let inputs = fs::read_dir(&merged)?.map(|entry| {
        let entry = entry?;
        Ok((entry.metadata()?.len(), entry.path()))
    });
    let inputs = inputs.collect::<std::io::Result<Vec<_>>>()?;
    let (covering, chosen) = (inputs.len(), smallest(inputs, KEPT_BYTES_MAX));
    fs::remove_dir_all(kept)?;
    fs::create_dir_all(kept)?;
    for (_, input) in &chosen {
        fs::copy(input, kept.join(input.file_name().unwrap_or_default()))?;
    }
    let bytes: u64 = chosen.iter().map(|(bytes, _)| bytes).sum();
    println!("{}: {} of {covering} inputs, {bytes} bytes", kept.display(), chosen.len());
    Ok(())
}

/// As many inputs as fit, the smallest first; equal ones by name, so that the same inputs give the same choice.
fn smallest(mut inputs: Vec<(u64, PathBuf)>, bytes_max: u64) -> Vec<(u64, PathBuf)> {
    inputs.sort();
    let mut bytes = 0;
    let fits = |(size, _): &(u64, PathBuf)| {
        bytes += size;
        bytes <= bytes_max
    };
    inputs.into_iter().take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::smallest;

    #[test]
    fn the_smallest_inputs_are_kept_and_no_more_than_fit() {
        let inputs = [(5, "c"), (1, "b"), (9, "d"), (1, "a"), (3, "e")];
        let kept = |bytes_max| {
            let inputs = inputs.map(|(size, name)| (size, PathBuf::from(name))).to_vec();
            let kept = smallest(inputs, bytes_max);
            kept.iter().map(|(_, path)| path.display().to_string()).collect::<String>()
        };
        assert_eq!(kept(10), "abec");
        assert_eq!(kept(9), "abe");
        assert_eq!(kept(0), "");
        assert_eq!(kept(100), "abecd");
    }
}
