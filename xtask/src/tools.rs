//! The Python tools (local AWS, SAM, cargo-lambda, zig; Schemathesis; Django), installed once per pinned list and
//! shared by all clones of a user.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::paths;
use crate::process::{output, run_logged};
use crate::steps::{Mark, step};

/// The installed tools.
pub struct Tools {
    bin: PathBuf,
}

impl Tools {
    /// Finds the tools of the local stack, and installs them when their pinned list is new.
    ///
    /// # Errors
    /// No Python 3.10 or newer, or a failed installation.
    pub fn ready() -> Result<Self> {
        Self::installed("tools", "requirements.txt", "local AWS, SAM, cargo-lambda")
    }

    /// The same for what makes requests up. It has needs of its own, and so a place of its own.
    ///
    /// # Errors
    /// As [`Tools::ready`].
    pub fn for_requests() -> Result<Self> {
        Self::installed("schemathesis", "schemathesis.txt", "Schemathesis")
    }

    /// The same for what a tick is measured beside.
    ///
    /// # Errors
    /// As [`Tools::ready`].
    pub fn for_baseline() -> Result<Self> {
        Self::installed("baseline", "baseline.txt", "Django")
    }

    fn installed(name: &str, list: &str, what: &str) -> Result<Self> {
        let list = paths::root().join("tools").join(list);
        let python = python()?;
        let version = output(Command::new(&python).args(["-c", "import sys; print(sys.version)"]))?;
        let cache = paths::cache();
        let mark = Mark::of(&cache, name, std::slice::from_ref(&list), &[&version])?;
        let folder = cache.join(format!("{name}-{}", mark.digest()));
        let tools = Self { bin: folder.join("bin") };
        let done = folder.join("installed");
        if done.exists() {
            return Ok(tools);
        }
        step(&format!("install the tools ({what}; once, about a minute)"), || {
            fs::create_dir_all(&cache)?;
            let log = paths::scratch().join(format!("logs/{name}.log"));
            run_logged(Command::new(&python).args(["-m", "venv", "--clear"]).arg(&folder), &log)
                .context("Python cannot make a virtual environment; on Debian: apt-get install python3-venv")?;
            run_logged(
                Command::new(tools.bin.join("pip")).args(["install", "--quiet", "-r"]).arg(&list),
                &log,
            )?;
            Ok(fs::write(&done, "")?)
        })?;
        Ok(tools)
    }

    /// A command of one of the tools.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        // cargo-lambda looks for zig beside it.
        let path = paths::variable("PATH").unwrap_or_default();
        command.env("PATH", format!("{}:{path}", self.bin.display()));
        command.env("SAM_CLI_TELEMETRY", "0").current_dir(paths::root());
        command
    }

    /// A command of a script in `tools/`.
    pub fn script(&self, name: &str) -> Command {
        let mut command = self.command("python");
        command.arg(paths::root().join("tools").join(name));
        command
    }
}

fn python() -> Result<String> {
    let test = "import sys; raise SystemExit(sys.version_info < (3, 10))";
    for name in ["python3", "python3.11", "python3.12", "python3.13"] {
        if Command::new(name).args(["-c", test]).status().is_ok_and(|status| status.success()) {
            return Ok(name.to_owned());
        }
    }
    bail!("Python 3.10 or newer is needed; on Debian: apt-get install python3 python3-venv")
}
