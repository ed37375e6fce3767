//! What the tests share: a running sandbox and short ways to talk to it.

use reqwest::{Client, Response, redirect};
use sandbox::{Config, OidcClient, Running};
use serde_json::Value;

pub const REDIRECT_URI: &str = "http://127.0.0.1:9/sign-in/callback";

pub struct World {
    pub running: Running,
    pub http: Client,
}

impl World {
    pub async fn start(config: Config) -> Self {
        let http = Client::builder().redirect(redirect::Policy::none()).no_proxy().build().unwrap();
        Self { running: Running::start(config).await.unwrap(), http }
    }

    pub async fn with_client(client_secret: Option<&str>) -> Self {
        let client = OidcClient {
            client_id: "parlor".to_owned(),
            client_secret: client_secret.map(str::to_owned),
            redirect_uris: vec![REDIRECT_URI.to_owned()],
        };
        Self::start(Config { oidc_clients: vec![client], ..Config::default() }).await
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.running.url())
    }

    /// A POST to the Stripe API with a key that may be repeated.
    pub async fn stripe(&self, path: &str, key: Option<&str>, form: &[(&str, &str)]) -> Response {
        let mut request = self.http.post(self.url(path)).bearer_auth("sk_test_sandbox").form(form);
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        request.send().await.unwrap()
    }

    pub async fn get(&self, path: &str) -> Response {
        self.http.get(self.url(path)).bearer_auth("sk_test_sandbox").send().await.unwrap()
    }

    pub async fn control(&self, path: &str, body: Value) -> Response {
        self.http.post(self.url(path)).json(&body).send().await.unwrap()
    }

    /// An open page for 25.00 USD.
    pub async fn checkout(&self) -> Value {
        let response = self.stripe("/v1/checkout/sessions", None, &CHECKOUT).await;
        assert_eq!(response.status(), 200);
        response.json().await.unwrap()
    }

    /// A paid page for 25.00 USD; answers its payment intent.
    pub async fn payment(&self) -> String {
        let id = text(&self.checkout().await["id"]);
        let paid: Value = self
            .control(&format!("/_sandbox/checkouts/{id}/pay"), serde_json::json!({}))
            .await
            .json()
            .await
            .unwrap();
        text(&paid["payment_intent"])
    }

    /// All events, oldest first, each with its deliveries.
    pub async fn events(&self) -> Vec<Value> {
        let listing: Value = self.get("/_sandbox/events").await.json().await.unwrap();
        let mut items = listing["items"].as_array().unwrap().clone();
        items.reverse();
        items
    }

    pub async fn event_types(&self) -> Vec<String> {
        self.events().await.iter().map(|item| text(&item["event"]["type"])).collect()
    }
}

pub const CHECKOUT: [(&str, &str); 12] = [
    ("mode", "payment"),
    ("line_items[0][quantity]", "1"),
    ("line_items[0][price_data][currency]", "usd"),
    ("line_items[0][price_data][unit_amount]", "2500"),
    ("line_items[0][price_data][product_data][name]", "Wallet"),
    ("metadata[top_up_id]", "t1"),
    ("payment_intent_data[metadata][top_up_id]", "t1"),
    ("client_reference_id", "t1"),
    ("customer_email", "ada@example.test"),
    ("success_url", "http://127.0.0.1:9/done?cs={CHECKOUT_SESSION_ID}"),
    ("cancel_url", "http://127.0.0.1:9/back"),
    ("locale", "en"),
];

/// The creation of a page with one parameter changed.
pub fn checkout_with<'a>(name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    CHECKOUT.iter().copied().filter(|(known, _)| *known != name).chain([(name, value)]).collect()
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}
