//! A world with the identity domain in it, and the way of a mail through it.

use axum::Router;
use identity::{App, relay_outbox, router, send_mail};
use runtime::Config;
use serde_json::{Value, json};
use testkit::{Kit, Reply, call, post};

/// The domain in a fresh world.
pub(super) struct World {
    pub(super) kit: Kit,
    pub(super) app: App,
    pub(super) router: Router,
}

/// A mail as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Mailed {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) code: String,
    pub(super) link_token: String,
}

impl World {
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut kit = Kit::new().await;
        change(&mut kit.config);
        let app = App::new(kit.ctx(), &kit.aws.config()).unwrap();
        let router = web::serve(router(app.clone()));
        Self { kit, app, router }
    }

    /// Asks for a mail.
    pub(super) async fn ask(&self, body: Value) -> Reply {
        call(&self.router, post("/v1/sign-in/mail").json(body)).await
    }

    /// Carries everything new in the outbox to the mail service, as the stream and the bus do.
    pub(super) async fn deliver(&self) {
        let before = self.events();
        let relayed = |id: &Value| before.iter().any(|event| event["detail"]["id"] == *id);
        let items = self.kit.items("app", "OUTBOX#");
        let records: Vec<Value> = items
            .iter()
            .filter(|item| !relayed(&item["id"]["S"]))
            .enumerate()
            .map(|(number, item)| {
                json!({ "eventName": "INSERT", "dynamodb": { "SequenceNumber": number.to_string(), "NewImage": item } })
            })
            .collect();
        let event = serde_json::from_value(json!({ "Records": records })).unwrap();
        let reply = relay_outbox::handle(&self.app, event).await.unwrap();
        assert!(reply.batch_item_failures.is_empty());
        for event in self.events().into_iter().skip(before.len()) {
            self.take_event(event).await.unwrap();
        }
    }

    /// What the bus was given, as its rule hands it on.
    pub(super) fn events(&self) -> Vec<Value> {
        let puts = self.kit.aws.sent("PutEvents");
        let entries = puts.iter().flat_map(|put| put["Entries"].as_array().unwrap().clone());
        entries
            .map(|entry| {
                let detail: Value = serde_json::from_str(entry["Detail"].as_str().unwrap()).unwrap();
                json!({ "detail-type": entry["DetailType"], "source": entry["Source"], "detail": detail })
            })
            .collect()
    }

    /// The mail consumer takes an event.
    pub(super) async fn take_event(&self, event: Value) -> Result<Value, String> {
        send_mail::handle(&self.app, serde_json::from_value(event).unwrap()).await
    }

    /// The sign-in mails that were sent.
    pub(super) fn mails(&self) -> Vec<Mailed> {
        let sent = self.kit.aws.sent("SendEmail");
        sent.iter().filter(|mail| text(mail).contains("#token=")).map(read).collect()
    }

    /// The text of the last mail that was sent, of whatever sort.
    pub(super) fn last_mail(&self) -> String {
        self.kit.aws.sent("SendEmail").last().map(text).unwrap_or_default()
    }

    /// Asks for a mail and reads it.
    pub(super) async fn mail(&self, email: &str) -> Mailed {
        assert_eq!(self.ask(json!({ "email": email })).await.status, 202);
        self.deliver().await;
        self.mails().pop().unwrap()
    }

    pub(super) async fn code(&self, email: &str, code: &str) -> Reply {
        let body = json!({ "email": email, "code": code });
        call(&self.router, post("/v1/sign-in/code").json(body)).await
    }

    pub(super) async fn link(&self, token: &str) -> Reply {
        call(&self.router, post("/v1/sign-in/link").json(json!({ "token": token }))).await
    }

    /// Signs in by mail.
    pub(super) async fn sign_in(&self, email: &str) -> Reply {
        let mail = self.mail(email).await;
        let reply = self.code(email, &mail.code).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply
    }

    pub(super) async fn refresh(&self, cookie: &str) -> Reply {
        call(&self.router, post("/v1/tokens/refresh").cookie(cookie).json(json!({}))).await
    }

    /// How many users, wallets and identities there are.
    pub(super) fn people(&self) -> (usize, usize, usize) {
        let kit = &self.kit;
        let users = kit.items("app", "USER#").into_iter().filter(|item| item["sk"]["S"] == "USER");
        let identities = kit.items("app", "EMAIL#").len() + kit.items("app", "SUBJECT#").len();
        (users.count(), kit.items("ledger", "MEMBER#").len(), identities)
    }
}

/// The refresh cookie that a reply set.
pub(super) fn refresh_cookie(reply: &Reply) -> String {
    reply.cookie("__Host-parlor_refresh").unwrap()
}

/// The access token of a reply.
pub(super) fn access(reply: &Reply) -> String {
    reply.body["access_token"].as_str().unwrap().to_owned()
}

fn text(mail: &Value) -> String {
    mail["Content"]["Simple"]["Body"]["Text"]["Data"].as_str().unwrap().to_owned()
}

fn read(mail: &Value) -> Mailed {
    let (message, text) = (&mail["Content"]["Simple"], text(mail));
    let (_, rest) = text.split_once(": ").unwrap();
    let (_, token) = text.split_once("#token=").unwrap();
    Mailed {
        subject: message["Subject"]["Data"].as_str().unwrap().to_owned(),
        code: rest[..6].to_owned(),
        link_token: token.split_whitespace().next().unwrap().to_owned(),
        text,
    }
}
