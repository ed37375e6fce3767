//! Who is in a seed's world, and how they get into its tables.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::Timestamp;
use ledger::{Account, Currency, Entry, EntryKey, Reason};
use store::host::Rates;
use store::payout::{ConnectItem, PayeeItem, connect_key, replace_payee};
use store::user::{HostStatus, Role, User, email_key};
use store::wallet::{EntryNotes, earn, put_entry};
use store::{Store, Table, Transaction};
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
        second_factor: false,
        token_generation: 0,
        created_at: made_at,
        version: 1,
    }
}

/// The connected account of a host at the processor.
#[must_use]
pub fn account_of(host_id: &str) -> String {
    format!("acct_{}", host_id.replace('-', ""))
}

/// Writes them with empty balances, and the hosts' profiles with one rate for voices; hosts can be paid.
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
            tx = payee(tx, &id);
        }
        store.commit(tx).await.expect("a person");
        if user.is(Role::Host) {
            let voice_minor = Some(rate_minor(number));
            let rates = Rates { text_minor: None, voice_minor, video_minor: None };
            let profile = testkit::profile(user, rates);
            store.commit(store::host::create(Transaction::new(), &profile)).await.expect("a host");
            let read = store.host(user.id).await.expect("a read").expect("a profile");
            let tx = store::host::save(Transaction::new(), &read, &read);
            store.commit(tx).await.expect("a card");
        }
    }
}

/// The host has gone through the processor's form.
fn payee(tx: Transaction, host_id: &str) -> Transaction {
    let account = account_of(host_id);
    let connect = ConnectItem { host_id: host_id.to_owned() };
    let tx = tx.create("connect", Table::App, &connect_key(&account), &connect);
    let payee = PayeeItem {
        host_id: host_id.to_owned(),
        account_id: Some(account),
        payouts_enabled: true,
        details_submitted: true,
        ..PayeeItem::default()
    };
    replace_payee(tx, None, payee)
}

/// What a host had earned before the world began, as a settlement of that time.
///
/// # Panics
/// When the store refuses.
pub async fn earned_before(store: &Store, host_id: &str, amount_minor: i64, at_ms: i64) {
    if amount_minor == 0 {
        return;
    }
    let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
    let key = EntryKey::new(runtime::new_id(at).to_string(), "SETTLEMENT");
    let earnings = Account::Earnings(host_id.to_owned());
    let postings = [(Account::Stripe, -amount_minor), (earnings, amount_minor)];
    let entry = Entry::new(key, Reason::Settlement, Currency::USD, postings).expect("an entry");
    let tx = put_entry(Transaction::new(), host_id, &entry, at_ms, EntryNotes::default());
    store.commit(earn(tx, host_id, amount_minor, at_ms)).await.expect("earnings");
}

/// A number as the table stores it.
#[must_use]
pub fn number(value: i64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}
