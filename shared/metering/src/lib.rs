//! Pure time on the meter: session states, leases, charges due, settlement, receipts.
//!
//! A session is a set of stored facts ([`Meter`]). What state it is in is a function of those facts, of what is leased,
//! of the last proofs of presence, and of the time of asking ([`Meter::at`]): nothing happens *because* somebody looked,
//! and a late observer finds what a punctual one would have found. Commands ([`Meter::join`], [`Meter::leave`], ...)
//! take the facts as of now and return new facts; the caller commits them.
//!
//! All instants are Unix milliseconds, all durations milliseconds; money is minor units. No clock, no I/O.
//! Rules: SoulSeer specification 3 and 4.7, read as the billing contract says: a minute is leased before it begins, and
//! a session that nobody renews is paused as of `paid_until`.
#![deny(clippy::float_arithmetic)]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod command;
mod lease;
mod meter;
mod observe;
mod receipt;
mod recompute;
mod settle;
mod state;

pub use command::Refusal;
pub use lease::{Funds, Lease, Step};
pub use meter::{Interval, Meter, Sides, Terms, Transition};
pub use observe::{Facts, Presence};
pub use receipt::{
    ChargedMinute, LeaseLine, Party, Receipt, ReceiptError, ReceiptInput, ReceiptInterval, Released,
};
pub use recompute::{Line, Rule};
pub use settle::Settlement;
pub use state::{EndReason, PauseReason, Side, State};

/// A request waits this long for an answer, and an accepted one as long for both to join (specification 3.5).
pub const WAIT_MS: i64 = 120_000;
/// A pause lasts at most this long (specification 3.7).
pub const GRACE_MS: i64 = 300_000;
/// All pauses of a session together last at most this long (specification 3.9).
pub const PAUSED_MS_MAX: i64 = 600_000;
/// A session pauses at most this often; the next pause ends it (specification 3.9).
pub const PAUSES_MAX: u32 = 5;
/// The room proves presence this often.
pub const HEARTBEAT_MS: i64 = 20_000;
/// A side not heard of for longer than this was lost when it was last heard of: two heartbeats missed, and some.
pub const LOST_AFTER_MS: i64 = 50_000;
/// Below this many affordable minutes the member is warned (specification 3.16).
pub const LOW_FUNDS_MINUTES: u32 = 2;
