//! Somebody with an authenticator, as people have it on their phone.

use data_encoding::BASE32_NOPAD;
use identity::totp::{STEP_SECONDS, Secret, code, step_at};
use runtime::Clock;
use serde_json::{Value, json};
use testkit::{Reply, call, post};

use super::world::{World, access, refresh_cookie};

/// A person who is signed in in one browser, and their authenticator.
pub(super) struct Phone<'a> {
    pub(super) world: &'a World,
    pub(super) email: String,
    pub(super) token: String,
    pub(super) cookie: String,
    secret: Option<Secret>,
    pub(super) recovery_codes: Vec<String>,
}

impl<'a> Phone<'a> {
    /// Signs in by mail; no second factor yet.
    pub(super) async fn new(world: &'a World, email: &str) -> Self {
        let tokens = world.sign_in(email).await;
        Self {
            world,
            email: email.to_owned(),
            token: access(&tokens),
            cookie: refresh_cookie(&tokens),
            secret: None,
            recovery_codes: Vec::new(),
        }
    }

    /// Signs in by mail and sets a second factor up. The clock then stands at the next code.
    pub(super) async fn on(world: &'a World, email: &str) -> Self {
        let mut phone = Self::new(world, email).await;
        let started = phone.start().await;
        assert_eq!(started.status, 201, "{}", started.text);
        let confirmed = phone.confirm(&phone.code()).await;
        assert_eq!(confirmed.status, 200, "{}", confirmed.text);
        phone.keep(&confirmed);
        phone.wait();
        phone
    }

    pub(super) async fn start(&mut self) -> Reply {
        let reply = self.post("/v1/me/second-factor", json!({})).await;
        if let Some(secret) = reply.body["secret"].as_str() {
            let bytes = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
            self.secret = Some(bytes.try_into().unwrap());
        }
        reply
    }

    pub(super) async fn confirm(&self, code: &str) -> Reply {
        self.post("/v1/me/second-factor/confirm", json!({ "code": code })).await
    }

    /// Remembers the recovery codes of a reply.
    pub(super) fn keep(&mut self, reply: &Reply) {
        let codes = reply.body["recovery_codes"].as_array().unwrap();
        self.recovery_codes = codes.iter().map(|code| code.as_str().unwrap().to_owned()).collect();
    }

    /// Posts as the person, from their browser.
    pub(super) async fn post(&self, path: &str, body: Value) -> Reply {
        let request = post(path).bearer(&self.token).cookie(&self.cookie).json(body);
        call(&self.world.router, request).await
    }

    /// What the authenticator shows now.
    pub(super) fn code(&self) -> String {
        self.code_in(0)
    }

    /// What it shows so many steps from now.
    pub(super) fn code_in(&self, steps: i64) -> String {
        let step = step_at(self.world.kit.clock.now());
        code(self.secret.as_ref().unwrap(), step + steps)
    }

    /// A code that no step around now has.
    pub(super) fn wrong_code(&self) -> String {
        let near: Vec<_> = (-2..=2).map(|steps| self.code_in(steps)).collect();
        ["000000", "111111", "222222", "333333", "444444", "555555"]
            .into_iter()
            .find(|code| !near.iter().any(|shown| shown == code))
            .unwrap()
            .to_owned()
    }

    /// Lets time pass until the authenticator shows another code.
    pub(super) fn wait(&self) {
        self.world.kit.clock.advance(STEP_SECONDS);
    }

    /// The first step of a sign-in: the challenge for the second.
    pub(super) async fn challenge(&self) -> String {
        let mail = self.world.mail(&self.email).await;
        let reply = self.world.code(&self.email, &mail.code).await;
        assert_eq!(reply.status, 202, "{}", reply.text);
        reply.body["challenge"].as_str().unwrap().to_owned()
    }

    /// The second step of a sign-in.
    pub(super) async fn show(&self, challenge: &str, code: &str) -> Reply {
        let body = json!({ "challenge": challenge, "code": code });
        call(&self.world.router, post("/v1/sign-in/second-factor").json(body)).await
    }
}
