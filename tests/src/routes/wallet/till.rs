//! A world with a till: the wallet domain's router, and events of the card processor signed as it signs them.

use axum::Router;
use ledger::{Currency, Money};
use sandbox::{Config, Running, sign};
use serde_json::{Value, json};
use store::top_up::{TopUpItem, top_up_key};
use store::{Table, Transaction};
use testkit::{Kit, Person, Reply, Request, call, get, post};
use uuid::Uuid;

/// What the processor's events are signed with.
pub struct Till {
    pub router: Router,
    secret: String,
}

impl Till {
    /// The wallet domain over a world; the processor does not answer requests.
    pub fn over(kit: &Kit) -> Self {
        let secret = Uuid::new_v4().to_string();
        put_keys(kit, &secret);
        Self { router: router(kit), secret }
    }

    /// An event arrives, signed now.
    pub async fn deliver(&self, kit: &Kit, body: &str) -> Reply {
        let now = kit.ctx().now().as_second();
        self.send(body, &sign(&self.secret, now, body.as_bytes())).await
    }

    /// An event arrives with this signature.
    pub async fn send(&self, body: &str, signature: &str) -> Reply {
        call(&self.router, post("/").header("stripe-signature", signature).text(body)).await
    }

    /// The processor signs with another secret from now on; we know it once [`Till::store_secret`] is called.
    pub fn rotate(&mut self) {
        self.secret = Uuid::new_v4().to_string();
    }

    /// An operator puts the processor's secret where we look for it.
    pub fn store_secret(&self, kit: &Kit) {
        put_keys(kit, &self.secret);
    }

    /// A signature of the processor's secret.
    pub fn signature(&self, at_unix: i64, body: &str) -> String {
        sign(&self.secret, at_unix, body.as_bytes())
    }

    /// An event arrives and is taken.
    pub async fn accept(&self, kit: &Kit, body: &str) {
        let reply = self.deliver(kit, body).await;
        assert_eq!(reply.status, 200, "{body}: {}", reply.text);
    }

    /// What a person may spend, as the route says.
    pub async fn wallet(&self, kit: &Kit, person: &Person) -> Value {
        self.read(get("/v1/wallet").bearer(&kit.token(&person.user).await)).await
    }

    /// A read that must work.
    pub async fn read(&self, request: Request) -> Value {
        let reply = call(&self.router, request).await;
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.body
    }
}

/// Makes the sandbox a world's processor, before the world's first context.
pub async fn connect(kit: &mut Kit) -> Running {
    let sandbox = Running::start(Config::default()).await.unwrap();
    kit.config.stripe_base_url = Some(sandbox.url().to_owned());
    put_keys(kit, &Uuid::new_v4().to_string());
    sandbox
}

/// A world whose processor is the sandbox.
pub struct Shop {
    pub kit: Kit,
    pub till: Till,
    pub sandbox: Running,
    http: reqwest::Client,
}

impl Shop {
    /// Opens it.
    pub async fn open() -> Self {
        let sandbox = Running::start(Config::default()).await.unwrap();
        let mut kit = Kit::new().await;
        kit.config.stripe_base_url = Some(sandbox.url().to_owned());
        let till = Till::over(&kit);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { kit, till, sandbox, http }
    }

    /// The request for a top-up.
    pub fn ask(&self, person: &Person, key: &str, body: Value) -> Request {
        post("/v1/wallet/top-ups").bearer(&person.token).key(key).json(body)
    }

    /// A pending top-up.
    pub async fn top_up(&self, person: &Person, key: &str, amount_minor: i64) -> Value {
        let body = json!({ "amount_minor": amount_minor });
        let reply = call(&self.till.router, self.ask(person, key, body)).await;
        assert_eq!(reply.status, 201, "{}", reply.text);
        reply.body
    }

    /// Pays a pending top-up's page.
    pub async fn pay(&self, top_up: &Value) {
        let checkout = top_up["checkout_url"].as_str().unwrap().rsplit('/').next().unwrap();
        self.control(&format!("/_sandbox/checkouts/{checkout}/pay"), json!({})).await;
    }

    /// One of the sandbox's controls.
    pub async fn control(&self, path: &str, body: Value) -> Value {
        let url = format!("{}{path}", self.sandbox.url());
        let reply = self.http.post(url).json(&body).send().await.unwrap();
        assert!(reply.status().is_success(), "{path}");
        reply.json().await.unwrap()
    }

    /// The bodies of the processor's events so far, oldest first.
    pub async fn events(&self) -> Vec<String> {
        let url = format!("{}/_sandbox/events", self.sandbox.url());
        let listing: Value = self.http.get(url).send().await.unwrap().json().await.unwrap();
        let items = listing["items"].as_array().unwrap().iter().rev();
        items.map(|item| item["event"].to_string()).collect()
    }

    /// The body of the last event of a type.
    pub async fn event(&self, event_type: &str) -> String {
        let needle = format!("\"type\":\"{event_type}\"");
        let mut events = self.events().await;
        events.retain(|body| body.contains(&needle));
        events.pop().unwrap()
    }
}

/// Puts the processor's keys where the domain looks for them.
fn put_keys(kit: &Kit, webhook_secret: &str) {
    let keys = json!({ "secret_key": "sk_test_till", "webhook_secret": webhook_secret });
    let id = kit.config.stripe_secret_id.as_deref().unwrap();
    kit.aws.put_secret(id, &keys.to_string());
}

fn router(kit: &Kit) -> Router {
    web::serve(wallet::router(wallet::App::new(kit.ctx(), &kit.aws.config())))
}

/// A pending top-up without a page, as if its request had been answered.
pub async fn pending(kit: &Kit, person: &Person, amount_minor: i64) -> String {
    let now = kit.ctx().now();
    let id = runtime::new_id(now).to_string();
    let amount = Money::new(amount_minor, Currency::USD);
    let item = TopUpItem::new(id.clone(), &person.id(), amount, now.as_millisecond());
    let tx = Transaction::new().create("top_up", Table::App, &top_up_key(&id), &item);
    kit.store().commit(tx).await.unwrap();
    id
}

/// An event's body. Its id is made of `name`.
pub fn event(name: &str, event_type: &str, object: Value) -> String {
    let event = json!({
        "id": format!("evt_{name}"), "object": "event", "type": event_type, "created": 1_795_186_800,
        "livemode": false, "data": { "object": object },
    });
    event.to_string()
}

/// `checkout.session.completed`, paid by intent `pi_1`.
pub fn completed(name: &str, top_up_id: &str, amount_minor: i64) -> String {
    let object = json!({
        "id": "cs_1", "mode": "payment", "payment_status": "paid", "payment_intent": "pi_1",
        "amount_total": amount_minor, "currency": "usd", "metadata": { "top_up_id": top_up_id },
    });
    event(name, "checkout.session.completed", object)
}

/// `payment_intent.succeeded` of `pi_1`.
pub fn succeeded(name: &str, top_up_id: &str, amount_minor: i64) -> String {
    let object = json!({
        "id": "pi_1", "amount_received": amount_minor, "currency": "usd",
        "metadata": { "top_up_id": top_up_id },
    });
    event(name, "payment_intent.succeeded", object)
}

/// `charge.refunded` with the cumulative amount.
pub fn refunded(name: &str, cumulative_minor: i64) -> String {
    let object = json!({
        "id": "ch_1", "payment_intent": "pi_1", "amount_refunded": cumulative_minor, "currency": "usd",
    });
    event(name, "charge.refunded", object)
}

/// An event of dispute `dp_1` about `pi_1`.
pub fn dispute(name: &str, event_type: &str, status: &str, amount_minor: i64) -> String {
    let object = json!({
        "id": "dp_1", "charge": "ch_1", "payment_intent": "pi_1", "amount": amount_minor,
        "currency": "usd", "status": status,
    });
    event(name, event_type, object)
}
