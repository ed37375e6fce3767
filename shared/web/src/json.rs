//! Strict JSON bodies: declared as JSON, at most 64 KiB, no unknown fields, and a sentence with a
//! pointer for what is wrong.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::{Kind, Problem};

/// The largest body, in bytes.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;

/// A JSON body: of a request (types must say `deny_unknown_fields`) or of a reply.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &S) -> Result<Self, Problem> {
        let value = object(read_value(request).await?)?;
        parse(value).map(Self)
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        match serde_json::to_string(&self.0) {
            Ok(body) => json_reply(StatusCode::OK, body),
            Err(error) => Problem::internal(error).into_response(),
        }
    }
}

/// A reply of this JSON text.
pub(crate) fn json_reply(status: StatusCode, body: String) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}

/// Reads a body as any JSON.
pub(crate) async fn read_value(request: Request) -> Result<Value, Problem> {
    if !is_json(request.headers()) {
        return Err(Problem::new(Kind::NotJson)
            .detail("Send the body as JSON, with the header Content-Type: application/json."));
    }
    let bytes = to_bytes(request.into_body(), BODY_BYTES_MAX).await.map_err(|error| {
        Problem::new(Kind::BodyTooLarge).detail("The body may have 64 KiB at most.").cause(error)
    })?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let detail = if bytes.is_empty() {
            "The body is empty; send at least {}."
        } else if error.is_eof() {
            "The body ends too early."
        } else {
            "The body is not valid JSON."
        };
        Problem::new(Kind::MalformedJson).detail(detail)
    })
}

/// Bodies are objects. (Serde would also read a struct from a list of its fields.)
pub(crate) fn object(value: Value) -> Result<Value, Problem> {
    if value.is_object() { Ok(value) } else { Err(Problem::field("", "Must be an object.")) }
}

/// Any JSON as its type.
pub(crate) fn parse<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let message = error.inner().to_string();
        let (name, detail) = explain(&message);
        let missing = name.filter(|_| message.starts_with("missing field"));
        Problem::field(pointer(error.path(), missing), detail)
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = declared.and_then(|value| value.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case("application/json")
}

/// RFC 6901. The path of a missing field ends before it.
fn pointer(path: &Path, missing: Option<String>) -> String {
    let parts = path
        .iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(index.to_string()),
            Segment::Map { key } => Some(clipped(key)),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .chain(missing);
    parts.map(|part| format!("/{}", part.replace('~', "~0").replace('/', "~1"))).collect()
}

/// Serde's message as a sentence for a person, and the field it names.
pub(crate) fn explain(message: &str) -> (Option<String>, String) {
    // What is expected comes last and is ours; the name before it may have anything in it, quotes too.
    let (named, expected) = message
        .rsplit_once(", expected ")
        .or_else(|| message.rsplit_once(", there are no fields"))
        .unwrap_or((message, ""));
    let first =
        named.split_once('`').map(|(_, rest)| clipped(rest.strip_suffix('`').unwrap_or(rest)));
    let others: Vec<String> = expected.split('`').skip(1).step_by(2).map(clipped).collect();
    if message.starts_with("unknown field") {
        let known = if others.is_empty() {
            "No fields are known here.".to_owned()
        } else {
            format!("Known fields: {}.", others.join(", "))
        };
        return (first, format!("There is no such field. {known}"));
    }
    if message.starts_with("missing field") {
        return (first, "This field is needed.".to_owned());
    }
    if message.starts_with("duplicate field") {
        return (first, "This is there twice.".to_owned());
    }
    if message.starts_with("unknown variant") {
        return (None, format!("Must be one of {}.", others.join(", ")));
    }
    if message.starts_with("invalid type") || message.starts_with("invalid value") {
        let expected = message.rsplit("expected ").next().unwrap_or_default();
        return (None, format!("Must be {}.", in_words(expected)));
    }
    (None, clipped(message))
}

fn in_words(expected: &str) -> &str {
    match expected {
        "a string" | "a borrowed string" => "text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "i8" | "i16" | "i32" | "i64" | "usize" => "a whole number in range",
        "u8" | "u16" | "u32" | "u64" => "a whole number in range, not negative",
        other if other.starts_with("struct") || other == "a map" => "an object",
        _ => "of another form",
    }
}

/// What came from outside goes back in short.
fn clipped(text: &str) -> String {
    text.chars().filter(|character| !character.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::{Json, parse};
    use axum::extract::FromRequest;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Order {
        amount_minor: u32,
        lines: Vec<Line>,
        mode: Option<Mode>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Line {
        text: String,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Mode {
        Fast,
        Slow,
    }

    async fn fault(body: Value) -> (String, String) {
        let problem = parse::<Order>(body).unwrap_err();
        let bytes = axum::body::to_bytes(problem.render(None).into_body(), 10_000).await.unwrap();
        let body: Value = serde_json::from_slice(&bytes).unwrap();
        let error = &body["errors"][0];
        (error["pointer"].as_str().unwrap().into(), error["detail"].as_str().unwrap().into())
    }

    #[tokio::test]
    async fn each_fault_has_a_pointer_and_a_sentence() {
        for (body, pointer, detail) in [
            (json!({"lines": []}), "/amount_minor", "This field is needed."),
            (
                json!({"amount_minor": "x", "lines": []}),
                "/amount_minor",
                "Must be a whole number in range, not negative.",
            ),
            (
                json!({"amount_minor": -1, "lines": []}),
                "/amount_minor",
                "Must be a whole number in range, not negative.",
            ),
            (
                json!({"amount_minor": 1, "lines": [{"text": "a"}, {"text": 5}]}),
                "/lines/1/text",
                "Must be text.",
            ),
            (json!({"amount_minor": 1, "lines": 3}), "/lines", "Must be a list."),
            (
                json!({"amount_minor": 1, "lines": [{"text": "a", "a/b": 1}]}),
                "/lines/0/a~1b",
                "There is no such field. Known fields: text.",
            ),
            (
                json!({"amount_minor": 1, "lines": [], "is_admin": true}),
                "/is_admin",
                "There is no such field. Known fields: amount_minor, lines, mode.",
            ),
            (
                json!({"amount_minor": 1, "lines": [], "mode": "no"}),
                "/mode",
                "Must be one of fast, slow.",
            ),
            // What a name carries is neither repeated nor taken for a part of the message.
            (
                json!({"amount_minor": 1, "lines": [], "a\u{7f}b/c": 1}),
                "/ab~1c",
                "There is no such field. Known fields: amount_minor, lines, mode.",
            ),
            (
                json!({"amount_minor": 1, "lines": [], "a`, expected `b": 1}),
                "/a`, expected `b",
                "There is no such field. Known fields: amount_minor, lines, mode.",
            ),
            (
                json!({"amount_minor": 1, "lines": [], "mode": "`no`"}),
                "/mode",
                "Must be one of fast, slow.",
            ),
            (
                json!({"amount_minor": 1, "lines": [], ("x".repeat(300)): 1}),
                &format!("/{}", "x".repeat(200)),
                "There is no such field. Known fields: amount_minor, lines, mode.",
            ),
            (json!(7), "", "Must be an object."),
        ] {
            let shown = body.to_string();
            assert_eq!(fault(body).await, (pointer.to_owned(), detail.to_owned()), "{shown}");
        }
    }

    #[tokio::test]
    async fn a_body_must_be_declared_small_and_json() {
        for (content_type, body, status) in [
            ("text/plain", "{}".to_owned(), 415),
            ("application/json", String::new(), 400),
            ("application/json", "{".to_owned(), 400),
            ("application/json", format!("\"{}\"", "x".repeat(70_000)), 413),
            ("application/json", "[]".to_owned(), 400),
            ("application/json; charset=utf-8", "{\"text\":\"\"}".to_owned(), 200),
        ] {
            let request = http::Request::post("/")
                .header("content-type", content_type)
                .body(axum::body::Body::from(body))
                .unwrap();
            let outcome = Json::<Line>::from_request(request, &()).await;
            let found = outcome.map_or_else(|problem| problem.status().as_u16(), |_| 200);
            assert_eq!(found, status);
        }
    }
}
