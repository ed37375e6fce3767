//! The bootstrap of the sessions domain.

fn main() {}
