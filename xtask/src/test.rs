//! `cargo x test`: everything. What is missing on the machine is installed or named.

use std::process::Command;

use anyhow::{Result, bail};
use clap::Args;

use crate::check::{self, Tally, number_before, rust_count};
use crate::functions::cargo;
use crate::process::{output, run_logged};
use crate::tools::Tools;
use crate::{dev, paths, schemathesis, site};

/// What `cargo x test` takes.
#[derive(Args)]
pub struct Options {
    /// The first of the three ports of the tests' own stack.
    #[arg(long, default_value_t = 8650)]
    port: u16,
    /// Only the journeys, over HTTP and in the browser.
    #[arg(long)]
    journeys: bool,
}

/// Runs every check and test.
pub fn run(options: &Options) -> Result<()> {
    let tools = Tools::ready()?;
    let mut tally = Tally::default();
    if !options.journeys {
        check::run_all(&mut tally, &tools);
    }
    with_stack(options, &mut tally, &tools);
    if !options.journeys && paths::frontend().join("build/200.html").exists() {
        without_stack(options.port + 3, &mut tally);
    }
    tally.close()
}

/// The tests that need the deployed stack: journeys over HTTP, then the browser.
fn with_stack(options: &Options, tally: &mut Tally, tools: &Tools) {
    let mut started = None;
    tally.part("the local stack starts and deploys", || {
        started = Some(dev::start_for_tests(options.port)?);
        Ok(())
    });
    let Some(stack) = started else { return };
    let mut journeys = cargo();
    journeys.args([
        "test",
        "--workspace",
        "--features",
        "parlor-tests/stack",
        "--test",
        "journeys",
    ]);
    stack.point_at(&mut journeys);
    tally.tests("journeys on the deployed stack", &mut journeys, rust_count);
    if paths::frontend().join("e2e/playwright.config.ts").exists() {
        tally.part("a browser is there", browser_ready);
        let mut browser = site::npm(&["run", "e2e"]);
        stack.point_at(&mut browser);
        browser.env("PARLOR_PYTHON", tools.command("python").get_program());
        in_browser(&mut browser);
        tally.tests("browser tests on the deployed stack", &mut browser, playwright_count);
    }
    if !options.journeys {
        tally.part("requests made up from openapi.json", || schemathesis::check(&stack));
    }
    tally.part("the local stack stops", || {
        stack.stop();
        Ok(())
    });
}

/// What needs the built site alone: its size, and each page in each look over an API that is made up.
fn without_stack(port: u16, tally: &mut Tally) {
    tally.part("the site stays within its budget", || {
        let log = paths::scratch().join("logs/budget.log");
        run_logged(&mut site::npm(&["run", "budget"]), &log)
    });
    let mut browser = site::npm(&["run", "e2e:mock"]);
    browser.env("MOCK_PORT", port.to_string()).env_remove("PARLOR_URL");
    in_browser(&mut browser);
    tally.tests("each page in a browser", &mut browser, playwright_count);
}

fn in_browser(command: &mut Command) {
    if let Ok(path) = chromium() {
        command.env("PARLOR_CHROMIUM", path);
    }
}

/// The tests of Playwright's last line.
fn playwright_count(log: &str) -> usize {
    log.lines().map(|line| number_before(line, "passed")).max().unwrap_or(0)
}

/// Debian's Chromium, or the one that the environment names.
fn chromium() -> Result<String> {
    if let Some(path) = paths::variable("PARLOR_CHROMIUM") {
        return Ok(path);
    }
    let script = "command -v chromium || command -v chromium-browser || command -v google-chrome";
    Ok(output(Command::new("sh").args(["-c", script]))?.trim().to_owned())
}

fn browser_ready() -> Result<()> {
    if chromium().is_ok() {
        return Ok(());
    }
    if output(Command::new("id").arg("-u"))?.trim() != "0" {
        bail!(
            "the browser tests need Chromium: apt-get install chromium (or set PARLOR_CHROMIUM to one)"
        );
    }
    let log = paths::scratch().join("logs/chromium.log");
    let install = "apt-get update -q && apt-get install -q -y --no-install-recommends chromium fonts-dejavu-core";
    run_logged(
        Command::new("sh").args(["-c", install]).env("DEBIAN_FRONTEND", "noninteractive"),
        &log,
    )
}
