//! `cargo x bench cold`: from the start of each domain's process to its first request for an event.
//!
//! The processes are the released ones, in the environment that Lambda gives them; the runtime API is a stub on
//! loopback that notes when `/2018-06-01/runtime/invocation/next` is asked for. No sandbox is made and no code is
//! fetched, so this is the part of a cold start that is ours: loading the binary, configuration, clients, router.

use std::io::Read;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde::Serialize;

use crate::latency::percentile_ms;
use crate::report::rounded;

const NEXT: &str = "GET /2018-06-01/runtime/invocation/next ";
const PATIENCE: Duration = Duration::from_secs(20);
/// How often it is looked whether the process still lives.
const LOOK: Duration = Duration::from_millis(50);

/// What the bench takes.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// Starts of each process.
    #[arg(long, default_value_t = 21, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    pub starts: u32,
    /// A domain's binary and archive, separated by a colon; `cargo x bench cold` gives those it has built.
    #[arg(long = "domain", required = true)]
    pub domains: Vec<String>,
}

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Starts of each process.
    pub starts: u32,
    /// Of each domain.
    pub domains: Vec<Domain>,
}

/// One domain.
#[derive(Clone, Debug, Serialize)]
pub struct Domain {
    /// Its name.
    pub name: String,
    /// Half of the starts took at most this long.
    pub start_p50_ms: f64,
    /// The quickest start: what the process needs when nobody else wants the processor.
    pub start_min_ms: f64,
    /// The slowest start.
    pub start_max_ms: f64,
    /// The binary, in bytes.
    pub binary_bytes: u64,
    /// The archive that is deployed, in bytes.
    pub zip_bytes: u64,
}

/// Runs it.
///
/// # Errors
/// A binary is missing, or ends before it asks for an event.
pub fn run(options: &Options) -> Result<Report> {
    let domains = options.domains.iter().map(|domain| measure(domain, options.starts));
    Ok(Report { starts: options.starts, domains: domains.collect::<Result<_>>()? })
}

fn measure(domain: &str, starts: u32) -> Result<Domain> {
    let (binary, archive) = domain.split_once(':').context("--domain wants BINARY:ARCHIVE")?;
    let (binary, archive) = (PathBuf::from(binary), PathBuf::from(archive));
    let size = |path: &Path| -> Result<u64> {
        Ok(std::fs::metadata(path).with_context(|| format!("{} is missing", path.display()))?.len())
    };
    let (binary_bytes, zip_bytes) = (size(&binary)?, size(&archive)?);
    // The first start reads the file from the disk; Lambda's loading of it is not ours to measure.
    start(&mut command(&binary))?;
    let mut taken =
        (0..starts).map(|_| start(&mut command(&binary))).collect::<Result<Vec<_>>>()?;
    taken.sort_unstable();
    let name = archive.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Domain {
        name,
        start_p50_ms: rounded(percentile_ms(&taken, 50)),
        start_min_ms: rounded(percentile_ms(&taken, 0)),
        start_max_ms: rounded(percentile_ms(&taken, 100)),
        binary_bytes,
        zip_bytes,
    })
}

/// Starts a process and waits for its first request for an event.
fn start(command: &mut Command) -> Result<Duration> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    command.env("AWS_LAMBDA_RUNTIME_API", listener.local_addr()?.to_string());
    let begin = Instant::now();
    let mut child = Running(command.spawn().context("the process does not start")?);
    let (accepted, waiting) = mpsc::channel::<()>();
    let (process, address) = (&mut child, listener.local_addr()?);
    let mut stream = thread::scope(|scope| {
        // Who ends or dawdles never connects: then somebody else does, so that the wait below ends.
        scope.spawn(move || {
            while let Err(RecvTimeoutError::Timeout) = waiting.recv_timeout(LOOK) {
                let ended = !matches!(process.0.try_wait(), Ok(None));
                if ended || begin.elapsed() > PATIENCE {
                    drop(TcpStream::connect(address));
                    return;
                }
            }
        });
        let came = listener.accept();
        drop(accepted);
        came
    })?
    .0;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head = Vec::new();
    let mut some = [0; 1_024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut some)? {
            0 => bail!("the process hung up"),
            read => head.extend_from_slice(some.get(..read).unwrap_or_default()),
        }
    }
    let taken = begin.elapsed();
    ensure!(head.starts_with(NEXT.as_bytes()), "the process asked for something else first");
    Ok(taken)
}

/// Ends with the measurement.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        if self.0.kill().and_then(|()| self.0.wait()).is_err() {
            eprintln!("a measured process could not be ended");
        }
    }
}

/// The process as Lambda would start it: the variables of `template.yaml` and Lambda's own, and no others.
fn command(binary: &Path) -> Command {
    let mut command = Command::new(binary);
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).envs([
        ("AWS_LAMBDA_FUNCTION_NAME", "bench"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_LAMBDA_LOG_LEVEL", "INFO"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "bench"),
        ("AWS_SECRET_ACCESS_KEY", "bench"),
        ("AWS_SESSION_TOKEN", "bench"),
        ("APP_TABLE", "app"),
        ("LEDGER_TABLE", "ledger"),
        ("MEDIA_BUCKET", "media"),
        ("BILLING_QUEUE_URL", "https://sqs.us-east-1.amazonaws.com/000000000000/billing"),
        ("EVENT_BUS", "bus"),
        ("SIGNING_KEY_ID", "key"),
        ("PROOF_KEY_ID", "key"),
        ("PROOFS_BUCKET", "proofs"),
        ("STRIPE_SECRET_ID", "stripe"),
        ("SITE_URL", "https://parlor.test"),
        ("REALTIME_URL", "wss://parlor.test/live"),
        ("BRAND", "soulseer"),
        ("CURRENCY", "USD"),
        ("FEE_PERCENT", "30"),
        ("MAIL_FROM", "hello@parlor.test"),
    ]);
    command
}

#[cfg(test)]
mod tests {
    use super::start;
    use std::process::Command;

    /// A process of two lines of shell that asks as the Lambda runtime does, or does not.
    fn shell(script: &str) -> Command {
        let mut command = Command::new("bash");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_start_ends_with_the_first_request_for_an_event() {
        let ask = r#"exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API/:/\/}"; printf 'GET %s HTTP/1.1\r\n\r\n' "$0" >&3; read -r -u 3"#;
        let next = shell(&ask.replace("$0", "/2018-06-01/runtime/invocation/next"));
        for (mut command, well) in
            [(next, true), (shell(&ask.replace("$0", "/other")), false), (shell("exit 1"), false)]
        {
            assert_eq!(start(&mut command).is_ok(), well, "{command:?}");
        }
    }
}
