//! The acceptance scenarios of SoulSeer, section 15, by number, to the cent.
//!
//! While a session runs, what the specification calls charged is held; shares become earnings and fees at the settlement,
//! and a minute leased ahead comes back if it never begins.

mod charging;
mod gates;
mod pauses;
mod states;
