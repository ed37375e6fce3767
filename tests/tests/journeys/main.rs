//! Journeys over HTTP on a deployed stack: what a browser, a card processor and a schedule would do, against the
//! template's own functions, tables, queues and roles. `cargo x test` starts the stack and says where it is.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod aws;
mod browser;
mod card_money;
mod figures;
mod front_door;
mod hosting;
mod incidents;
mod latency;
mod live;
mod oidc;
mod operator;
mod proofs;
mod queue;
mod rights;
mod rooms;
mod session;
mod session_money;
mod sign_in;
mod top_up;
mod world;
