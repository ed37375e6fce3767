//! What every binary needs before its domain can start: the clock, the configuration, the AWS
//! configuration built once, logs, metrics, and the loops that feed it HTTP requests, queue
//! messages and stream records.
//!
//! This crate knows no table, no route and no rule of the product. It is the only one that reads
//! the environment and the machine's clock.

mod aws;
mod batch;
mod clock;
mod config;
mod event;
mod http_loop;
mod metrics;
mod socket;
mod telemetry;

pub use aws::aws_config;
pub use batch::{
    BatchReply, Failure, SqsEvent, SqsMessage, StreamEvent, StreamImage, StreamRecord,
    each_message, each_record,
};
#[cfg(feature = "seeded")]
pub use clock::seeded;
pub use clock::{Clock, SystemClock, new_id};
pub use config::{Config, ConfigError, OidcIssuer};
pub use event::run_events;
pub use http_loop::{Peer, RequestId, run_http};
pub use metrics::{Unit, emit, metric_line};
pub use socket::{SocketContext, SocketEvent, SocketEventType, SocketReply};
pub use telemetry::start_tracing;

/// What ends a process: a bootstrap that cannot start says why and leaves.
pub type Error = lambda_runtime::Error;
