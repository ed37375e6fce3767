//! A world with a member, a host and the room between them: what session tests drive.
//!
//! The clock is set in seconds since the start of the world. A room that runs proves presence every heartbeat and renews
//! when the session says so, as the site does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use jiff::{SignedDuration, Timestamp};
use ledger::{Currency, FeeRule, MinuteRefund, Money, RefundFunding, minute_refund};
use runtime::{BatchReply, Clock, SqsEvent, SqsMessage};
use serde_json::{Value, json};
use sessions::queue::Queue;
use sessions::{App, billing_charge, billing_tick};
use store::Transaction;
use store::host::{HostItem, Rates};
use store::wallet::{EntryNotes, change_earnings, change_spending, put_entry};
use testkit::{Kit, Person, Reply, START, call, get, post, put};

use crate::books::Books;

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The member, C in the specification.
    C,
    /// The host, R in the specification.
    R,
    /// Somebody else.
    Stranger,
}

/// The world.
pub struct World {
    pub kit: Arc<Kit>,
    pub router: Router,
    pub c: Person,
    pub r: Person,
    pub stranger: Person,
    keys: Arc<AtomicU32>,
}

impl World {
    /// C with a balance; R online with text 2.00 and voice 3.00, no video.
    pub async fn new(balance_minor: i64) -> Self {
        Self::with(Kit::new().await, balance_minor).await
    }

    /// As [`World::new`] in a world that was prepared.
    pub async fn with(kit: Kit, balance_minor: i64) -> Self {
        let (c, r) = (kit.member("Cleo").await, kit.host("Rhea").await);
        let stranger = kit.member("Sven").await;
        if balance_minor > 0 {
            kit.fund(&c, balance_minor).await;
        }
        profile(&kit, &r).await;
        let router = router(&kit);
        Self { kit: Arc::new(kit), router, c, r, stranger, keys: Arc::new(AtomicU32::new(1)) }
    }

    /// The same world with another pair in it.
    pub fn of(world: &Self, c: Person, r: Person) -> Self {
        Self {
            kit: world.kit.clone(),
            router: world.router.clone(),
            c,
            r,
            stranger: world.stranger.clone(),
            keys: world.keys.clone(),
        }
    }

    /// Sets the clock.
    pub fn at(&self, seconds: i64) {
        self.at_ms(seconds * 1_000);
    }

    /// Sets the clock in milliseconds.
    pub fn at_ms(&self, milliseconds: i64) {
        let start: Timestamp = START.parse().unwrap();
        self.kit.clock.set(start + SignedDuration::from_millis(milliseconds));
    }

    /// Seconds since the start of the world.
    pub fn seconds(&self, instant: &Value) -> i64 {
        let start: Timestamp = START.parse().unwrap();
        let at: Timestamp = instant.as_str().unwrap().parse().unwrap();
        at.as_second() - start.as_second()
    }

    pub fn person(&self, who: Who) -> &Person {
        match who {
            Who::C => &self.c,
            Who::R => &self.r,
            Who::Stranger => &self.stranger,
        }
    }

    /// A token of now.
    pub async fn token(&self, who: Who) -> String {
        self.kit.token(&self.person(who).user).await
    }

    /// A key that was not used before.
    pub fn fresh_key(&self) -> String {
        format!("request-{:05}", self.keys.fetch_add(1, Ordering::Relaxed))
    }

    /// `GET path`.
    pub async fn get(&self, who: Who, path: &str) -> Reply {
        call(&self.router, get(path).bearer(&self.token(who).await)).await
    }

    /// `PUT path`.
    pub async fn put(&self, who: Who, path: &str, body: Value) -> Reply {
        call(&self.router, put(path).bearer(&self.token(who).await).json(body)).await
    }

    /// `POST path` with a fresh idempotency key (ignored where none is needed).
    pub async fn post(&self, who: Who, path: &str, body: Value) -> Reply {
        let request = post(path).bearer(&self.token(who).await).key(&self.fresh_key());
        call(&self.router, request.json(body)).await
    }

    /// A command on a session: `accept`, `join`, ...
    pub async fn order(&self, who: Who, session_id: &str, verb: &str) -> Reply {
        self.post(who, &format!("/v1/sessions/{session_id}/{verb}"), json!({})).await
    }

    /// A command that must work; the session as it then is.
    pub async fn done(&self, who: Who, session_id: &str, verb: &str) -> Value {
        let reply = self.order(who, session_id, verb).await;
        assert_eq!(reply.status, 200, "{verb} by {who:?}: {}", reply.text);
        reply.body
    }

    /// Gives the second minute of a settled voice session back, out of the shares.
    pub async fn refund_second_minute(&self, session_id: &str) {
        let (c, r) = (self.c.id(), self.r.id());
        let refund = MinuteRefund {
            member: &c,
            host: &r,
            session: session_id,
            minute: 2,
            rate: Money::new(300, Currency::USD),
            amount_minor: 300,
            funding: RefundFunding::Shares,
        };
        let entry = minute_refund(&refund, &FeeRule::new("soulseer", "30").unwrap()).unwrap();
        let at_ms = self.kit.ctx().now().as_millisecond();
        let tx = put_entry(Transaction::new(), &c, &entry, at_ms, EntryNotes::default());
        let tx = change_earnings(change_spending(tx, &c, 300, |update| update), &r, -210);
        self.kit.store().commit(tx).await.unwrap();
    }

    /// C asks R.
    pub async fn ask(&self, modality: &str) -> Reply {
        let body = json!({ "host_id": self.r.id(), "modality": modality });
        self.post(Who::C, "/v1/sessions", body).await
    }

    /// A waiting voice session.
    pub async fn requested(&self) -> String {
        let reply = self.ask("voice").await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.body["id"].as_str().unwrap().to_owned()
    }

    /// A voice session that is active from now on.
    pub async fn active(&self) -> String {
        let id = self.requested().await;
        self.done(Who::R, &id, "accept").await;
        self.done(Who::C, &id, "join").await;
        let session = self.done(Who::R, &id, "join").await;
        assert_eq!(session["state"], "active");
        id
    }

    /// The session as a participant reads it.
    pub async fn read(&self, who: Who, session_id: &str) -> Value {
        let reply = self.get(who, &format!("/v1/sessions/{session_id}")).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body
    }

    /// The room runs from one second to another: both sides prove presence each heartbeat, and the member's browser
    /// renews when it is time.
    pub async fn room(&self, session_id: &str, from: i64, until: i64) {
        let mut now = from;
        loop {
            let next_beat = now - now.rem_euclid(20) + 20;
            let session = self.read(Who::C, session_id).await;
            let renew_at = match &session["renew_at"] {
                Value::Null => i64::MAX,
                instant => self.seconds(instant),
            };
            now = next_beat.min(if renew_at > now { renew_at } else { i64::MAX });
            if now >= until {
                self.at(until);
                return;
            }
            self.at(now);
            self.done(Who::C, session_id, "renew").await;
            self.done(Who::R, session_id, "renew").await;
        }
    }

    /// Both sides prove presence.
    pub async fn beat(&self, session_id: &str) {
        self.done(Who::C, session_id, "renew").await;
        self.done(Who::R, session_id, "renew").await;
    }

    /// The queue.
    pub fn queue(&self) -> Queue {
        let client = aws_sdk_sqs::Client::new(&self.kit.aws.config());
        Queue::new(client, &self.kit.config.billing_queue_url)
    }

    /// The messages that a tick now sends.
    pub async fn tick_messages(&self) -> Vec<String> {
        let before = self.kit.aws.sent("SendMessageBatch").len();
        billing_tick::handle(&self.queue(), self.kit.clock.now()).await.unwrap();
        bodies(&self.kit.aws.sent("SendMessageBatch")[before..])
    }

    /// A worker's reply to messages.
    pub async fn work(&self, messages: Vec<String>) -> BatchReply {
        let (ctx, queue) = (self.kit.ctx(), self.queue());
        billing_charge::handle(&ctx, &queue, event(messages)).await
    }

    /// A tick now, and all the work it asks for.
    pub async fn tick(&self) {
        let reply = self.work(self.tick_messages().await).await;
        assert!(reply.batch_item_failures.is_empty(), "{reply:?}");
    }

    /// What C may spend.
    pub async fn balance(&self) -> i64 {
        self.kit.store().wallet(&self.c.id()).await.unwrap().unwrap().available_minor
    }

    /// The books, balanced.
    pub fn books(&self) -> Books {
        Books::of(&self.kit)
    }

    /// C's spendable balance, R's earnings and the platform's fees, with the books balanced and nothing held.
    pub fn settled(&self) -> (i64, i64, i64) {
        let books = self.books();
        assert_eq!(books.held(), 0, "{books:?}");
        (books.spending(&self.c.id()), books.earnings(&self.r.id()), books.fees())
    }

    /// A session's item as it is stored.
    pub fn stored(&self, session_id: &str) -> Value {
        let items = self.kit.items("app", &format!("SESSION#{session_id}"));
        items.into_iter().find(|item| item["sk"]["S"] == "SESSION").unwrap()
    }
}

/// The sessions domain over a world.
pub fn router(kit: &Kit) -> Router {
    web::serve(sessions::router(App::new(kit.ctx())))
}

/// A batch of messages.
pub fn event(messages: Vec<String>) -> SqsEvent {
    let message = |(number, body)| SqsMessage { message_id: format!("m{number}"), body };
    SqsEvent { records: messages.into_iter().enumerate().map(message).collect() }
}

/// The bodies of what was sent.
pub fn bodies(batches: &[Value]) -> Vec<String> {
    let entries = batches.iter().flat_map(|batch| batch["Entries"].as_array().unwrap());
    entries.map(|entry| entry["MessageBody"].as_str().unwrap().to_owned()).collect()
}

/// Writes the profile of a verified host who is online with text 2.00 and voice 3.00.
pub async fn profile(kit: &Kit, host: &Person) -> HostItem {
    let item = profile_of(host);
    let store = kit.store();
    store.commit(store::host::create(Transaction::new(), &item)).await.unwrap();
    change_profile(kit, &item, |_| {}).await
}

/// The profile of a verified host with text 2.00 and voice 3.00.
pub fn profile_of(host: &Person) -> HostItem {
    let rates = Rates { text_minor: Some(200), voice_minor: Some(300), video_minor: None };
    testkit::profile(&host.user, rates)
}

/// Changes a host's profile.
pub async fn change_profile(
    kit: &Kit,
    host: &HostItem,
    change: impl FnOnce(&mut HostItem),
) -> HostItem {
    let store = kit.store();
    let read = store.host(host.host_id).await.unwrap().unwrap();
    let mut next = read.clone();
    change(&mut next);
    store.commit(store::host::save(Transaction::new(), &read, &next)).await.unwrap();
    store.host(host.host_id).await.unwrap().unwrap()
}
