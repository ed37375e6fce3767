//! What Parlor's speed and cost are measured with: `cargo x bench`, `docs/performance.md`.
//!
//! Each module is one measurement and gives one flat report in JSON. Nothing here is product code, and nothing here is
//! asserted by time: the tests look at the shape of the reports and at the money that they moved.

pub mod aws;
pub mod cloud;
pub mod cold;
pub mod core;
pub mod latency;
pub mod partitions;
pub mod processor;
pub mod report;
pub mod scale;
pub mod tick;
pub mod world;
