//! A webhook endpoint that remembers what it got and answers as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

#[derive(Clone, Default)]
struct Memory {
    got: Arc<Mutex<Vec<Delivery>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

#[derive(Clone)]
pub struct Delivery {
    pub signature: String,
    pub body: Vec<u8>,
}

impl Delivery {
    pub fn event(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

pub struct Receiver {
    pub url: String,
    memory: Memory,
    server: JoinHandle<()>,
}

impl Receiver {
    /// Starts an endpoint that gives these answers first and 200 from then on.
    pub async fn start(answers: &[u16]) -> Self {
        let memory = Memory::default();
        memory.answers.lock().unwrap().extend(answers);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(receive)).with_state(memory.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, memory, server }
    }

    pub fn got(&self) -> Vec<Delivery> {
        self.memory.got.lock().unwrap().clone()
    }

    pub fn types(&self) -> Vec<String> {
        self.got()
            .iter()
            .map(|delivery| delivery.event()["type"].as_str().unwrap().to_owned())
            .collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn receive(State(memory): State<Memory>, headers: HeaderMap, body: Bytes) -> StatusCode {
    memory.got.lock().unwrap().push(Delivery {
        signature: headers["stripe-signature"].to_str().unwrap().to_owned(),
        body: body.to_vec(),
    });
    let answer = memory.answers.lock().unwrap().pop_front().unwrap_or(200);
    StatusCode::from_u16(answer).unwrap()
}
