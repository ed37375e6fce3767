//! Stripe's API, as far as the product uses it: form-encoded requests, JSON answers, idempotency keys, errors.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures::stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::state::{Sandbox, random_id};

pub(crate) mod accounts;
pub(crate) mod checkout_sessions;
pub(crate) mod disputes;
mod error;
mod form;
mod idempotency;
pub(crate) mod objects;
mod params;
mod payment_intents;
mod refunds;
pub(crate) mod transfers;

use accounts::{Account, AccountLink};
pub(crate) use error::ApiError;
use idempotency::{Admission, KeyedAnswer, Request};
use objects::{Charge, CheckoutSession, Dispute, PaymentIntent, Refund};
use params::Params;
use transfers::Transfer;

/// API version of the objects in answers and events.
pub(crate) const API_VERSION: &str = "2026-09-30.endive";

/// What Stripe remembers.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct StripeData {
    pub checkouts: BTreeMap<String, CheckoutSession>,
    pub payments: BTreeMap<String, PaymentIntent>,
    pub charges: BTreeMap<String, Charge>,
    pub refunds: BTreeMap<String, Refund>,
    pub disputes: BTreeMap<String, Dispute>,
    pub accounts: BTreeMap<String, Account>,
    pub account_links: BTreeMap<String, AccountLink>,
    pub transfers: BTreeMap<String, Transfer>,
    pub keys: BTreeMap<String, KeyedAnswer>,
}

/// Most objects of one kind that are kept; a request beyond it is answered 429.
const OBJECTS_MAX: usize = 20_000;

/// Trouble that is made on purpose, so that a client's retries can be tried.
#[derive(Debug, Default, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Faults {
    /// Every API call takes this long after it has begun.
    pub latency_ms: u64,
    /// So many next POSTs are answered 503 without being executed.
    pub refuse_next: u32,
    /// So many next POSTs are executed, and then the connection breaks before the answer is complete.
    pub lose_next: u32,
    /// So many next transfers are refused because the platform's balance does not suffice.
    pub refuse_transfers: u32,
}

/// Longest artificial latency, in milliseconds.
const LATENCY_MS_MAX: u64 = 60_000;

/// What one POST does to the state once it is admitted.
type Action = fn(&Sandbox, Option<&str>, Params) -> Result<Value, ApiError>;

/// The routes under `/v1`.
pub(crate) fn routes() -> Router<Sandbox> {
    Router::new()
        .route("/v1/checkout/sessions", post(create_checkout))
        .route("/v1/checkout/sessions/{id}", get(read_checkout))
        .route("/v1/checkout/sessions/{id}/expire", post(expire_checkout))
        .route("/v1/payment_intents/{id}", get(read_payment))
        .route("/v1/refunds", post(create_refund))
        .route("/v1/refunds/{id}", get(read_refund))
        .route("/v1/accounts", post(create_account))
        .route("/v1/accounts/{id}", get(read_account))
        .route("/v1/account_links", post(create_account_link))
        .route("/v1/transfers", post(create_transfer).get(list_transfers))
        .route("/v1/transfers/{id}", get(read_transfer))
        .route("/v1/{*rest}", axum::routing::any(unknown))
}

async fn create_checkout(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let action: Action = |sandbox, _, params| checkout_sessions::create(sandbox, params);
    execute(&sandbox, &headers, "/v1/checkout/sessions", None, &body, action).await
}

async fn expire_checkout(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = format!("/v1/checkout/sessions/{id}/expire");
    let action: Action = |sandbox, id, params| {
        params.finish()?;
        checkout_sessions::expire(sandbox, id.unwrap_or_default())
    };
    execute(&sandbox, &headers, &path, Some(&id), &body, action).await
}

async fn create_refund(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let action: Action = |sandbox, _, params| refunds::create(sandbox, params);
    execute(&sandbox, &headers, "/v1/refunds", None, &body, action).await
}

async fn create_account(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let action: Action = |sandbox, _, params| accounts::create(sandbox, params);
    execute(&sandbox, &headers, "/v1/accounts", None, &body, action).await
}

async fn create_account_link(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let action: Action = |sandbox, _, params| accounts::create_link(sandbox, params);
    execute(&sandbox, &headers, "/v1/account_links", None, &body, action).await
}

async fn create_transfer(
    State(sandbox): State<Sandbox>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let action: Action = |sandbox, _, params| transfers::create(sandbox, params);
    execute(&sandbox, &headers, "/v1/transfers", None, &body, action).await
}

async fn read_account(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    read(&sandbox, &headers, accounts::read(&sandbox, &id)).await
}

async fn read_transfer(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    read(&sandbox, &headers, transfers::read(&sandbox, &id)).await
}

/// Which transfers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListTransfers {
    transfer_group: Option<String>,
    limit: Option<usize>,
}

async fn list_transfers(
    State(sandbox): State<Sandbox>,
    Query(query): Query<ListTransfers>,
    headers: HeaderMap,
) -> Response {
    let limit = query.limit.unwrap_or(10);
    let found = transfers::list(&sandbox, query.transfer_group.as_deref(), limit);
    read(&sandbox, &headers, Ok(found)).await
}

async fn read_checkout(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    read(&sandbox, &headers, checkout_sessions::read(&sandbox, &id)).await
}

async fn read_payment(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    read(&sandbox, &headers, payment_intents::read(&sandbox, &id)).await
}

async fn read_refund(
    State(sandbox): State<Sandbox>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    read(&sandbox, &headers, refunds::read(&sandbox, &id)).await
}

async fn unknown(
    State(sandbox): State<Sandbox>,
    method: http::Method,
    uri: http::Uri,
    headers: HeaderMap,
) -> Response {
    let problem = ApiError::unknown_url(method.as_str(), uri.path());
    read(&sandbox, &headers, Err(problem)).await
}

async fn read(sandbox: &Sandbox, headers: &HeaderMap, found: Result<Value, ApiError>) -> Response {
    pause(sandbox).await;
    match authorize(sandbox, headers).and(found) {
        Ok(object) => with_request_id((StatusCode::OK, Json(object)).into_response()),
        Err(problem) => with_request_id(problem.into_response()),
    }
}

/// Runs a POST under Stripe's idempotency rules.
///
/// The work runs in a task of its own: a client that gives up does not undo what Stripe has begun.
async fn execute(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    path: &str,
    id: Option<&str>,
    body: &Bytes,
    action: Action,
) -> Response {
    let request = match admit(sandbox, headers, path, body) {
        Ok(request) => request,
        Err(problem) => return with_request_id(problem.into_response()),
    };
    let admission = match idempotency::begin(sandbox, &request) {
        Ok(admission) => admission,
        Err(problem) => return with_request_id(problem.into_response()),
    };
    let guard = match admission {
        Admission::Replay(answer) => return replay(&answer),
        Admission::Go(guard) => guard,
    };
    let params = request.params;
    let worker = sandbox.clone();
    let id = id.map(Arc::<str>::from);
    let task = tokio::spawn(async move {
        pause(&worker).await;
        let result = action(&worker, id.as_deref(), params);
        let (status, answer, executed) = match result {
            Ok(object) => (StatusCode::OK, object, true),
            Err(problem) => (problem.status(), problem.to_json(), problem.executed()),
        };
        guard.finish(executed.then_some((status, &answer)));
        (status, answer)
    });
    let Ok((status, answer)) = task.await else {
        return with_request_id(ApiError::internal().into_response());
    };
    if take_fault(sandbox, |faults| &mut faults.lose_next) {
        return broken_connection();
    }
    with_request_id((status, Json(answer)).into_response())
}

/// Checks that need no execution: the key, the shape of the body, and trouble made on purpose.
fn admit(
    sandbox: &Sandbox,
    headers: &HeaderMap,
    path: &str,
    body: &[u8],
) -> Result<Request, ApiError> {
    authorize(sandbox, headers)?;
    if take_fault(sandbox, |faults| &mut faults.refuse_next) {
        return Err(ApiError::unavailable());
    }
    let key = idempotency::key(headers)?;
    let params = Params::new(form::parse(body)?)?;
    Ok(Request::new(key, path, params))
}

fn authorize(sandbox: &Sandbox, headers: &HeaderMap) -> Result<(), ApiError> {
    let sent = headers
        .get(http::header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .ok_or_else(|| ApiError::unauthorized("You did not provide an API key."))?;
    let known = match &sandbox.config().stripe_key {
        Some(key) => key == sent,
        None => sent.starts_with("sk_test_") && sent.len() > "sk_test_".len(),
    };
    if known { Ok(()) } else { Err(ApiError::unauthorized("Invalid API Key provided.")) }
}

async fn pause(sandbox: &Sandbox) {
    let latency_ms = sandbox.read(|data| data.faults.latency_ms).min(LATENCY_MS_MAX);
    if latency_ms > 0 {
        tokio::time::sleep(std::time::Duration::from_millis(latency_ms)).await;
    }
}

fn take_fault(sandbox: &Sandbox, which: impl FnOnce(&mut Faults) -> &mut u32) -> bool {
    sandbox.write(|data| {
        let left = which(&mut data.faults);
        let armed = *left > 0;
        *left = left.saturating_sub(1);
        armed
    })
}

fn replay(answer: &KeyedAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = with_request_id((status, Json(answer.body.clone())).into_response());
    response
        .headers_mut()
        .insert(HeaderName::from_static("idempotent-replayed"), HeaderValue::from_static("true"));
    response
}

/// Headers and half an answer, then nothing: what a client sees when the network fails at the worst moment.
fn broken_connection() -> Response {
    let half: Result<Bytes, std::io::Error> = Ok(Bytes::from_static(b"{\"id\":"));
    let broken = Err(std::io::Error::other("the sandbox loses this answer"));
    Response::new(Body::from_stream(stream::iter([half, broken])))
}

fn with_request_id(mut response: Response) -> Response {
    if let Ok(id) = HeaderValue::from_str(&random_id("req")) {
        response.headers_mut().insert(HeaderName::from_static("request-id"), id);
    }
    response
}

/// Refuses a new object when too many are kept.
pub(crate) fn check_room(objects: usize) -> Result<(), ApiError> {
    if objects >= OBJECTS_MAX {
        return Err(ApiError::rate_limited());
    }
    Ok(())
}
