//! The rules of the school: the acceptance scenarios 1 to 25 by number, and
//! laws that hold for ten thousand random cases each.
#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at the first thing that is not as it must be"
)]

mod laws_money;
mod laws_offers;
mod laws_people;
mod laws_settings;
mod laws_terms;
mod scenarios_classes;
mod scenarios_money;
mod scenarios_people;
mod scenarios_terms;
mod settings;
mod support;
