//! Agora's access tokens, AccessToken2 ("007"): pure, no clock, no randomness, no network.
//!
//! A token is `007` and the base64 of a zlib stream of signature and contents. The contents name the app, the instant of
//! issue, the lifetime in seconds, a salt and the services with their privileges; the signature is their HMAC-SHA256 under
//! a key that two HMACs derive from the app's certificate, the instant and the salt. Numbers are little endian, texts have
//! their length before them. For equal inputs the bytes equal those of npm `agora-token` (`tests/vendor.rs`).

mod deflate;
mod pack;
mod token;

pub use token::{App, Issue, Privilege, SALT_MAX, Service, TokenError, contents, token};
