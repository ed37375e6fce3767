//! The layer around every router: the request id, what is not there, security headers, the log.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use runtime::RequestId;
use uuid::Uuid;

use crate::{Kind, Problem};

/// The id that a person can give to support.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A domain's router as it is served: unknown paths and methods are problems, every problem names
/// its request, every failure is logged once, and replies are neither cached nor sniffed.
pub fn serve(router: impl Into<Router>) -> Router {
    router
        .into()
        .fallback(async || Problem::no_such_address())
        .method_not_allowed_fallback(async || Problem::wrong_method())
        .layer(from_fn(finish))
}

impl Problem {
    /// What an address that is no route's is told.
    #[must_use]
    pub fn no_such_address() -> Self {
        Self::new(Kind::NotFound).detail("There is nothing at this address.")
    }

    /// What is told to a method that an address does not take. `Allow` goes with it.
    #[must_use]
    pub fn wrong_method() -> Self {
        Self::new(Kind::MethodNotAllowed).detail("This address does not take this method.")
    }
}

/// Who turned out to call, for the log: [`crate::Caller`] writes it when a token counts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Who(Arc<OnceLock<Uuid>>);

impl Who {
    /// The caller is known.
    pub(crate) fn is(&self, user_id: Uuid) {
        // A second caller of one request would be the same one.
        let _ = self.0.set(user_id);
    }
}

async fn finish(mut request: Request, next: Next) -> Response {
    let who = Who::default();
    request.extensions_mut().insert(who.clone());
    let id = match request.extensions().get::<RequestId>() {
        Some(id) => id.0.clone(),
        None => Uuid::new_v4().to_string(),
    };
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions().get::<Problem>().cloned() {
        problem.log(&id, who.0.get().copied());
        let set_by_handler = std::mem::take(response.headers_mut());
        response = problem.render(Some(&id));
        for (name, value) in &set_by_handler {
            if !response.headers().contains_key(name) && name != http::header::CONTENT_LENGTH {
                response.headers_mut().append(name, value.clone());
            }
        }
    }
    protect(response.headers_mut(), &id);
    response
}

fn protect(headers: &mut HeaderMap, id: &str) {
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
    let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
    headers.insert(CONTENT_SECURITY_POLICY, policy);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::routing::get;
    use http::{Request, StatusCode};
    use tower::ServiceExt;

    use super::{Problem, serve};

    async fn call(method: &str, path: &str) -> (http::response::Parts, serde_json::Value) {
        let router = Router::new()
            .route("/good", get(|| async { "\"yes\"" }))
            .route("/bug", get(|| async { Problem::internal("the table is on fire") }));
        let mut request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        request.extensions_mut().insert(runtime::RequestId("req-9".into()));
        let (parts, body) = serve(router).oneshot(request).await.unwrap().into_parts();
        let bytes = to_bytes(body, 10_000).await.unwrap();
        (parts, serde_json::from_slice(&bytes).unwrap())
    }

    #[tokio::test]
    async fn what_is_not_there_is_a_problem() {
        let (parts, body) = call("GET", "/nowhere").await;
        assert_eq!(
            (parts.status, &body["type"]),
            (StatusCode::NOT_FOUND, &"/problems/not-found".into())
        );
        let (parts, body) = call("POST", "/good").await;
        assert_eq!(parts.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(body["type"], "/problems/method-not-allowed");
        assert_eq!(parts.headers["allow"], "GET,HEAD");
    }

    #[tokio::test]
    async fn a_bug_tells_its_request_and_nothing_else() {
        let (parts, body) = call("GET", "/bug").await;
        assert_eq!(parts.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(body["instance"], "req-9");
        assert!(!body.to_string().contains("fire"));
    }

    #[tokio::test]
    async fn every_reply_is_protected() {
        for path in ["/good", "/bug", "/nowhere"] {
            let (parts, _) = call("GET", path).await;
            assert_eq!(parts.headers["cache-control"], "no-store");
            assert_eq!(parts.headers["x-content-type-options"], "nosniff");
            assert_eq!(parts.headers["x-request-id"], "req-9");
        }
    }
}
