//! What the fuzz targets do with their input: no panic, and laws that hold whatever comes.
//!
//! `cargo x fuzz <target>` runs one under libFuzzer; `tests/src/corpora.rs` compiles the same bodies
//! and replays `fuzz/corpus/<target>/` in every run of the tests.

pub mod cursor;
pub mod jwt;
pub mod money;
pub mod problem;
pub mod queue;
pub mod stripe;

/// A target's body.
pub type Body = fn(&[u8]);

/// Every target and its name.
pub const TARGETS: [(&str, Body); 6] = [
    ("cursor", cursor::run),
    ("jwt", jwt::run),
    ("money", money::run),
    ("problem", problem::run),
    ("queue", queue::run),
    ("stripe", stripe::run),
];

/// The first line of an input and what follows it; nothing for what is not text.
fn line(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}
