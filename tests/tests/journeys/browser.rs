//! Plain HTTP as a browser speaks it: headers one can look at, and cookies one can keep or lose.

use std::net::{IpAddr, Ipv4Addr};

use parlor_tests::Stack;
use reqwest::header::{COOKIE, HeaderMap, SET_COOKIE};
use reqwest::{Client, ClientBuilder, Method, redirect};
use serde_json::Value;

/// A browser's worth of HTTP.
pub struct Browser {
    http: Client,
    url: String,
}

/// A reply with everything in it.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Page {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// A header, or nothing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The whole `Set-Cookie` line of a cookie.
    pub fn cookie_line(&self, name: &str) -> String {
        let lines = self.headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut lines = lines.filter(|line| line.starts_with(&format!("{name}=")));
        lines.next().unwrap_or_default().to_owned()
    }

    /// A cookie as it is sent back.
    pub fn cookie(&self, name: &str) -> String {
        self.cookie_line(name).split(';').next().unwrap_or_default().to_owned()
    }

    /// The key of the problem in the body.
    pub fn problem(&self) -> String {
        let json = self.json();
        json["type"].as_str().unwrap_or_default().trim_start_matches("/problems/").to_owned()
    }
}

impl Browser {
    pub fn new(stack: &Stack) -> Self {
        Self::on(stack, Client::builder())
    }

    /// One on a network of its own: all of 127/8 is this machine.
    pub fn at(stack: &Stack, address: Ipv4Addr) -> Self {
        Self::on(stack, Client::builder().local_address(IpAddr::from(address)))
    }

    fn on(stack: &Stack, client: ClientBuilder) -> Self {
        let http = client.redirect(redirect::Policy::none()).build().unwrap();
        Self { http, url: stack.url.clone() }
    }

    /// Any request: `headers` as they are, `body` as JSON if there is one.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Page {
        let url =
            if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.url) };
        let mut request = self.http.request(method, url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let reply = request.send().await.unwrap();
        let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
        let text = String::from_utf8_lossy(&reply.bytes().await.unwrap()).into_owned();
        Page { status, headers, text }
    }

    pub async fn get(&self, path: &str) -> Page {
        self.send(Method::GET, path, &[], None).await
    }

    /// POST with a cookie (empty for none).
    pub async fn post(&self, path: &str, cookie: &str, body: &Value) -> Page {
        let headers = [(COOKIE.as_str(), cookie)];
        let headers = if cookie.is_empty() { &[][..] } else { &headers[..] };
        self.send(Method::POST, path, headers, Some(body)).await
    }
}
