//! The school's engine: terms, class offers, prices, levels, resources and
//! registration, as pure functions.
//!
//! No clock, no storage, no HTTP: "today" is an argument (a civil date in the
//! school's zone, see [`calendar::Zone`]), money is `i64` minor units of the
//! school's one currency, and what must change elsewhere is returned as a
//! plan, never written. The rules come from the school specification, whose
//! section numbers the docstrings give; `docs/school.md` explains them with
//! worked examples and lists every departure from the original program.
//!
//! ```text
//! calendar ── settings ─┬─ term ──┬─ offer ──── resource
//!             money ────┤         └─ (plans for neighbouring terms)
//!             level ────┴─ subject ─┬─ price
//!                                   └─ progress
//!             registration  (accounts and names; stands alone)
//! ```
//!
//! | Module | Question it answers | Section |
//! |---|---|---|
//! | [`settings`] | which defaults hold, and is each of them sensible? | 1 |
//! | [`money`] | what is this amount in minor units? | - |
//! | [`level`], [`subject`] | what is taught, how is it labelled and ordered? | 2.2 |
//! | [`term`] | when does a term run, which comes next, what must move? | 3.1-3.5, 3.7, 3.9 |
//! | [`offer`] | on which days does a class run, and how is that said? | 2.3, 3.6 |
//! | [`resource`] | is this material visible today, and to this person? | 2.5, 3.8 |
//! | [`price`] | what does a cart cost, what is still owed? | 3.10 |
//! | [`progress`] | which level has a student reached? | 3.11 |
//! | [`registration`] | who registers, who pays, is an account needed? | 2.6, 4.1 |
//!
//! In the specification a term is called a "session"; on this platform a
//! session is live time with a host, so the word here is [`term::Term`].

pub mod level;
pub mod money;
pub mod offer;
pub mod price;
pub mod progress;
pub mod registration;
pub mod resource;
pub mod settings;
pub mod subject;
pub mod term;

pub use settings::Settings;
