//! Payments against the wire: requests to an in-process sandbox, and webhooks as bytes.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod events;
mod requests;
mod signatures;
