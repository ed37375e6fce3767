//! The way to the card processor: an HTTP connector under the product's own client, which loses, delays and repeats.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use outward::Outward;
use payments::{Payments, RetryPolicy};
use serde_json::json;
use testkit::Turn;

use crate::fates::Shared;
use crate::vendor::{Answer, Request};

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Answered,
    LostRequest,
    LostReply,
    Throttled,
    Broken,
    Refused,
}

/// The way. It outlives seeds; each has its own processor at the end of it.
#[derive(Clone, Default)]
pub struct Processor(Arc<Mutex<Option<Shared>>>);

impl fmt::Debug for Processor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Processor")
    }
}

impl Processor {
    /// From now on it leads into this world.
    pub fn lead_to(&self, shared: &Shared) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(shared.clone());
    }

    /// The product's client over it, which repeats at once.
    ///
    /// # Panics
    /// When the client refuses its key.
    #[must_use]
    pub fn client(&self, secret_key: &str) -> Payments {
        let stripe = Outward::new("https://processor.example", Duration::from_secs(3_600));
        let stripe = stripe.expect("an address").through(SharedHttpConnector::new(self.clone()));
        let payments = Payments::over(stripe, secret_key);
        let retry = RetryPolicy { first_backoff: Duration::ZERO, ..RetryPolicy::default() };
        payments.expect("a client").with_retry(retry)
    }

    fn exchange(&self, http: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let shared = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let shared = shared.expect("a world");
        let core = &mut *shared.lock();
        let fates = [
            Fate::LostRequest,
            Fate::LostReply,
            Fate::LostReply,
            Fate::Throttled,
            Fate::Broken,
            Fate::Refused,
            Fate::Refused,
        ];
        let struck = core.strikes(|weather| weather.processor);
        let fate = if struck { *core.rng.pick(&fates) } else { Fate::Answered };
        let uri: http::Uri = http.uri().parse().map_err(|_| lost())?;
        let (method, path) = (http.method(), uri.path());
        let body = http.body().bytes().unwrap_or_default();
        let pairs = if method == "GET" { uri.query().unwrap_or_default().as_bytes() } else { body };
        let request = Request {
            method,
            path,
            form: serde_urlencoded::from_bytes(pairs).unwrap_or_default(),
            key: http.headers().get("idempotency-key"),
            refuse: fate == Fate::Refused,
        };
        let error = |code: &str| json!({ "error": { "code": code, "message": "Not now." } });
        let answer = match fate {
            Fate::LostRequest => Err(lost()),
            Fate::LostReply => {
                let _ = core.answer(&request);
                Err(lost())
            }
            Fate::Throttled => Ok((429, error("rate_limit"))),
            Fate::Broken => Ok((500, error("api_error"))),
            Fate::Answered | Fate::Refused => Ok(core.answer(&request)),
        };
        let now_ms = core.now_ms();
        let outcome = || match &answer {
            Ok((status, _)) => format!("{fate:?} {status}"),
            Err(_) => format!("{fate:?}"),
        };
        core.history.line(now_ms, || "processor".into(), || format!("{method} {path}"), outcome);
        answer.and_then(respond)
    }
}

fn respond((status, body): Answer) -> Result<HttpResponse, ConnectorError> {
    let status =
        StatusCode::try_from(status).map_err(|error| ConnectorError::user(error.into()))?;
    Ok(HttpResponse::new(status, SdkBody::from(body.to_string())))
}

fn lost() -> ConnectorError {
    ConnectorError::timeout("lost on purpose".into())
}

impl HttpConnector for Processor {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let processor = self.clone();
        HttpConnectorFuture::new(async move {
            Turn::default().await;
            let outcome = processor.exchange(&request);
            Turn::default().await;
            outcome
        })
    }
}
