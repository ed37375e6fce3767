//! Other programs: run to the end, or kept running and always stopped.
//!
//! A kept program leads a process group of its own and is stopped with its whole group when its
//! handle is dropped: at the end, at Ctrl-C, at an error. `tools/guard.py` covers the case where
//! this process is killed.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

static STOP: OnceLock<Arc<AtomicBool>> = OnceLock::new();
const POLL: Duration = Duration::from_millis(50);
/// A stopped program may write its state first.
const PATIENCE: Duration = Duration::from_secs(20);
const TAIL_LINES: usize = 40;

/// From now on Ctrl-C and a polite kill only ask this process to stop.
pub fn watch_signals() -> Result<()> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in
        [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM, signal_hook::consts::SIGHUP]
    {
        signal_hook::flag::register(signal, Arc::clone(&flag)).context("cannot watch signals")?;
    }
    STOP.set(flag).map_err(|_| anyhow::anyhow!("signals are watched twice"))
}

/// Whether somebody asked this process to stop.
pub fn stop_asked() -> bool {
    STOP.get().is_some_and(|flag| flag.load(Ordering::Relaxed))
}

/// An error once somebody asked this process to stop.
pub fn go_on() -> Result<()> {
    if stop_asked() { bail!("stopped") } else { Ok(()) }
}

/// A moment between two looks at another process, which has no way to tell us.
#[expect(clippy::disallowed_methods, reason = "a process can only be polled for its end")]
pub fn pause() {
    std::thread::sleep(POLL);
}

/// Runs a program to its end with its output on the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let name = describe(command);
    let kept = Kept::start(command, "command", None)?;
    kept.wait().with_context(|| format!("`{name}` failed"))
}

/// Runs a program to its end with its output in a log file; a failure shows the end of it.
pub fn run_logged(command: &mut Command, log: &Path) -> Result<()> {
    let name = describe(command);
    let kept = Kept::start(command, "command", Some(log))?;
    kept.wait().map_err(|error| {
        if stop_asked() {
            return error;
        }
        anyhow::anyhow!("`{name}` failed. The end of {}:\n{}", log.display(), tail(log))
    })
}

/// Runs a program to its end and gives what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let name = describe(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run `{name}`"))?;
    if !output.status.success() {
        bail!("`{name}` failed");
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The last lines of a log.
pub fn tail(log: &Path) -> String {
    let text =
        fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(TAIL_LINES)..].join("\n")
}

fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words =
        vec![program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned()];
    words.extend(command.get_args().take(6).map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// A program that runs beside this one and never outlives it.
pub struct Kept {
    name: String,
    child: Option<Child>,
    log: Option<PathBuf>,
}

impl Kept {
    /// Starts `command` as the leader of a process group, with its output in `log`.
    pub fn start(command: &mut Command, name: &str, log: Option<&Path>) -> Result<Self> {
        go_on()?;
        if let Some(path) = log {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let file =
                File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            command.stdout(file.try_clone()?).stderr(file);
        }
        command.stdin(Stdio::null()).process_group(0);
        let program = describe(command);
        let child = command
            .spawn()
            .with_context(|| format!("cannot start `{program}`; is it installed?"))?;
        Ok(Self { name: name.to_owned(), child: Some(child), log: log.map(Path::to_path_buf) })
    }

    /// An error when the program has ended, with the end of its log.
    pub fn check(&mut self) -> Result<()> {
        let Some(child) = &mut self.child else { bail!("{} is stopped", self.name) };
        if let Some(status) = child.try_wait()? {
            let end = self.log.as_deref().map(tail).unwrap_or_default();
            bail!("{} ended ({status}):\n{end}", self.name);
        }
        Ok(())
    }

    /// Waits for the program's end; an error unless it ended well. Ctrl-C ends it.
    fn wait(mut self) -> Result<()> {
        loop {
            go_on()?;
            let Some(child) = &mut self.child else { bail!("{} is stopped", self.name) };
            if let Some(status) = child.try_wait()? {
                self.child = None;
                if status.success() {
                    return Ok(());
                }
                bail!("ended with {status}");
            }
            pause();
        }
    }

    /// Stops the program and everything it started; after a while, by force.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        signal_group("TERM", child.id());
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            match child.try_wait() {
                Ok(None) => pause(),
                _ => break,
            }
        }
        // What is left of the group, and the leader if it would not listen.
        signal_group("KILL", child.id());
        if let Err(error) = child.wait() {
            eprintln!("{} could not be waited for: {error}", self.name);
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        self.stop();
    }
}

fn signal_group(signal: &str, leader: u32) {
    // The shell's own `kill` is everywhere; the standard library has none for groups.
    let script = format!("kill -{signal} -{leader} 2>/dev/null");
    if let Err(error) = Command::new("sh").args(["-c", &script]).status() {
        eprintln!("process group {leader} could not be signalled: {error}");
    }
}

/// Waits until `ready` says so; an error when `kept` ends first or `limit` passes.
pub fn wait_until(kept: &mut Kept, limit: Duration, mut ready: impl FnMut() -> bool) -> Result<()> {
    let deadline = Instant::now() + limit;
    while !ready() {
        go_on()?;
        kept.check()?;
        if Instant::now() > deadline {
            bail!("{} was not ready within {} s", kept.name, limit.as_secs());
        }
        pause();
    }
    Ok(())
}

/// Runs a program and shows what it prints, but for the metrics that the product's own code writes for CloudWatch.
///
/// # Errors
/// It cannot be started, prints what is no text, or fails.
pub fn run_without_metrics(command: &mut Command) -> Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("{program} does not start"))?;
    let printed = child.stdout.take().context("it prints nowhere")?;
    for line in BufReader::new(printed).lines() {
        let line = line?;
        if !line.contains("\"CloudWatchMetrics\"") {
            println!("{line}");
        }
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("{program} failed ({status})");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Kept, output};
    use std::process::Command;

    #[test]
    fn a_dropped_program_takes_its_children_with_it() {
        let note = std::env::temp_dir().join(format!("parlor-kept-{}", std::process::id()));
        let script = format!("sleep 60 & echo $! > {}; wait", note.display());
        let kept = Kept::start(Command::new("sh").args(["-c", &script]), "test", None).unwrap();
        let child = loop {
            match std::fs::read_to_string(&note) {
                Ok(text) if text.ends_with('\n') => break text.trim().to_owned(),
                _ => std::thread::yield_now(),
            }
        };
        drop(kept);
        let alive = format!(
            "kill -0 {child} 2>/dev/null && [ \"$(cut -d' ' -f3 /proc/{child}/stat)\" != Z ] && echo alive || echo gone"
        );
        assert_eq!(output(Command::new("sh").args(["-c", &alive])).unwrap().trim(), "gone");
        std::fs::remove_file(&note).unwrap();
    }
}
