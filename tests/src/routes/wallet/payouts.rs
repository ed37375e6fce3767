//! Payouts: the weekly run, the host's and the admin's routes, and the processor's events about them.

mod admin;
mod events;
mod host;
pub(crate) mod payday;
mod run;
