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
    let (stack, ask) = on_stack(options.env, options.port)?;
    let letters = ask(&["letters", &stack])?;
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
    let moved = ask(&["redrive", &stack, LIMIT])?;
    println!("{} moved to the billing queue.", moved.trim());
    Ok(())
}

/// A stack's name, and what asks `tools/publish.py` about it: one on AWS, or else the local one.
///
/// # Errors
/// The tools or samconfig.toml are not there.
pub fn on_stack(
    env: Option<Environment>,
    port: u16,
) -> Result<(String, impl Fn(&[&str]) -> Result<String>)> {
    let tools = Tools::ready()?;
    let stack = match env {
        Some(environment) => stack_name(environment.name())?,
        None => STACK.to_owned(),
    };
    let ask = move |words: &[&str]| -> Result<String> {
        let mut command: Command = tools.script("publish.py");
        if env.is_none() {
            aws(&mut command, &settings(port));
        }
        output(command.args(words)).context("is the stack there, and are these its credentials?")
    };
    Ok((stack, ask))
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
