//! Balances, statements, top-ups, refunds; the processor's events; the conservation check.
//!
//! `apply.rs` (an event's effect on a wallet) joins the crate as soon as `payments` offers `StripeEvent`.

pub mod conserve;
