//! Processor time: what a figure takes of a machine that others use too.

use std::time::Duration;

use anyhow::{Context, Result};

/// How long this thread has had the processor (Linux: nanoseconds, the first figure of `schedstat`). The kernel counts it
/// at its own ticks, so only sums over many of them mean something.
///
/// # Errors
/// There is no such file.
pub fn time() -> Result<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")
        .context("processor time is read from Linux's /proc")?;
    let nanoseconds = text.split_whitespace().next().context("no figure in schedstat")?;
    Ok(Duration::from_nanos(nanoseconds.parse()?))
}
