//! `cargo x schemathesis`: requests that a machine makes up from `openapi.json`, along its links too, against the whole
//! API in one process (`tests/examples/doors`). `docs/security.md` says what is asked of each reply.

use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::functions::cargo;
use crate::process::{Kept, run, run_logged, wait_until};
use crate::steps::step;
use crate::tools::Tools;
use crate::{http, paths};

/// What each operation gets in `cargo x test`.
pub const EXAMPLES: u32 = 100;

const STARTUP: Duration = Duration::from_secs(60);

/// What `cargo x schemathesis` takes.
#[derive(Args)]
pub struct Options {
    /// Requests that are made up for each operation.
    #[arg(long, default_value_t = EXAMPLES)]
    examples: u32,
    /// Only this operation, such as `request_session`.
    #[arg(long)]
    operation: Option<String>,
}

/// Sends them, with the report on the terminal.
///
/// # Errors
/// The world cannot be built, or a reply is not as `openapi.json` says.
pub fn send(options: &Options) -> Result<()> {
    let (mut requests, _world) = prepare(options.examples)?;
    if let Some(operation) = &options.operation {
        requests.args(["--include-operation-id", operation]);
    }
    run(&mut requests)
}

/// Sends as many as `cargo x test` does; the report goes to a log.
///
/// # Errors
/// As [`send`], with the end of the report.
pub fn check() -> Result<()> {
    let (mut requests, _world) = prepare(EXAMPLES)?;
    run_logged(&mut requests, &paths::scratch().join("logs/schemathesis.log"))
}

/// Starts the world, which ends with the second value.
fn prepare(examples: u32) -> Result<(Command, Kept)> {
    let tools = Tools::for_requests()?;
    step("build the world for made-up requests", || {
        let mut build = cargo();
        build.args(["build", "--quiet", "--workspace", "--example", "doors"]);
        run_logged(&mut build, &paths::scratch().join("logs/doors-build.log"))
    })?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut world = Command::new(paths::target().join("debug/examples/doors"));
    world.env("PORT", port.to_string());
    let log = paths::scratch().join("logs/doors.log");
    let mut world = Kept::start(&mut world, "the world for made-up requests", Some(&log))?;
    wait_until(&mut world, STARTUP, || http::is_up(port, "/v1/site"))?;
    let (folder, scratch) =
        (paths::root().join("tests/schemathesis"), paths::scratch().join("schemathesis"));
    std::fs::create_dir_all(&scratch)?;
    let url = format!("http://127.0.0.1:{port}");
    let mut requests = tools.command("st");
    requests.arg("--config-file").arg(folder.join("schemathesis.toml")).arg("run");
    requests.arg(paths::root().join("openapi.json"));
    requests.args(["--url", &url, "--max-examples", &examples.to_string()]);
    requests.env("SCHEMATHESIS_HOOKS", folder.join("hooks.py")).env("PARLOR_URL", url);
    requests.current_dir(scratch);
    Ok((requests, world))
}
