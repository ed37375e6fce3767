//! What crosses functions and crates: a client of a running stack, and the tests that hold the
//! whole together.

#[cfg(test)]
mod books;
#[cfg(test)]
mod bounds;
mod client;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod corpora;
#[cfg(test)]
mod engines;
#[cfg(test)]
#[path = "../../fuzz/src/lib.rs"]
mod fuzz;
#[cfg(test)]
mod ledger_model;
#[cfg(test)]
mod live_world;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod routes;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod second_factor;
#[cfg(test)]
mod security;
#[cfg(test)]
mod session_world;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod template;
#[cfg(test)]
mod whole;

pub use client::{Person, Reply, Stack, code_in};
