//! An OIDC issuer on a loopback port that says whatever a test wants. Its key is the one of `testkit::forge`.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::{HeaderMap, StatusCode};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey};
use runtime::OidcIssuer;
use serde_json::{Value, json};
use testkit::{Reply, call, post as post_request};
use tokio::task::JoinHandle;

use super::world::World;

pub(super) const CLIENT: &str = "parlor-client";
pub(super) const KID: &str = "issuer-key-1";

#[derive(Default)]
struct Says {
    id_token: String,
    kids: Vec<String>,
    names: Option<String>,
    keys_at: Option<String>,
    token_status: Option<StatusCode>,
    keys_read: usize,
    asked: Vec<String>,
    authorized: Vec<Option<String>>,
}

/// The issuer. Dropping it stops it.
pub(super) struct Issuer {
    pub(super) url: String,
    says: Arc<Mutex<Says>>,
    server: JoinHandle<()>,
}

impl Drop for Issuer {
    fn drop(&mut self) {
        self.server.abort();
    }
}

type Shared = State<(String, Arc<Mutex<Says>>)>;

impl Issuer {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let says = Arc::new(Mutex::new(Says { kids: vec![KID.into()], ..Says::default() }));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .with_state((url.clone(), Arc::clone(&says)));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, says, server }
    }

    /// As `OIDC_ISSUERS` names it.
    pub(super) fn configured(&self) -> OidcIssuer {
        OidcIssuer {
            id: "test".into(),
            name: "Test".into(),
            issuer: self.url.clone(),
            client_id: CLIENT.into(),
            client_secret_id: None,
            hosts: Vec::new(),
        }
    }

    /// The next exchange gives this ID token.
    pub(super) fn give(&self, id_token: String) {
        self.says.lock().unwrap().id_token = id_token;
    }

    /// The key set names these key ids.
    pub(super) fn publish(&self, kids: &[&str]) {
        self.says.lock().unwrap().kids = kids.iter().map(|kid| (*kid).to_owned()).collect();
    }

    /// The discovery document names another issuer.
    pub(super) fn name_itself(&self, issuer: &str) {
        self.says.lock().unwrap().names = Some(issuer.to_owned());
    }

    /// The discovery document says that the keys are at this address.
    pub(super) fn keep_keys_at(&self, address: &str) {
        self.says.lock().unwrap().keys_at = Some(address.to_owned());
    }

    /// The token endpoint answers with this status.
    pub(super) fn refuse(&self, status: Option<StatusCode>) {
        self.says.lock().unwrap().token_status = status;
    }

    pub(super) fn keys_read(&self) -> usize {
        self.says.lock().unwrap().keys_read
    }

    /// The forms that the token endpoint was sent.
    pub(super) fn asked(&self) -> Vec<String> {
        self.says.lock().unwrap().asked.clone()
    }

    /// The `Authorization` headers that the token endpoint was sent.
    pub(super) fn authorized(&self) -> Vec<Option<String>> {
        self.says.lock().unwrap().authorized.clone()
    }

    /// The claims of a right ID token.
    pub(super) fn claims(&self, world: &World, nonce: &str, subject: &str, email: &str) -> Value {
        let now = world.app.ctx.now().as_second();
        json!({
            "iss": self.url, "aud": CLIENT, "sub": subject, "iat": now, "exp": now + 3_600, "nonce": nonce,
            "email": email, "email_verified": true, "name": "Ada Marsh",
        })
    }

    /// The header of a right ID token.
    pub(super) fn header() -> Value {
        json!({ "alg": "RS256", "typ": "JWT", "kid": KID })
    }
}

async fn discovery(State((url, says)): Shared) -> Json<Value> {
    let names = says.lock().unwrap().names.clone().unwrap_or_else(|| url.clone());
    let keys = says.lock().unwrap().keys_at.clone().unwrap_or_else(|| format!("{url}/keys"));
    Json(json!({
        "issuer": names, "authorization_endpoint": format!("{url}/authorize?tenant=a"), "token_endpoint": format!("{url}/token"),
        "jwks_uri": keys, "response_types_supported": ["code"],
    }))
}

async fn keys(State((_, says)): Shared) -> Json<Value> {
    let mut says = says.lock().unwrap();
    says.keys_read += 1;
    let key = DecodingKey::from_rsa_der(&testkit::public_key_der());
    let keys: Vec<Jwk> = says
        .kids
        .iter()
        .map(|kid| {
            let mut jwk = Jwk::from_decoding_key(&key, Some(Algorithm::RS256)).unwrap();
            jwk.common.key_id = Some(kid.clone());
            jwk
        })
        .collect();
    Json(json!({ "keys": keys }))
}

async fn token(
    State((_, says)): Shared,
    headers: HeaderMap,
    body: String,
) -> (StatusCode, Json<Value>) {
    let mut says = says.lock().unwrap();
    says.asked.push(body);
    let authorization = headers.get("authorization").and_then(|value| value.to_str().ok());
    says.authorized.push(authorization.map(str::to_owned));
    if let Some(status) = says.token_status {
        return (status, Json(json!({ "error": "invalid_grant" })));
    }
    let reply = json!({ "access_token": "x", "token_type": "Bearer", "id_token": says.id_token });
    (StatusCode::OK, Json(reply))
}

/// A flow that a browser began.
#[derive(Clone, Debug)]
pub(super) struct Begun {
    pub(super) url: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) cookie: String,
}

/// A world with this issuer.
pub(super) async fn world(issuer: &Issuer) -> World {
    let configured = issuer.configured();
    World::with(|config| config.oidc_issuers = vec![configured]).await
}

/// Begins a flow.
pub(super) async fn begin(world: &World) -> Begun {
    let request = post_request("/v1/sign-in/oidc/start")
        .json(json!({ "issuer": "test", "return_to": "/wallet" }));
    let reply = call(&world.router, request).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let url = reply.body["authorize_url"].as_str().unwrap().to_owned();
    let parameter = |name: &str| {
        let (_, rest) = url.split_once(&format!("&{name}=")).unwrap();
        rest.split('&').next().unwrap().to_owned()
    };
    Begun {
        state: parameter("state"),
        nonce: parameter("nonce"),
        cookie: reply.cookie("__Host-parlor_oidc").unwrap(),
        url,
    }
}

/// Comes back with a code.
pub(super) async fn finish(world: &World, begun: &Begun) -> Reply {
    let body = json!({ "state": begun.state, "code": "code-1" });
    let request = post_request("/v1/sign-in/oidc/finish").cookie(&begun.cookie).json(body);
    call(&world.router, request).await
}
