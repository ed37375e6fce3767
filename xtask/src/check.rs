//! The checks that need no stack and no browser, and the running count of what passed.

use std::process::Command;

use anyhow::{Result, bail};

use crate::functions::cargo;
use crate::process::{self, run_logged, stop_asked};
use crate::steps::step;
use crate::tools::Tools;
use crate::{paths, site, wasm};

/// Results so far. A failed part does not hide the others: all run, then the verdict.
#[derive(Default)]
pub struct Tally {
    passed: usize,
    failed: Vec<String>,
}

impl Tally {
    /// Runs a part that passes or fails as a whole.
    pub fn part(&mut self, name: &str, work: impl FnOnce() -> Result<()>) {
        if stop_asked() {
            return;
        }
        match step(name, work) {
            Ok(()) => self.passed += 1,
            Err(error) => {
                println!("{error:#}");
                self.failed.push(name.to_owned());
            }
        }
    }

    /// Runs a part whose log says how many tests passed; each counts.
    pub fn tests(&mut self, name: &str, command: &mut Command, count: impl Fn(&str) -> usize) {
        let log = log_of(name);
        let before = self.failed.len();
        self.part(name, || run_logged(command, &log));
        if self.failed.len() == before {
            let text = std::fs::read_to_string(&log).unwrap_or_default();
            // The part itself counts as one; its tests replace it.
            self.passed = self.passed.saturating_sub(1) + count(&text);
        }
    }

    /// Prints the verdict; an error if anything failed.
    ///
    /// # Errors
    /// Something failed, or somebody stopped the run.
    pub fn close(self) -> Result<()> {
        println!("\n{} passed, {} failed", self.passed, self.failed.len());
        if stop_asked() {
            bail!("stopped");
        }
        if self.failed.is_empty() {
            return Ok(());
        }
        bail!("failed: {}", self.failed.join(", "))
    }
}

fn log_of(name: &str) -> std::path::PathBuf {
    let file: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    paths::scratch().join("logs").join(format!("{file}.log"))
}

/// The parts of `cargo x check`.
pub fn run_all(tally: &mut Tally, tools: &Tools) {
    tally.part("format", || process::run(cargo().args(["fmt", "--all", "--check"])));
    tally.part("lints", || {
        let log = log_of("lints");
        let features = ["--features", "parlor-tests/stack"];
        let mut clippy = cargo();
        clippy
            .args(["clippy", "--quiet", "--workspace", "--all-targets"])
            .args(features)
            .args(["--", "-D", "warnings"]);
        run_logged(&mut clippy, &log)
    });
    tally.part("template (sam validate --lint)", || {
        let mut sam = tools.command("sam");
        sam.args(["validate", "--lint", "--region", "us-east-1", "--template", "template.yaml"]);
        run_logged(&mut sam, &log_of("template"))
    });
    // Before the Rust tests: one compares our tokens with those of a vendor's npm package.
    let has_site = paths::frontend().join("package.json").exists();
    if has_site {
        tally.part("site packages", site::install);
    }
    tally.tests(
        "unit, route and model tests",
        cargo().args(["test", "--workspace", "--all-targets"]),
        rust_count,
    );
    if has_site {
        tally.part("the site's WebAssembly", wasm::build);
        tally.part("site types", || {
            run_logged(&mut site::npm(&["run", "check"]), &log_of("site types"))
        });
        tally.part("site format", || {
            run_logged(&mut site::npm(&["run", "lint"]), &log_of("site format"))
        });
        tally.tests("site tests", &mut site::npm(&["test"]), vitest_count);
    }
}

/// `cargo x check`.
pub fn run() -> Result<()> {
    let tools = Tools::ready()?;
    let mut tally = Tally::default();
    run_all(&mut tally, &tools);
    tally.close()
}

/// The tests of all `test result: ok. N passed` lines.
pub fn rust_count(log: &str) -> usize {
    let results = log.lines().filter_map(|line| line.strip_prefix("test result: ok. "));
    results.filter_map(|rest| rest.split(' ').next()?.parse::<usize>().ok()).sum()
}

/// The tests of vitest's `Tests  N passed` line.
fn vitest_count(log: &str) -> usize {
    let line = log.lines().find(|line| line.trim_start().starts_with("Tests ")).unwrap_or_default();
    number_before(line, "passed")
}

/// The number before `word`.
pub fn number_before(line: &str, word: &str) -> usize {
    let words: Vec<&str> = line.split_whitespace().collect();
    let at = words.iter().position(|found| *found == word);
    at.and_then(|at| words.get(at.checked_sub(1)?)?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{number_before, rust_count, vitest_count};

    #[test]
    fn tests_are_counted_from_what_the_runners_print() {
        let log = "running 2 tests\ntest result: ok. 2 passed; 0 failed\n\ntest result: ok. 13 passed; 0 failed; 0 ignored";
        assert_eq!(rust_count(log), 15);
        assert_eq!(rust_count("test result: FAILED. 3 passed; 1 failed"), 0);
        assert_eq!(vitest_count(" Test Files  3 passed (3)\n      Tests  21 passed (21)"), 21);
        assert_eq!(number_before("  7 passed (3.1s)", "passed"), 7);
    }
}
