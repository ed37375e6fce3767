//! The people of a journey, made anew for each test, and what they do together.
#![expect(clippy::panic, reason = "a test stops at the first surprise")]

use parlor_tests::{Person, Stack};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::{OnceCell, RwLock};
use uuid::Uuid;

use crate::aws::Aws;

/// The local stack's `AdminEmails`.
pub const ADMIN: &str = "admin@parlor.example";

/// The sandbox's switches and the money of the whole deployment are shared: who changes them is alone, all others
/// hold this for reading.
pub static SHARED: RwLock<()> = RwLock::const_new(());

/// The admin signs in once: mails to one address are limited.
static ADMIN_TOKEN: OnceCell<(String, String)> = OnceCell::const_new();

/// The stack under test.
pub struct World {
    pub stack: Stack,
    pub aws: Aws,
}

/// A session and its two sides.
pub struct Room {
    pub member: Person,
    pub host: Person,
    pub path: String,
    pub id: String,
}

/// Something that is in no other test.
pub fn unique() -> String {
    Uuid::new_v4().simple().to_string()
}

/// A new idempotency key.
pub fn key() -> String {
    format!("journey-{}", unique())
}

/// An address that nobody else has.
pub fn address(name: &str) -> String {
    format!("{name}-{}@parlor.example", &unique()[..12])
}

/// A field as text.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// A field as a number.
pub fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("no number: {value}"))
}

impl World {
    /// The stack that `cargo x test` points at. Each test has its own connections.
    pub fn new() -> Self {
        let stack = Stack::from_env().unwrap();
        let aws = Aws::root(&stack);
        Self { stack, aws }
    }

    pub async fn admin(&self) -> Person {
        let signed_in = ADMIN_TOKEN.get_or_init(|| async {
            let admin = self.stack.sign_in(ADMIN).await.unwrap();
            (admin.id.clone(), admin.token().to_owned())
        });
        let (id, token) = signed_in.await;
        self.stack.person(ADMIN, id, token)
    }

    /// Somebody new.
    pub async fn member(&self, name: &str) -> Person {
        self.stack.sign_in(&address(name)).await.unwrap()
    }

    /// Somebody new, with money.
    pub async fn member_with(&self, name: &str, amount_minor: i64) -> Person {
        let member = self.member(name).await;
        member.top_up(amount_minor, &key()).await.unwrap();
        member
    }

    /// Somebody who has applied.
    pub async fn applicant(&self, name: &str) -> Person {
        let person = self.member(name).await;
        let application = json!({
            "name": name, "slug": format!("{}-{}", name.to_lowercase(), &unique()[..12]),
            "bio": "I read slowly and plainly, and I say what I cannot see.",
            "specialties": ["tarot"], "statement": "Twelve years at fairs and by phone.",
        });
        person.post("/v1/host/application", &application).await.unwrap();
        person
    }

    /// A verified host who is online at a rate for text.
    pub async fn host(&self, name: &str, rate_minor: i64) -> Person {
        let host = self.applicant(name).await;
        let admin = self.admin().await;
        admin.post(&format!("/v1/admin/hosts/{}/verify", host.id), &json!({})).await.unwrap();
        host.put("/v1/host/rates", &json!({ "text_minor": rate_minor })).await.unwrap();
        host.put("/v1/host/online", &json!({ "online": true })).await.unwrap();
        host
    }

    /// A session by text that runs: asked for, accepted, both joined.
    pub async fn running(&self, member: Person, host: Person) -> Room {
        let room = self.asked(member, host).await;
        room.host.post(&room.at("accept"), &json!({})).await.unwrap();
        room.member.post(&room.at("join"), &json!({})).await.unwrap();
        let session = room.host.post(&room.at("join"), &json!({})).await.unwrap();
        assert_eq!(session["state"], "active", "{session}");
        room
    }

    /// A session that waits for its host.
    pub async fn asked(&self, member: Person, host: Person) -> Room {
        let body = json!({ "host_id": host.id, "modality": "text" });
        let session = member.post_once("/v1/sessions", &key(), &body).await.unwrap();
        assert_eq!(session["state"], "waiting", "{session}");
        let id = text(&session["id"]);
        Room { member, host, path: format!("/v1/sessions/{id}"), id }
    }

    /// The minute's tick, as the schedule would send it.
    pub async fn tick(&self) {
        self.aws.scheduled("BillingTick").await;
    }

    /// One of the sandbox's controls.
    pub async fn sandbox(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}{path}", self.stack.sandbox);
        self.stack.call(None, Method::POST, &url, None, Some(body)).await.unwrap().ok().unwrap()
    }

    /// What the sandbox tells at a path.
    pub async fn sandbox_get(&self, path: &str) -> Value {
        let url = format!("{}{path}", self.stack.sandbox);
        self.stack.call(None, Method::GET, &url, None, None).await.unwrap().ok().unwrap()
    }

    /// The figure of all money, checked now. Nothing may differ anywhere.
    pub async fn assert_conserved(&self) {
        self.aws.scheduled("CheckConservation").await;
        let figure = self.admin().await.get("/v1/admin/conservation").await.unwrap();
        assert_eq!(figure["conserved"], true, "{figure}");
        assert_eq!(figure["currencies"][0]["sum_minor"], 0, "{figure}");
        assert_eq!(figure["differences"], json!([]), "{figure}");
        assert!(number(&figure["accounts_checked"]) > 0, "{figure}");
    }
}

impl Room {
    /// The path of a command.
    pub fn at(&self, command: &str) -> String {
        format!("{}/{command}", self.path)
    }

    /// The session as its member sees it.
    pub async fn seen(&self) -> Value {
        self.member.get(&self.path).await.unwrap()
    }

    /// Both prove that they are there, as their rooms do.
    pub async fn renew(&self) {
        self.host.post(&self.at("renew"), &json!({})).await.unwrap();
        self.member.post(&self.at("renew"), &json!({})).await.unwrap();
    }

    /// Runs in real time, renewed by both sides, until so many minutes have begun.
    pub async fn run_to_minute(&self, world: &World, minutes: i64) -> Value {
        world
            .stack
            .eventually(&format!("minute {minutes}"), async || {
                self.renew().await;
                let session = self.seen().await;
                anyhow::ensure!(session["state"] == "active", "not running: {session}");
                Ok((number(&session["minutes_charged"]) >= minutes).then_some(session))
            })
            .await
            .unwrap()
    }

    /// Ends it from the host's side, and waits for the settlement.
    pub async fn end(&self, world: &World) -> Value {
        self.host.post(&self.at("end"), &json!({ "summary": "A calm year." })).await.unwrap();
        world
            .stack
            .eventually("the settlement", async || {
                let session = self.seen().await;
                if session["state"] != "finalized" {
                    world.tick().await;
                }
                Ok((session["state"] == "finalized").then_some(session))
            })
            .await
            .unwrap()
    }
}
