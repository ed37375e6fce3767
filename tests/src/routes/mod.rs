//! Each route through its real router, one folder per domain, one file per route: anonymous,
//! stranger, owner, replay, conflict, then happy.

mod hosts;
mod identity;
mod proofs;
mod realtime;
mod rooms;
mod sessions;
pub mod wallet;
