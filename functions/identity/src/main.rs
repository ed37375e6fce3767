//! The bootstrap of the identity domain.

fn main() {}
