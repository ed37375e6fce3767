//! Money from and to the card world: the requests we make of Stripe and the events it sends us.
//!
//! The one crate that knows a payment vendor. Requests are built with `async-stripe`; answers and webhook
//! events are read by lenient structs of our own, because a strict reader that meets a newer shape would
//! report a failure after the money has already moved.
//!
//! Deliberately absent: any store, any clock, any decision about a balance.

mod checkout;
mod client;
mod connect;
mod error;
mod event;
mod refund;
mod signature;
mod transport;
mod wire;

pub use checkout::{Checkout, CheckoutIntent};
pub use client::Payments;
pub use connect::{AccountIntent, AccountLink, AccountLinkIntent, Transfer, TransferIntent};
pub use error::PaymentError;
pub use event::{EventError, StripeEvent, StripeFact, parse};
pub use outward::RetryPolicy;
pub use refund::{Refund, RefundIntent};
pub use signature::{SIGNATURE_TOLERANCE_SECONDS, SignatureError, verify};
