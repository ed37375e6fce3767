//! Proofs: what lets a member check a receipt without trusting us. Format: `docs/proofs.md`.
//!
//! - [`tree`]: the Merkle tree of RFC 9162 over the entries of an hour.
//! - [`EntryProof`], [`leaf_data`]: an entry as the bytes that a leaf is the hash of, blinded by a salt.
//! - [`Root`], [`SignedRoot`]: an hour's root as it is signed and published.
//! - [`report`]: a downloaded receipt checked line by line. The browser runs this function, compiled to WebAssembly.
//!
//! Pure: no clock, no I/O, no key. The signature itself is checked by whoever has RSA (the browser's WebCrypto).
#![deny(clippy::float_arithmetic)]
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects))]

mod entry;
mod links;
mod report;
mod root;
pub mod tree;

pub use entry::{EntryProof, Inclusion, LeafError, Proofs, SALT_BYTES, leaf_data};
pub use links::{EntryLine, Included, Link, LinkRule};
pub use report::{DOCUMENT_BYTES_MAX, Problem, Report, RootLine, report, report_json};
pub use root::{Header, Hour, Jwk, Root, RootError, SignedRoot};
