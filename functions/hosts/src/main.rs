//! The bootstrap of the hosts domain.

fn main() {}
