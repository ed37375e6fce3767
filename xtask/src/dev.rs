//! `cargo x dev`: the whole product on this machine, from nothing, with one command.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;

use crate::local::{LocalStack, Settings, aws};
use crate::process::{go_on, pause, run_logged, stop_asked};
use crate::steps::{Mark, seconds, step};
use crate::tools::Tools;
use crate::{functions, paths, site};

/// What `cargo x dev` takes.
#[derive(Args)]
pub struct Options {
    /// Forget what the local stack remembers and begin with the demo.
    #[arg(long)]
    fresh: bool,
    /// The address is http://127.0.0.1:PORT; the two ports after it are used too.
    #[arg(long, default_value_t = 8600)]
    port: u16,
    /// Do not open a browser.
    #[arg(long)]
    no_open: bool,
    /// The stack as the tests have it, to run some of them against: empty, minutes of ten seconds, no schedules.
    #[arg(long)]
    for_tests: bool,
}

/// What `cargo x invoke` takes.
#[derive(Args)]
pub struct InvokeOptions {
    /// The route's id, such as read_jwks: events/ROUTE.json is sent to it.
    route: String,
    /// The port that `cargo x dev` was started with.
    #[arg(long, default_value_t = 8600)]
    port: u16,
}

/// The stack of `cargo x dev`.
pub fn settings(port: u16) -> Settings {
    Settings { name: "dev", port, minute_seconds: 60, schedules: true, kept: true }
}

/// Runs the local stack until somebody stops it.
pub fn run(options: &Options) -> Result<()> {
    let started = Instant::now();
    let (tools, built) = prepare()?;
    let stack = if options.for_tests {
        let stack = LocalStack::start(&tools, test_settings(options.port), &built, true)?;
        println!("\n{}\n\nCtrl-C stops it.", stack.environment().join("\n"));
        stack
    } else {
        let stack = LocalStack::start(&tools, settings(options.port), &built, options.fresh)?;
        if let Err(error) = seed(&stack, options.port) {
            // The stack is what a developer needs to find out why.
            go_on()?;
            println!(
                "{error:#}\nThe stack runs without the demo; the next `cargo x dev` tries again."
            );
        }
        welcome(options.port, started);
        if !options.no_open {
            open(options.port);
        }
        stack
    };
    until_stopped(stack)
}

fn until_stopped(mut stack: LocalStack) -> Result<()> {
    while !stop_asked() {
        stack.check()?;
        pause();
    }
    let state = if stack.is_kept() {
        "the state is kept. `cargo x dev --fresh` forgets it"
    } else {
        "nothing is kept"
    };
    println!("\nStopping; {state}.");
    stack.stop();
    println!("Stopped.");
    Ok(())
}

/// Everything that must be there before a stack can start: the tools, the functions, the site.
/// What does not need the processor at the same time runs side by side.
pub fn prepare() -> Result<(Tools, PathBuf)> {
    thread::scope(|scope| {
        let tools = scope.spawn(Tools::ready);
        let site = scope.spawn(site::install);
        functions::build_for_here()?;
        let tools =
            tools.join().map_err(|_| anyhow!("installing the tools ended in a panic"))??;
        functions::pack_for_here(&tools)?;
        site.join().map_err(|_| anyhow!("installing the site's packages ended in a panic"))??;
        // The sandbox's rooms, at any port, so that stacks share one build.
        Ok((tools, site::build(Some("http://127.0.0.1:*"))?))
    })
}

/// Puts the demo in, once for each fresh state.
fn seed(stack: &LocalStack, port: u16) -> Result<()> {
    let mark = Mark::of(&settings(port).state(), "seeded", &[], &["1"])?;
    if mark.is_set() {
        return Ok(());
    }
    step("put the demo in (people, readings, money)", || {
        let mut seed = Command::new(paths::target().join("debug/seed"));
        stack.point_at(&mut seed);
        run_logged(&mut seed, &settings(port).logs().join("seed.log"))?;
        stack.snapshot()?;
        mark.set()
    })
}

fn welcome(port: u16, started: Instant) {
    let url = settings(port).url();
    println!(
        "
Parlor runs (ready after {}).

  Site      {url}
  Mailbox   {url}/_dev/mailbox    every mail the stack sends, sign-in codes too
  API       {url}/_dev/api
  Logs      {url}/_dev/logs
  Stripe    http://127.0.0.1:{}/_sandbox   the sandbox: payments, disputes, sign-in issuer
",
        seconds(started.elapsed()),
        settings(port).sandbox()
    );
    let people = settings(port).logs().join("seed.log");
    println!("Sign in with one of these addresses; the code is in the mailbox.\n");
    println!(
        "{}\n\nCtrl-C stops everything.",
        fs::read_to_string(people).unwrap_or_default().trim_end()
    );
}

fn open(port: u16) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    // Nothing to open a browser with is no error: the address is on the terminal.
    if let Ok(mut child) = Command::new(opener)
        .arg(settings(port).url())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
    {
        drop(thread::spawn(move || child.wait()));
    }
}

/// Sends `events/<route>.json` to one function of the running stack and prints its reply.
pub fn invoke(options: &InvokeOptions) -> Result<()> {
    let event = paths::root().join("events").join(format!("{}.json", options.route));
    if !event.exists() {
        bail!("there is no {}; the ids are in docs/contract.md", event.display());
    }
    let tools = Tools::ready()?;
    let mut command = tools.script("publish.py");
    aws(&mut command, &settings(options.port));
    crate::process::run(command.args(["invoke", "parlor", &options.route]).arg(event))
        .context("is `cargo x dev` running, on this port?")
}

/// Used by `cargo x test` to start its own stack beside a running `cargo x dev`.
pub fn start_for_tests(port: u16) -> Result<LocalStack> {
    let (tools, built) = prepare()?;
    go_on()?;
    LocalStack::start(&tools, test_settings(port), &built, true)
}

fn test_settings(port: u16) -> Settings {
    Settings { name: "test", port, minute_seconds: 10, schedules: false, kept: false }
}
