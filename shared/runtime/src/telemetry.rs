//! Logs: one JSON object a line on standard output, which Lambda carries to CloudWatch.
//!
//! A failure is logged once, at the boundary that handles it, with the request id. Names, mail
//! addresses, tokens and bodies are never logged.

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Starts logging. The level comes from `RUST_LOG` (`info` if it says nothing): a level, or levels by crate such as
/// `info,aws_smithy_runtime=debug`. A second call does nothing.
///
/// Not `EnvFilter`: it also filters by the fields of spans, for which each archive would carry a regex engine.
#[expect(clippy::disallowed_methods, reason = "logs begin before the configuration is read")]
pub fn start_tracing() {
    let wanted = std::env::var("RUST_LOG").ok().filter(|text| !text.is_empty());
    let wanted = wanted.and_then(|text| text.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO));
    let lines =
        tracing_subscriber::fmt::layer().json().flatten_event(true).with_current_span(false);
    let result = tracing_subscriber::registry().with(lines.with_filter(filter)).try_init();
    if result.is_err() {
        tracing::debug!("logging was started before");
    }
}
