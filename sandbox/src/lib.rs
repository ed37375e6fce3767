//! The outside world on a loopback port: card payments and sign-in without a network and without money.
//!
//! One process that speaks the wire formats of the vendors the product uses: Stripe's API with its hosted page and
//! signed webhooks, an OpenID Connect issuer, and Whereby's API with its rooms. The product never knows that it is here; it only has another base
//! URL. Development and tests only: nothing in it is meant to be reachable from another machine.
//!
//! [`app`] gives the router for a given [`Config`]; [`Running`] serves it on a loopback port with its background
//! tasks, which is what the binary and the tests use.

// `json!` counts a step for each field, and Stripe's objects have many.
#![recursion_limit = "256"]

mod checkout_page;
mod clock;
mod config;
mod connect_page;
mod control;
mod control_page;
mod html;
mod oidc;
mod state;
mod store_file;
mod stripe;
mod webhooks;
mod whereby;

mod running;

pub use config::{Config, OidcClient};
pub use oidc::people::Person;
pub use running::{Running, app};
pub use state::Sandbox;
pub use webhooks::signature::sign;
