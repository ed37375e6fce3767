//! What crosses functions and crates: tests that hold the whole together.

#[cfg(test)]
mod template;
