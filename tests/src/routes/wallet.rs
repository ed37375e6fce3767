//! The wallet domain, one file a route, and the processor's events in every order.

mod event_orders;
pub mod payouts;
mod read_earnings;
mod read_statement;
mod read_top_up;
mod read_wallet;
mod receive_stripe_event;
mod refund_minute;
mod scenarios;
mod start_top_up;
pub mod till;
