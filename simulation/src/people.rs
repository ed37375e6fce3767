//! Who is in a seed's world, and how they get into its tables.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use ledger::Currency;
use store::host::{HostItem, Rates, Status};
use store::user::{HostStatus, Role, User, email_key};
use store::{Store, Transaction};
use uuid::Uuid;

/// How many members there are.
pub const MEMBERS: usize = 4;
/// How many hosts.
pub const HOSTS: usize = 3;

/// The people: members, then hosts, then one admin. The same in each seed, so that their tokens are too.
#[must_use]
pub fn people(made_at: Timestamp) -> Vec<User> {
    (0..=MEMBERS + HOSTS).map(|number| user(number, made_at)).collect()
}

fn user(number: usize, made_at: Timestamp) -> User {
    let host = (MEMBERS..MEMBERS + HOSTS).contains(&number);
    let role = if host {
        Role::Host
    } else if number < MEMBERS {
        Role::Member
    } else {
        Role::Admin
    };
    let name = format!("person{number}");
    User {
        id: Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 + number as u128),
        email: format!("{name}@example.com"),
        display_name: name.clone(),
        roles: BTreeSet::from([role, Role::Member]),
        time_zone: None,
        host_status: if host { HostStatus::Verified } else { HostStatus::None },
        host_slug: host.then_some(name),
        suspended: false,
        token_generation: 0,
        created_at: made_at,
        version: 1,
    }
}

/// Writes them with empty balances, and the hosts' profiles with one rate for voices.
///
/// # Panics
/// When the store refuses.
pub async fn settle_in(store: &Store, people: &[User], rate_minor: impl Fn(usize) -> i64) {
    for (number, user) in people.iter().enumerate() {
        let id = user.id.to_string();
        let tx = store::user::create(Transaction::new(), user);
        let tx = store::user::create_identity(tx, &email_key(&user.email), user.id);
        let mut tx = store::wallet::create_wallet(tx, &id, Currency::USD);
        if user.is(Role::Host) {
            tx = store::wallet::create_earnings(tx, &id, Currency::USD);
        }
        store.commit(tx).await.expect("a person");
        if user.is(Role::Host) {
            let profile = profile(user, rate_minor(number));
            store.commit(store::host::create(Transaction::new(), &profile)).await.expect("a host");
            let read = store.host(user.id).await.expect("a read").expect("a profile");
            let tx = store::host::save(Transaction::new(), &read, &read);
            store.commit(tx).await.expect("a card");
        }
    }
}

fn profile(user: &User, rate_minor: i64) -> HostItem {
    HostItem {
        host_id: user.id,
        slug: user.display_name.clone(),
        name: user.display_name.clone(),
        bio: "Listens.".into(),
        specialties: vec!["tarot".into()],
        rates: Rates { text_minor: None, voice_minor: Some(rate_minor), video_minor: None },
        currency: Currency::USD,
        photo_key: None,
        status: Status::Verified,
        reject_reason: None,
        statement: "Ten years.".into(),
        online: true,
        rating_total: 0,
        review_count: 0,
        session_count: 0,
        applied_at_ms: 0,
        verified_at_ms: Some(0),
        decided_by: None,
        version: 1,
    }
}

/// A number as the table stores it.
#[must_use]
pub fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
