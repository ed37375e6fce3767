//! What tests stand on: a fake AWS without sockets behind the real SDK, a clock that is set, people,
//! and requests to a router.
//!
//! A [`Kit`] is one world: an in-process DynamoDB (dynoxide) with the tables of `template.yaml`, a KMS
//! key made at run time, and recorders for queues, the bus, mail and objects. Each test makes its own.
//! Nothing here sleeps, and the SDK's own retries are off, so a run depends on its inputs alone.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's support stops the test when its own assumptions fail"
)]

mod aws;
mod clock;
mod dynamo;
mod faults;
mod key;
mod kit;
mod memory;
mod objects;
mod people;
mod request;
mod turn;

pub use aws::{Aws, Call, Usage};
pub use clock::FixedClock;
pub use dynamo::create_tables;
pub use faults::{Fault, Faults};
pub use key::{forge, public_key_der, sign};
pub use kit::{Kit, START};
pub use memory::{Calm, Changed, Fate, Memory, Verb};
pub use people::{Person, fund, person, profile, token};
pub use request::{Reply, Request, call, delete, get, patch, post, put};
pub use turn::Turn;
