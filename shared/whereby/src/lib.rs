//! Whereby's REST API, as far as rooms need it: a meeting is created and deleted. The only crate that knows its shapes.

mod client;
mod error;
mod wire;

pub use client::Whereby;
pub use error::WherebyError;
pub use outward::RetryPolicy;

use jiff::Timestamp;

/// A meeting: a room at Whereby with a window of time.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Meeting {
    /// Whereby's id of it.
    pub id: String,
    /// The guest's way in.
    pub room_url: String,
    /// The host's way in; whoever has it may let others in and throw them out.
    pub host_room_url: String,
    /// The end of the window. Whereby removes the room an hour later.
    pub ends_at: Timestamp,
}
