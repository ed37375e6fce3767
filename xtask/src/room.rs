//! `cargo x room`: what carries a brand's sessions from now on. Sessions that were requested before keep what they have.

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::deploy::Environment;
use crate::redrive::Target;

/// What `cargo x room` takes.
#[derive(Args)]
pub struct Options {
    /// The brand, such as soulseer.
    brand: String,
    /// What carries its sessions. A vendor needs its keys in the room's secret first (docs/runbook.md).
    #[arg(value_enum)]
    adapter: Adapter,
    /// The section of samconfig.toml; without it, the local stack.
    #[arg(long, value_enum)]
    env: Option<Environment>,
    /// The port that the local stack was started with.
    #[arg(long, default_value_t = 8600, conflicts_with = "env")]
    port: u16,
}

/// What can carry a session.
#[derive(Clone, Copy, ValueEnum)]
enum Adapter {
    /// Straight between the two browsers.
    Peer,
    /// Agora's network.
    Agora,
    /// A room at Whereby.
    Whereby,
}

impl Adapter {
    const fn word(self) -> &'static str {
        match self {
            Self::Peer => "peer",
            Self::Agora => "agora",
            Self::Whereby => "whereby",
        }
    }
}

/// Changes the brand's record.
pub fn run(options: &Options) -> Result<()> {
    let target = Target::of(options.env, options.port)?;
    let said = target.ask(&["room", &target.stack, &options.brand, options.adapter.word()])?;
    println!("{}", said.trim());
    Ok(())
}
