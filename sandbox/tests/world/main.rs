//! The sandbox as the product meets it: over HTTP on a loopback port.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod checkout;
mod idempotency;
mod oidc;
mod receiver;
mod support;
mod webhooks;
