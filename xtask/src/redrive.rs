//! `cargo x redrive`: shows what was given up, and sends the dead letters of billing back to work.
//!
//! A billing message is harmless however late and however often: what is due follows from the time at hand. The other
//! queue, `Failures`, holds what the stream or the bus gave up; it has no queue to go back to, so it is only shown.

use std::io::{BufRead as _, IsTerminal as _, Write as _, stdin, stdout};
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::deploy::{Environment, stack_name};
use crate::dev::settings;
use crate::local::{STACK, aws};
use crate::process::output;
use crate::tools::Tools;

/// Most messages that one command moves where AWS does not count for us.
const LIMIT: &str = "10000";

/// What `cargo x redrive` takes.
#[derive(Args)]
pub struct Options {
    /// The section of samconfig.toml; without it, the local stack.
    #[arg(long, value_enum)]
    env: Option<Environment>,
    /// The port that the local stack was started with.
    #[arg(long, default_value_t = 8600, conflicts_with = "env")]
    port: u16,
    /// Do not ask before anything is moved.
    #[arg(long)]
    yes: bool,
}

/// Shows, asks, moves, tells.
pub fn run(options: &Options) -> Result<()> {
    let target = Target::of(options.env, options.port)?;
    let letters = target.ask(&["letters", &target.stack])?;
    println!("{}", letters.trim_end());
    let dead =
        count(&letters, "BillingDead").context("the tool has not said how many there are")?;
    if dead == 0 {
        println!("There is nothing to move.");
        return Ok(());
    }
    if !options.yes && !agreed(dead)? {
        println!("Nothing was moved.");
        return Ok(());
    }
    let moved = target.ask(&["redrive", &target.stack, LIMIT])?;
    println!("{} moved to the billing queue.", moved.trim());
    Ok(())
}

/// A stack that `tools/publish.py` is asked about: one on AWS, or the local one.
pub struct Target {
    /// The stack's name.
    pub stack: String,
    tools: Tools,
    local: Option<u16>,
}

impl Target {
    /// The stack of an environment, or else the local one at a port.
    ///
    /// # Errors
    /// The tools or samconfig.toml are not there.
    pub fn of(env: Option<Environment>, port: u16) -> Result<Self> {
        let tools = Tools::ready()?;
        let stack = match env {
            Some(environment) => stack_name(environment.name())?,
            None => STACK.to_owned(),
        };
        Ok(Self { stack, tools, local: env.is_none().then_some(port) })
    }

    /// What the tool says to these words.
    ///
    /// # Errors
    /// The stack or its credentials are not there.
    pub fn ask(&self, words: &[&str]) -> Result<String> {
        let mut command: Command = self.tools.script("publish.py");
        if let Some(port) = self.local {
            aws(&mut command, &settings(port));
        }
        output(command.args(words)).context("is the stack there, and are these its credentials?")
    }
}

/// The figure behind a queue's name.
fn count(letters: &str, queue: &str) -> Option<u64> {
    let line = letters.lines().find_map(|line| line.strip_prefix(queue))?;
    line.trim().parse().ok()
}

fn agreed(dead: u64) -> Result<bool> {
    if !stdin().is_terminal() {
        bail!("nobody is here to ask; say --yes");
    }
    print!("Has the cause been mended? Move {dead} to the billing queue? [y/N] ");
    stdout().flush()?;
    let mut answer = String::new();
    stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn the_count_is_read_from_its_line() {
        let letters = "BillingDead\t12\n  2026-11-26T10:00:00Z  {\"shard\":3}\nFailures\t0\n";
        assert_eq!(
            (count(letters, "BillingDead"), count(letters, "Failures")),
            (Some(12), Some(0))
        );
        assert_eq!(count("", "BillingDead"), None);
    }
}
