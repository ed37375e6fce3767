//! Logs: one JSON object a line on standard output, which Lambda carries to CloudWatch.
//!
//! A failure is logged once, at the boundary that handles it, with the request id. Names, mail
//! addresses, tokens and bodies are never logged.

use tracing_subscriber::EnvFilter;

/// Starts logging. The level comes from `RUST_LOG` (default `info`). A second call does nothing.
pub fn start_tracing() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let result = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_env_filter(filter)
        .try_init();
    if result.is_err() {
        tracing::debug!("logging was started before");
    }
}
