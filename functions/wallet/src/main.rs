//! The bootstrap of the wallet domain.

fn main() {}
