//! `cargo x schemathesis`: requests that a machine makes up from `openapi.json`, along its links too, to the front door of
//! a local stack. `tests/examples/doors` makes the people beside it; `docs/security.md` says what is asked of each reply.

use std::net::TcpListener;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::functions::cargo;
use crate::local::LocalStack;
use crate::process::{Kept, run, run_logged, wait_until};
use crate::steps::step;
use crate::tools::Tools;
use crate::{dev, http, paths};

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
    /// The first of the three ports of the stack that they are sent to.
    #[arg(long, default_value_t = 8630)]
    port: u16,
}

/// Starts a stack and sends them to it, with the report on the terminal.
///
/// # Errors
/// The stack does not start, or a reply is not as `openapi.json` says.
pub fn send(options: &Options) -> Result<()> {
    let stack = dev::start_for_tests(options.port)?;
    let (mut requests, _scenes) = prepare(&stack, options.examples)?;
    if let Some(operation) = &options.operation {
        requests.args(["--include-operation-id", operation]);
    }
    run(&mut requests)
}

/// Sends as many as `cargo x test` does to its own stack; the report goes to a log.
///
/// # Errors
/// As [`send`], with the end of the report.
pub fn check(stack: &LocalStack) -> Result<()> {
    let (mut requests, _scenes) = prepare(stack, EXAMPLES)?;
    run_logged(&mut requests, &paths::scratch().join("logs/schemathesis.log"))
}

/// Starts what makes the scenes, which ends with the second value.
fn prepare(stack: &LocalStack, examples: u32) -> Result<(Command, Kept)> {
    let tools = Tools::for_requests()?;
    step("build what makes scenes for made-up requests", || {
        let mut build = cargo();
        build.args(["build", "--quiet", "--workspace", "--example", "doors"]);
        run_logged(&mut build, &paths::scratch().join("logs/doors-build.log"))
    })?;
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut scenes = Command::new(paths::target().join("debug/examples/doors"));
    scenes.envs(stack.variables()?).env("PORT", port.to_string());
    let log = paths::scratch().join("logs/doors.log");
    let mut scenes = Kept::start(&mut scenes, "what makes scenes", Some(&log))?;
    wait_until(&mut scenes, STARTUP, || http::is_up(port, "/"))?;
    let (folder, scratch) =
        (paths::root().join("tests/schemathesis"), paths::scratch().join("schemathesis"));
    std::fs::create_dir_all(&scratch)?;
    let mut requests = tools.command("st");
    requests.arg("--config-file").arg(folder.join("schemathesis.toml")).arg("run");
    requests.arg(paths::root().join("openapi.json"));
    requests.args(["--url", &stack.url(), "--max-examples", &examples.to_string()]);
    requests.env("SCHEMATHESIS_HOOKS", folder.join("hooks.py"));
    requests.env("PARLOR_SCENES", format!("http://127.0.0.1:{port}/"));
    requests.current_dir(scratch);
    Ok((requests, scenes))
}
