//! What every route shares: the context, who is calling, strict input, problems, idempotency,
//! cursors, rate limits, and the layer that finishes each reply.
//!
//! A handler takes extractors ([`Caller`], [`Json`], [`Keyed`], [`Path`], [`Query`]), asks pure
//! code for a decision, commits one transaction, and gives back its reply or a [`Problem`].

mod address;
mod at;
mod audit;
mod caller;
mod cookie;
mod ctx;
mod cursor;
mod docs;
mod finish;
mod idempotency;
mod json;
pub mod jwt;
mod kind;
mod kms_key;
mod limit;
mod links;
mod list;
mod params;
mod problem;
mod route;
mod secret;
mod text;
mod tokens;

pub use address::ClientAddress;
pub use at::At;
pub use audit::{Deed, audit};
pub use caller::{Caller, RECENT_SECONDS, lacks_second_factor};
pub use cookie::Cookie;
pub use ctx::Ctx;
pub use cursor::{after, next_cursor};
pub use docs::describe;
pub use finish::serve;
pub use idempotency::{IdempotencyKey, Keyed, Once, Recorder, once};
pub use json::Json;
pub use kind::Kind;
pub use kms_key::{KmsKey, Public};
pub use limit::limit;
pub use list::List;
pub use params::{Path, Query};
pub use problem::{Fault, Faults, Problem, ProblemBody};
pub use route::{Auth, Need, Route, Trigger};
pub use secret::{random_bytes, random_secret, same_secret, secret_hash};
pub use text::trimmed;
pub use tokens::{ACCESS_SECONDS, Amr, Claims, SignedIn, TokenError, Tokens};
