//! Requests to a router, and what it replies.

use std::net::IpAddr;

use axum::Router;
use axum::body::{Body, to_bytes};
use http::header::{CONTENT_TYPE, SET_COOKIE};
use http::{HeaderMap, Method};
use serde_json::Value;
use tower::ServiceExt;

/// A request in the making.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    path: String,
    headers: Vec<(String, String)>,
    body: String,
    peer: Option<IpAddr>,
}

/// What a router replied.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body as JSON; null when it is none.
    pub body: Value,
    /// The body as text.
    pub text: String,
}

/// `GET path`.
#[must_use]
pub fn get(path: &str) -> Request {
    Request::new(Method::GET, path)
}

/// `POST path`.
#[must_use]
pub fn post(path: &str) -> Request {
    Request::new(Method::POST, path)
}

/// `PUT path`.
#[must_use]
pub fn put(path: &str) -> Request {
    Request::new(Method::PUT, path)
}

/// `PATCH path`.
#[must_use]
pub fn patch(path: &str) -> Request {
    Request::new(Method::PATCH, path)
}

/// `DELETE path`.
#[must_use]
pub fn delete(path: &str) -> Request {
    Request::new(Method::DELETE, path)
}

impl Request {
    fn new(method: Method, path: &str) -> Self {
        Self { method, path: path.to_owned(), headers: Vec::new(), body: String::new(), peer: None }
    }

    /// With an access token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// With an idempotency key.
    #[must_use]
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// With a cookie, `name=value`.
    #[must_use]
    pub fn cookie(self, cookie: &str) -> Self {
        self.header("cookie", cookie)
    }

    /// With a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a JSON body.
    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "callers write json!({..}) in place")]
    pub fn json(self, body: Value) -> Self {
        let mut request = self.header(CONTENT_TYPE.as_str(), "application/json");
        request.body = body.to_string();
        request
    }

    /// With any body.
    #[must_use]
    pub fn text(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    /// As API Gateway would have received it from this address.
    #[must_use]
    pub fn peer(mut self, address: &str) -> Self {
        self.peer = Some(address.parse().expect("a network address"));
        self
    }
}

/// Sends a request to a router.
pub async fn call(router: &Router, request: Request) -> Reply {
    let mut builder = http::Request::builder().method(request.method).uri(request.path);
    for (name, value) in request.headers {
        builder = builder.header(name, value);
    }
    let mut http = builder.body(Body::from(request.body)).expect("a request");
    if let Some(peer) = request.peer {
        http.extensions_mut().insert(runtime::Peer(peer));
    }
    let Ok(response) = router.clone().oneshot(http).await;
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 10_000_000).await.expect("a body");
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Reply {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: serde_json::from_str(&text).unwrap_or(Value::Null),
        text,
    }
}

impl Reply {
    /// The key of the problem, or nothing.
    #[must_use]
    pub fn problem(&self) -> &str {
        let kind = self.body["type"].as_str().unwrap_or_default();
        kind.strip_prefix("/problems/").unwrap_or_default()
    }

    /// The `Set-Cookie` of this name, whole.
    #[must_use]
    pub fn set_cookie(&self, name: &str) -> Option<String> {
        let cookies =
            self.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies.map(str::to_owned).find(|cookie| cookie.starts_with(&format!("{name}=")))
    }

    /// `name=value` of a cookie that was set, to be sent back.
    #[must_use]
    pub fn cookie(&self, name: &str) -> Option<String> {
        let cookie = self.set_cookie(name)?;
        cookie.split(';').next().map(str::to_owned)
    }
}
