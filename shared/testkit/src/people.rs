//! People, written straight into the store with their wallets.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use jiff::{SignedDuration, Timestamp};
use ledger::{Currency, Money};
use runtime::{Clock, new_id};
use store::Transaction;
use store::host::{HostItem, Rates, Status};
use store::user::{HostStatus, Role, User, email_key};
use store::wallet::EntryNotes;
use web::{Ctx, SignedIn};

use crate::Kit;

/// A signed-in person.
#[derive(Clone, Debug)]
pub struct Person {
    /// As written; later changes are not in it.
    pub user: User,
    /// An access token of now.
    pub token: String,
}

impl Person {
    /// The id as text.
    #[must_use]
    pub fn id(&self) -> String {
        self.user.id.to_string()
    }
}

/// The profile of a verified host who is online: what the hosts domain has after an approval.
#[must_use]
pub fn profile(user: &User, rates: Rates) -> HostItem {
    HostItem {
        host_id: user.id,
        slug: user.display_name.to_lowercase(),
        name: user.display_name.clone(),
        bio: "Listens.".into(),
        specialties: vec!["tarot".into()],
        rates,
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

impl Kit {
    /// A member with an empty wallet. `name` becomes `<name>@example.com` too, so it must be new in this world.
    pub async fn member(&self, name: &str) -> Person {
        self.person(name, &[]).await
    }

    /// A verified host with slug `<name>`, an empty wallet and empty earnings. The profile is the hosts domain's.
    pub async fn host(&self, name: &str) -> Person {
        self.person(name, &[Role::Host]).await
    }

    /// An admin with an empty wallet.
    pub async fn admin(&self, name: &str) -> Person {
        self.person(name, &[Role::Admin]).await
    }

    /// A token of now for a user who signed in now, with one factor.
    pub async fn token(&self, user: &User) -> String {
        token(&self.ctx(), user).await
    }

    /// Changes a user as it is stored.
    pub async fn change(&self, user: &User, change: impl FnOnce(&mut User)) -> User {
        let store = self.store();
        let found = store::user::find(&store, user.id).await.expect("a read");
        let mut user = found.expect("a user");
        change(&mut user);
        let tx = store::user::replace(Transaction::new(), &user);
        store.commit(tx).await.expect("a written user");
        user.version += 1;
        user
    }

    /// Adds to a member's spending balance, with the entry of a card payment.
    pub async fn fund(&self, member: &Person, amount_minor: i64) {
        fund(&self.ctx(), member, amount_minor).await;
    }

    async fn person(&self, name: &str, extra: &[Role]) -> Person {
        // A millisecond apart, so that "newest first" has one meaning.
        let made = i64::from(self.made.fetch_add(1, Ordering::Relaxed));
        let now =
            self.clock.now() - SignedDuration::from_secs(3600) + SignedDuration::from_millis(made);
        person(&self.ctx(), name, extra, now).await
    }
}

/// Writes a person who came at `created_at` into the store of a context, whichever store that is: a kit's or a deployed
/// stack's. With an empty wallet; a host with empty earnings and slug `<name>` too. `<name>@example.com` must be new.
pub async fn person(ctx: &Ctx, name: &str, extra: &[Role], created_at: Timestamp) -> Person {
    let slug = name.to_lowercase();
    let host = extra.contains(&Role::Host);
    let user = User {
        id: new_id(created_at),
        email: format!("{slug}@example.com"),
        display_name: name.to_owned(),
        roles: extra.iter().copied().chain([Role::Member]).collect::<BTreeSet<_>>(),
        time_zone: None,
        host_status: if host { HostStatus::Verified } else { HostStatus::None },
        host_slug: host.then(|| slug.clone()),
        suspended: false,
        second_factor: false,
        token_generation: 0,
        created_at,
        version: 1,
    };
    let id = user.id.to_string();
    let tx = store::user::create(Transaction::new(), &user);
    let tx = store::user::create_identity(tx, &email_key(&user.email), user.id);
    let mut tx = store::wallet::create_wallet(tx, &id, currency(ctx));
    if host {
        tx = store::wallet::create_earnings(tx, &id, currency(ctx));
    }
    ctx.store.commit(tx).await.expect("a written person");
    let token = token(ctx, &user).await;
    Person { user, token }
}

/// A token of now, by the key of a context, for a user who signed in now with one factor.
pub async fn token(ctx: &Ctx, user: &User) -> String {
    let now = ctx.now();
    let signed_in = SignedIn { at: now, two_factors: false };
    ctx.tokens.issue(user, signed_in, now).await.expect("a token")
}

/// Adds to a member's spending balance in the store of a context, with the entry of a card payment.
pub async fn fund(ctx: &Ctx, member: &Person, amount_minor: i64) {
    let (id, now) = (member.id(), ctx.now());
    let amount = Money::new(amount_minor, currency(ctx));
    let top_up = new_id(now).to_string();
    let entry = ledger::top_up(&id, &top_up, amount).expect("an entry");
    let notes = EntryNotes { top_up_id: Some(top_up), ..EntryNotes::default() };
    let tx = Transaction::new();
    let tx = store::wallet::put_entry(tx, &id, &entry, now.as_millisecond(), notes);
    let tx = store::wallet::change_spending(tx, &id, amount_minor, |update| update);
    ctx.store.commit(tx).await.expect("a funded wallet");
}

fn currency(ctx: &Ctx) -> Currency {
    Currency::parse(&ctx.config.currency).expect("a currency")
}
