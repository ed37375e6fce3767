//! Wallets. The routes and consumers of this domain stand beside this file, written against `payments`; they join the
//! crate (see `ROUTES` in the next change) as soon as that crate is here.

pub mod conserve;
