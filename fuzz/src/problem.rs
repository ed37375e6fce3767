//! Bodies that a route refuses: whatever comes in, the problem that goes out is short, well-formed and says where.

use axum::body::{Body, to_bytes};
use axum::extract::FromRequest;
use axum::response::IntoResponse;
use futures::FutureExt;
use serde::Deserialize;
use serde_json::Value;
use web::{Json, Problem};

/// A refusal is never larger than this, bytes.
const PROBLEM_BYTES_MAX: usize = 4 * 1024;

/// A request with every sort of field that ours have.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    name: String,
    amount_minor: Option<i64>,
    count: Option<u32>,
    mode: Option<Mode>,
    on: Option<bool>,
    lines: Option<Vec<Line>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Text,
    Voice,
}

/// `<content type>\n<body>`.
pub fn run(data: &[u8]) {
    let at = data.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (content_type, body) = (&data[..at], data.get(at + 1..).unwrap_or_default());
    let content_type = if content_type.is_empty() { b"application/json" } else { content_type };
    let request = http::Request::post("/").header("content-type", content_type);
    let Ok(request) = request.body(Body::from(body.to_vec())) else { return };
    match Json::<Order>::from_request(request, &()).now_or_never() {
        Some(Ok(Json(order))) => fits(&order),
        Some(Err(problem)) => check(problem),
        None => unreachable!("a body in memory was waited for"),
    }
}

fn fits(order: &Order) {
    let lines = order.lines.iter().flatten().map(|line| line.text.len()).sum::<usize>();
    assert!(order.name.len() + lines <= 64 * 1024, "{order:?}");
    let _ = (order.amount_minor, order.count, &order.mode, order.on);
}

fn check(problem: Problem) {
    let kind = problem.kind();
    let response = problem.into_response();
    assert_eq!(response.status(), kind.status());
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let Some(Ok(bytes)) = to_bytes(response.into_body(), PROBLEM_BYTES_MAX).now_or_never() else {
        unreachable!("a refusal has more than {PROBLEM_BYTES_MAX} bytes")
    };
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    assert_eq!(body["type"], format!("/problems/{}", kind.key()));
    assert_eq!(body["status"], kind.status().as_u16());
    for error in body["errors"].as_array().into_iter().flatten() {
        let pointer = error["pointer"].as_str().unwrap_or("missing");
        let detail = error["detail"].as_str().unwrap_or_default();
        assert!(pointer.is_empty() || pointer.starts_with('/'), "{body}");
        assert!(!detail.is_empty(), "{body}");
        assert!(!pointer.chars().chain(detail.chars()).any(char::is_control), "{body}");
    }
}
