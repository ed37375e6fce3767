//! A world in which R is paid: the sandbox as processor, its page, its events, and the weekly run.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ledger::{Account, Currency, Entry, EntryKey, Reason};
use payments::{Payments, RetryPolicy};
use sandbox::Running;
use serde_json::{Value, json};
use store::Transaction;
use store::wallet::{EntryNotes, earn, put_entry};
use testkit::{Kit, Person, Reply, Request, START, call, get, post};
use wallet::run_payouts::{self, Ran};

use super::super::till::{self, Till};
use crate::books::Books;
use crate::session_world::{Who, World};

/// Seconds of a day.
pub const DAY: i64 = 86_400;

/// The Monday on which what was settled in the first week of the world is old enough: 2026-11-30, 06:00 UTC. The world
/// begins on Friday, 2026-11-20, at 15:00 UTC.
pub const MONDAY: i64 = 10 * DAY - 9 * 3_600;

/// The world.
pub struct Payday {
    pub world: World,
    pub till: Till,
    pub sandbox: Running,
    http: reqwest::Client,
}

impl Payday {
    /// R is a host without earnings, who has not said where they are paid.
    pub async fn new() -> Self {
        Self::with(Kit::new().await, 10_000).await
    }

    /// As [`Payday::new`] in a world that was prepared, with this balance of C's.
    pub async fn with(mut kit: Kit, balance_minor: i64) -> Self {
        let sandbox = till::connect(&mut kit).await;
        let world = World::with(kit, balance_minor).await;
        let till = Till::over(&world.kit);
        let http = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        Self { world, till, sandbox, http }
    }

    /// R has earned 42.00 by twenty minutes of voice, and can be paid. It is Monday.
    pub async fn earned() -> Self {
        let day = Self::new().await;
        let session = day.world.active().await;
        day.world.room(&session, 0, 1_170).await;
        day.world.at(1_175);
        day.world.done(Who::C, &session, "end").await;
        day.onboard(&day.world.r, "ready").await;
        day.world.at(MONDAY);
        day
    }

    /// A host earns an amount now, from nowhere but the processor.
    pub async fn earn(&self, host: &Person, minor: i64) {
        let now = self.world.kit.ctx().now();
        let key = EntryKey::new(runtime::new_id(now).to_string(), "SETTLEMENT");
        let postings = [(Account::Stripe, -minor), (Account::Earnings(host.id()), minor)];
        let entry = Entry::new(key, Reason::Settlement, Currency::USD, postings).unwrap();
        let at_ms = now.as_millisecond();
        let member = self.world.c.id();
        let tx = put_entry(Transaction::new(), &member, &entry, at_ms, EntryNotes::default());
        let tx = earn(tx, &host.id(), minor, at_ms);
        self.world.kit.store().commit(tx).await.unwrap();
    }

    /// The host goes through the processor's form; gives where the browser is sent.
    pub async fn onboard(&self, host: &Person, outcome: &str) -> String {
        let path = "/v1/host/payouts/onboarding";
        let reply = self.ask(host, post(path).key(&self.world.fresh_key()).json(json!({}))).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        let page = reply.body["url"].as_str().unwrap();
        let sent = self.http.post(page).form(&[("outcome", outcome)]).send().await.unwrap();
        assert_eq!(sent.status(), 303);
        self.told().await;
        sent.headers()["location"].to_str().unwrap().to_owned()
    }

    /// A request with a token of now.
    pub async fn ask(&self, person: &Person, request: Request) -> Reply {
        let token = self.world.kit.token(&person.user).await;
        call(&self.till.router, request.bearer(&token)).await
    }

    /// What a host reads of their payouts.
    pub async fn payouts(&self, host: &Person) -> Value {
        let reply = self.ask(host, get("/v1/host/payouts")).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body
    }

    /// Every event of the processor so far arrives, the oldest first.
    pub async fn told(&self) {
        for body in self.events().await {
            self.till.accept(&self.world.kit, &body).await;
        }
    }

    /// The bodies of the processor's events so far, the oldest first.
    pub async fn events(&self) -> Vec<String> {
        let listing = self.read("/_sandbox/events").await;
        let items = listing["items"].as_array().unwrap().iter().rev();
        items.map(|item| item["event"].to_string()).collect()
    }

    /// One of the sandbox's controls.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.sandbox.url());
        let reply = self.http.post(url).json(&body).send().await.unwrap();
        assert!(reply.status().is_success(), "{path}");
        reply.json().await.unwrap()
    }

    /// The processor's transfers.
    pub async fn transfers(&self) -> Vec<Value> {
        let listing = self.read("/v1/transfers?limit=100").await;
        listing["data"].as_array().unwrap().clone()
    }

    async fn read(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.sandbox.url());
        let request = self.http.get(url).bearer_auth("sk_test_till");
        request.send().await.unwrap().json().await.unwrap()
    }

    /// A run now, by a process of its own.
    pub async fn run(&self) -> Ran {
        self.try_run().await.unwrap()
    }

    /// As [`Payday::run`], where it may fail.
    pub async fn try_run(&self) -> Result<Ran, store::StoreError> {
        let kit = &self.world.kit;
        let app = wallet::App::new(kit.ctx(), &kit.aws.config());
        run_payouts::handle(&app, app.ctx.now()).await
    }

    /// A run now that asks the processor once for each thing.
    pub async fn run_without_repeats(&self) -> Ran {
        let kit = &self.world.kit;
        let mut app = wallet::App::new(kit.ctx(), &kit.aws.config());
        let retry = RetryPolicy { attempts_max: 1, first_backoff: Duration::ZERO };
        let url = Some(self.sandbox.url());
        let payments = Payments::new("sk_test_till", url, Duration::from_secs(60)).unwrap();
        app.stripe = app.stripe.with_payments(payments.with_retry(retry));
        run_payouts::handle(&app, app.ctx.now()).await.unwrap()
    }

    /// A quarter of an hour later.
    pub fn later(&self) {
        self.world.kit.clock.advance(900);
    }

    /// The Monday after.
    pub fn next_monday(&self) {
        let start: Timestamp = START.parse().unwrap();
        self.world.kit.clock.set(start + SignedDuration::from_secs(MONDAY + 7 * DAY));
    }

    /// R's earnings, what is set aside for payouts, and what the processor still has of ours.
    pub fn sums(&self) -> (i64, i64, i64) {
        let books = Books::of(&self.world.kit);
        (books.earnings(&self.world.r.id()), books.payouts(), -books.processor())
    }

    /// R's payouts as they are stored: state and amount, in order of their ids.
    pub fn stored(&self) -> Vec<(String, String)> {
        let items = self.world.kit.items("app", "PAYOUT#");
        let text = |item: &Value, name: &str, kind: &str| item[name][kind].as_str().unwrap().into();
        items.iter().map(|it| (text(it, "status", "S"), text(it, "amount_minor", "N"))).collect()
    }
}
